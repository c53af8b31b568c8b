import pytest
from google.api_core.exceptions import BadRequest, NotFound
from google.cloud import storage

NAMES = ["a", "a/1", "a/2", "a/b/3", "b", "c/4", "ä", "z"]


@pytest.fixture
def full(bucket: storage.Bucket) -> storage.Bucket:
    for name in NAMES:
        bucket.blob(name).upload_from_string(b"x")
    return bucket


def listed(bucket: storage.Bucket, **selection: object) -> tuple[list[str], set[str]]:
    found = bucket.list_blobs(**selection)
    return [blob.name for blob in found], set(found.prefixes)


@pytest.mark.parametrize("page_size", [None, 1, 3])
def test_names_come_in_the_order_of_their_bytes(
    full: storage.Bucket, page_size: int | None
) -> None:
    assert listed(full, page_size=page_size)[0] == sorted(NAMES, key=str.encode)


@pytest.mark.parametrize("page_size", [None, 1, 2])
def test_a_delimiter_folds_names_into_prefixes(full: storage.Bucket, page_size: int | None) -> None:
    names, prefixes = listed(full, delimiter="/", page_size=page_size)

    assert (names, prefixes) == (["a", "b", "z", "ä"], {"a/", "c/"})


def test_a_prefix_narrows_the_list(full: storage.Bucket) -> None:
    assert listed(full, prefix="a/", delimiter="/") == (["a/1", "a/2"], {"a/b/"})


def test_offsets_bound_the_list(full: storage.Bucket) -> None:
    assert listed(full, start_offset="a/2", end_offset="c/")[0] == ["a/2", "a/b/3", "b"]


def test_a_glob_selects_names(full: storage.Bucket) -> None:
    assert listed(full, match_glob="a/*")[0] == ["a/1", "a/2"]


def test_a_prefix_that_is_an_object_may_be_listed_as_one(bucket: storage.Bucket) -> None:
    bucket.blob("d/").upload_from_string(b"")
    bucket.blob("d/1").upload_from_string(b"")

    names, prefixes = listed(bucket, delimiter="/", include_trailing_delimiter=True)

    assert (names, prefixes) == (["d/"], {"d/"})


def test_a_limit_ends_the_list(full: storage.Bucket) -> None:
    assert listed(full, max_results=2)[0] == ["a", "a/1"]


def test_an_empty_bucket_has_no_objects(bucket: storage.Bucket) -> None:
    assert listed(bucket) == ([], set())


def test_a_bucket_that_is_not_there_cannot_be_listed(client: storage.Client) -> None:
    with pytest.raises(NotFound):
        list(client.list_blobs("nowhere"))


def test_a_page_token_of_ones_own_making_is_refused(bucket: storage.Bucket) -> None:
    with pytest.raises(BadRequest, match="Invalid page token"):
        list(bucket.list_blobs(page_token="next"))
