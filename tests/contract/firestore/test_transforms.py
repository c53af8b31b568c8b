from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import firestore
from google.cloud.firestore_v1.types import write

NAN = float("nan")


@pytest.mark.parametrize(
    ("stored", "transform", "expected"),
    [
        (1, firestore.Increment(2), 3),
        (1, firestore.Increment(0.5), 1.5),
        (1.5, firestore.Increment(1), 2.5),
        ("text", firestore.Increment(2), 2),
        (2**63 - 1, firestore.Increment(1), 2**63 - 1),
        (-(2**63), firestore.Increment(-1), -(2**63)),
        (3, firestore.Maximum(5), 5),
        (3, firestore.Maximum(3.0), 3),
        (3, firestore.Minimum(-1), -1),
        (3.0, firestore.Minimum(3), 3.0),
        ("text", firestore.Maximum(5), 5),
        (["a"], firestore.ArrayUnion(["a", "b", "b"]), ["a", "b"]),
        ([1], firestore.ArrayUnion([1.0, None]), [1, None]),
        ("text", firestore.ArrayUnion([1]), [1]),
        ([1, 2, 1.0], firestore.ArrayRemove([1]), [2]),
        ("text", firestore.ArrayRemove([1]), []),
    ],
)
def test_transform_of_a_stored_value(
    client: firestore.Client, stored: Any, transform: Any, expected: Any
) -> None:
    document = client.document("images/a")
    document.set({"x": stored})

    document.update({"x": transform})

    value = document.get().get("x")
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("transform", "expected"),
    [
        (firestore.Increment(2), 2),
        (firestore.Maximum(-2), -2),
        (firestore.Minimum(2.5), 2.5),
        (firestore.ArrayUnion([1, 1]), [1]),
        (firestore.ArrayRemove([1]), []),
    ],
)
def test_transform_of_a_missing_field(
    client: firestore.Client, transform: Any, expected: Any
) -> None:
    document = client.document("images/a")

    document.set({"map": {"x": transform}})

    assert document.get().to_dict() == {"map": {"x": expected}}


def test_extreme_with_nan_is_nan(client: firestore.Client) -> None:
    document = client.document("images/a")
    document.set({"x": 1, "y": 1})

    document.update({"x": firestore.Maximum(NAN), "y": firestore.Minimum(NAN)})

    snapshot = document.get()
    assert snapshot.get("x") != snapshot.get("x")
    assert snapshot.get("y") != snapshot.get("y")


def test_server_timestamp_is_the_time_in_milliseconds(client: firestore.Client) -> None:
    document = client.document("images/a")
    result = document.set({"at": firestore.SERVER_TIMESTAMP})

    at = document.get().get("at")

    assert at.nanosecond % 1_000_000 == 0
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=1)
    assert timedelta(0) <= result.update_time - at < timedelta(seconds=1)


def test_results_of_transforms_come_back_with_the_write(client: firestore.Client) -> None:
    document = client.document("images/a")
    document.set({"n": 41})

    result = document.update({"n": firestore.Increment(1), "tags": firestore.ArrayUnion(["x"])})

    assert [r.integer_value for r in result.transform_results if "integer_value" in r] == [42]
    assert [r for r in result.transform_results if "null_value" in r]


def test_transform_without_effect_keeps_the_update_time(client: firestore.Client) -> None:
    document = client.document("images/a")
    document.set({"n": 1, "tags": ["x"], "most": 5})
    before = document.get().update_time

    document.update(
        {
            "n": firestore.Increment(0),
            "tags": firestore.ArrayUnion(["x"]),
            "most": firestore.Maximum(1),
        }
    )

    assert document.get().update_time == before


def test_transform_beside_plain_fields_and_deletions(client: firestore.Client) -> None:
    document = client.document("images/a")
    document.set({"m": {"only": 1}, "n": 1, "tags": ["x"], "new": True})

    document.update(
        {
            "m.k": 5,
            "n": firestore.Increment(4),
            "tags": firestore.ArrayUnion(["x", "y"]),
            "new": firestore.DELETE_FIELD,
        }
    )

    assert document.get().to_dict() == {"m": {"only": 1, "k": 5}, "n": 5, "tags": ["x", "y"]}


def test_transform_of_a_missing_document_needs_it_in_an_update(client: firestore.Client) -> None:
    with pytest.raises(exceptions.NotFound):
        client.document("images/none").update({"n": firestore.Increment(1)})


def test_transforms_of_a_field_and_of_one_inside_it_clash(client: firestore.Client) -> None:
    transform = write.DocumentTransform.FieldTransform
    change = write.Write(
        update={"name": client.document("images/a")._document_path},
        update_transforms=[
            transform(field_path="a", increment={"integer_value": 1}),
            transform(field_path="a.b", increment={"integer_value": 1}),
        ],
    )

    with pytest.raises(exceptions.InvalidArgument, match="at the same time"):
        client._firestore_api.commit(
            request={"database": client._database_string, "writes": [change]}
        )
