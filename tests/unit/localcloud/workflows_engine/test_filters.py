import pytest

from localcloud.errors import RpcError
from localcloud.workflows.filters import ordered, selected

ENTRIES = [
    {"entryId": "1", "state": "STATE_SUCCEEDED", "createTime": "2026-01-01T00:00:00Z", "n": 1},
    {"entryId": "2", "state": "STATE_FAILED", "createTime": "2026-02-01T00:00:00Z", "n": 20},
    {"entryId": "3", "state": "STATE_FAILED", "createTime": "2026-03-01T00:00:00Z", "n": 3},
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "123"),
        ('state="FAILED"', "23"),
        ("state = STATE_FAILED", "23"),
        ('state != "FAILED"', "1"),
        ('createTime>"2026-01-15" AND state="FAILED"', "23"),
        ("n >= 3", "23"),
        ('entryId:"2"', "2"),
        ('missing="x"', ""),
    ],
)
def test_a_filter_selects(text, found):
    assert "".join(entry["entryId"] for entry in selected(ENTRIES, text, {})) == found


def test_a_filter_that_cannot_be_read_is_refused():
    with pytest.raises(RpcError, match="cannot be read"):
        selected(ENTRIES, "state ==== ", {})


@pytest.mark.parametrize(
    ("order_by", "found"),
    [("n", "132"), ("n desc", "231"), ("state, n desc", "231"), ("", "123")],
)
def test_an_order_sorts(order_by, found):
    assert "".join(entry["entryId"] for entry in ordered(ENTRIES, order_by)) == found
