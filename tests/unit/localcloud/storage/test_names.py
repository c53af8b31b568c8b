import pytest

from localcloud.storage.errors import StorageError
from localcloud.storage.names import check_bucket_name, check_object_name


@pytest.mark.parametrize("name", ["abc", "a-b_c.d", "x" * 63, "1.2.3.4a", f"{'a' * 63}.{'b' * 63}"])
def test_legal_bucket_names_pass(name: str) -> None:
    check_bucket_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ab",
        "x" * 64,
        "Abc",
        "a b",
        "-abc",
        "abc-",
        "a..b",
        "a.-b",
        "1.2.3.4",
        "goog-pictures",
        "my-google-bucket",
        f"{'a' * 64}.b",
        "ab\n",
    ],
)
def test_illegal_bucket_names_are_refused(name: str) -> None:
    with pytest.raises(StorageError, match="Invalid bucket name"):
        check_bucket_name(name)


@pytest.mark.parametrize(
    "name", ["a", "a/ü +1 %#.jpg", "...", "x" * 1024, "ü" * 512, "a/../b", "\t"]
)
def test_legal_object_names_pass(name: str) -> None:
    check_object_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "x" * 1025,
        "ü" * 513,
        "a\nb",
        "a\rb",
        ".",
        "..",
        ".well-known/acme-challenge/token",
        "\ud800",
    ],
)
def test_illegal_object_names_are_refused(name: str) -> None:
    with pytest.raises(StorageError, match="name"):
        check_object_name(name)
