import pytest

from localcloud.storage.errors import StorageError
from localcloud.storage.properties import new_properties, patched_properties, updated_properties

KNOWN = {"contentType": "image/png", "storageClass": "STANDARD", "metadata": {"a": "1", "b": "2"}}


def test_a_new_object_takes_what_can_be_set_and_nothing_else() -> None:
    resource = {"contentType": "image/png", "size": "7", "kind": "x", "metadata": {"a": "1"}}

    assert new_properties(resource) == {"contentType": "image/png", "metadata": {"a": "1"}}


def test_a_patch_merges_metadata_and_null_removes() -> None:
    change = {"cacheControl": "no-store", "contentType": None, "metadata": {"a": None, "c": "3"}}

    patched = patched_properties(KNOWN, change)

    assert patched == {
        "cacheControl": "no-store",
        "storageClass": "STANDARD",
        "metadata": {"b": "2", "c": "3"},
    }


def test_null_metadata_removes_all_of_it() -> None:
    assert "metadata" not in patched_properties(KNOWN, {"metadata": None})


def test_an_empty_patch_changes_nothing() -> None:
    assert patched_properties(KNOWN, {}) == KNOWN


def test_a_patch_cannot_change_the_storage_class() -> None:
    assert patched_properties(KNOWN, {"storageClass": "ARCHIVE"}) == KNOWN


def test_an_update_replaces_everything_but_the_storage_class() -> None:
    updated = updated_properties(KNOWN, {"contentType": "image/webp", "storageClass": "ARCHIVE"})

    assert updated == {"contentType": "image/webp", "storageClass": "STANDARD"}


@pytest.mark.parametrize(
    "resource",
    [
        {"contentType": 7},
        {"temporaryHold": "yes"},
        {"metadata": "a=b"},
        {"metadata": {"a": 1}},
        {"storageClass": "FAST"},
        {"metadata": {"a": "x" * 8192}},
    ],
)
def test_malformed_values_are_refused(resource: dict[str, object]) -> None:
    with pytest.raises(StorageError) as refusal:
        new_properties(resource)

    assert refusal.value.http_status == 400
