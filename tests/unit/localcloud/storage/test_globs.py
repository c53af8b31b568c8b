import pytest

from localcloud.storage.errors import StorageError
from localcloud.storage.globs import compile_glob


@pytest.mark.parametrize(
    ("glob", "name", "matches"),
    [
        ("*.jpg", "a.jpg", True),
        ("*.jpg", "b/a.jpg", False),
        ("**.jpg", "b/a.jpg", True),
        ("**/a.jpg", "a.jpg", True),
        ("**/a.jpg", "x/y/a.jpg", True),
        ("a/**/b", "a/b", True),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("[a-c].jpg", "b.jpg", True),
        ("[!a-c].jpg", "b.jpg", False),
        ("*.{jpg,png}", "a.png", True),
        ("*.{jpg,png}", "a.gif", False),
        ("a,b", "a,b", True),
        ("a.jpg", "axjpg", False),
        ("a+(b)", "a+(b)", True),
    ],
)
def test_a_glob_matches_whole_names(glob: str, name: str, matches: bool) -> None:  # noqa: FBT001 -- a table's column
    assert bool(compile_glob(glob).fullmatch(name)) is matches


@pytest.mark.parametrize("glob", ["{a", "a}", "[z-a]"])
def test_a_malformed_glob_is_refused(glob: str) -> None:
    with pytest.raises(StorageError, match="Invalid glob"):
        compile_glob(glob)
