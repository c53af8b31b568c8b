from typing import Any

import pytest

from localcloud.errors import RpcError
from localcloud.firestore.limits import check_size, document_size, value_size
from tests.unit.localcloud.firestore.builders import document, value


def test_size_of_the_documented_example() -> None:
    """https://cloud.google.com/firestore/docs/storage-size#document_size"""
    task = document(
        "users/jeff/tasks/my_task_id",
        type="Personal",
        done=False,
        priority=1,
        description="Learn Cloud Firestore",
    )

    assert document_size(task) == 147


@pytest.mark.parametrize(
    ("plain", "size"),
    [(None, 1), (True, 1), (1, 8), (1.5, 8), ("ü", 3), (b"ab", 2), ([1, "a"], 10), ({"a": 1}, 10)],
)
def test_size_of_a_value(plain: Any, size: int) -> None:
    assert value_size(value(plain)) == size


def test_document_at_the_limit_is_accepted_and_one_byte_more_is_not() -> None:
    room = 1_048_576 - document_size(document("c/a", s=""))
    check_size(document("c/a", s="x" * room))

    with pytest.raises(RpcError, match="1,048,577 bytes"):
        check_size(document("c/a", s="x" * (room + 1)))
