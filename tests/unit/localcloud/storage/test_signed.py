from datetime import UTC, datetime, timedelta

import pytest

from localcloud.storage.errors import StorageError
from localcloud.storage.signed import canonical_query, check_signature

SIGNED_AT = datetime(2026, 11, 20, 6, 0, 0, tzinfo=UTC)
QUERY = {
    "X-Goog-Algorithm": "GOOG4-RSA-SHA256",
    "X-Goog-Credential": "me%40x.test%2F20261120%2Fauto%2Fstorage%2Fgoog4_request",
    "X-Goog-Date": "20261120T060000Z",
    "X-Goog-Expires": "60",
    "X-Goog-SignedHeaders": "host",
    "X-Goog-Signature": "00ff",
}


def check(query: dict[str, str], now: datetime = SIGNED_AT, *, good: bool = True) -> None:
    text = "&".join(f"{name}={value}" for name, value in query.items())
    headers = {"host": "127.0.0.1:9000"}
    check_signature("GET", ("/b/o", text), headers, now, lambda _message, _signature: good)


def test_the_message_is_the_canonical_request_as_documented() -> None:
    seen: list[bytes] = []

    def verify(message: bytes, _: bytes) -> bool:
        seen.append(message)
        return True

    text = "&".join(f"{name}={value}" for name, value in QUERY.items())
    check_signature("GET", ("/b/o", text), {"host": " h  1 "}, SIGNED_AT, verify)

    assert seen[0].decode().split("\n")[:3] == [
        "GOOG4-RSA-SHA256",
        "20261120T060000Z",
        "20261120/auto/storage/goog4_request",
    ]


def test_the_query_is_sorted_and_encoded_anew() -> None:
    pairs = [("b", "x y/z"), ("X-Goog-Signature", "00"), ("a", "~")]

    assert canonical_query(pairs) == "a=~&b=x%20y%2Fz"


def test_a_good_signature_in_time_passes() -> None:
    check(QUERY, SIGNED_AT + timedelta(seconds=60))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"X-Goog-Algorithm": "GOOG4-HMAC-SHA256"}, "InvalidArgument"),
        ({"X-Goog-Credential": "me"}, "InvalidArgument"),
        ({"X-Goog-Credential": "me/20261119/auto/storage/goog4_request"}, "InvalidArgument"),
        ({"X-Goog-Date": "20261120"}, "InvalidArgument"),
        ({"X-Goog-Expires": "604801"}, "InvalidArgument"),
        ({"X-Goog-Expires": "0"}, "InvalidArgument"),
        ({"X-Goog-Expires": "soon"}, "InvalidArgument"),
        ({"X-Goog-SignedHeaders": "content-type"}, "InvalidArgument"),
        ({"X-Goog-SignedHeaders": "content-type;host"}, "MalformedSecurityHeader"),
        ({"X-Goog-Signature": "xyz"}, "SignatureDoesNotMatch"),
    ],
)
def test_a_malformed_signed_url_is_refused(change: dict[str, str], code: str) -> None:
    with pytest.raises(StorageError) as refusal:
        check(QUERY | change)

    assert refusal.value.xml_code == code


@pytest.mark.parametrize("name", [name for name in QUERY if name != "X-Goog-Signature"])
def test_a_missing_parameter_is_refused(name: str) -> None:
    with pytest.raises(StorageError, match=name):
        check({key: value for key, value in QUERY.items() if key != name})


@pytest.mark.parametrize(
    ("late", "code"),
    [(timedelta(seconds=61), "ExpiredToken"), (timedelta(minutes=-16), "RequestTimeTooSkewed")],
)
def test_a_signature_out_of_time_is_refused(late: timedelta, code: str) -> None:
    with pytest.raises(StorageError) as refusal:
        check(QUERY, SIGNED_AT + late)

    assert refusal.value.xml_code == code


def test_a_signature_that_does_not_verify_is_refused() -> None:
    with pytest.raises(StorageError) as refusal:
        check(QUERY, good=False)

    assert (refusal.value.http_status, refusal.value.xml_code) == (403, "SignatureDoesNotMatch")
