from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safelight import names


@given(st.text(min_size=1, max_size=200), st.text(min_size=1, max_size=200))
def test_an_image_id_is_a_legal_firestore_id_for_any_object(bucket: str, name: str) -> None:
    image = names.image_id(bucket.replace("\ud800", ""), name.replace("\ud800", ""))

    assert len(image) == 44
    assert not set(image) & set("/.")
    assert not image.startswith("__")


def test_an_image_id_differs_for_every_object() -> None:
    ids = {names.image_id("b", "x"), names.image_id("b", "x "), names.image_id("bx", "")}

    assert len(ids) == 3


def test_a_redrive_gets_a_task_of_its_own() -> None:
    first = names.render_task_id("i1", 7, "default", 0)

    assert names.render_task_id("i1", 7, "default", 1) != first
    assert names.render_task_id("i1", 7, "default", 0) == first


def test_an_upload_is_filed_under_owner_and_utc_hour() -> None:
    at = datetime(2026, 11, 20, 5, 59, tzinfo=UTC)

    assert names.upload_object("ann", at, "u1", "a.jpg") == "ann/20261120T05Z/u1/a.jpg"


@pytest.mark.parametrize("owner", ["", "a/b", "..", "-x", "a" * 65, "ä"])
def test_an_owner_that_is_no_plain_name_is_refused(owner: str) -> None:
    with pytest.raises(ValueError, match="not an owner"):
        names.upload_object(owner, datetime.now(UTC), "u1", "a.jpg")


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\photos\\cat.jpg", "cat.jpg"),
        ("ü +1 %#.jpg", "ü +1 _.jpg"),
        ("a\r\nb.png", "a_b.png"),
        ("", "unnamed"),
        ("...", "unnamed"),
        ("x" * 300 + ".jpeg", "x" * 195 + ".jpeg"),
    ],
)
def test_a_filename_is_made_safe(given_name: str, safe: str) -> None:
    assert names.safe_filename(given_name) == safe
