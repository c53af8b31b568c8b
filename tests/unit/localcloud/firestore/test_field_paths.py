import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.errors import RpcError
from localcloud.firestore.field_paths import format_path, parse_path, project, put, read, remove
from tests.unit.localcloud.firestore.builders import document, value


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a", ("a",)),
        ("a.b_1._c", ("a", "b_1", "_c")),
        ("`a.b`.c", ("a.b", "c")),
        (r"`a\`b\\c`", ("a`b\\c",)),
        ("__name__", ("__name__",)),
    ],
)
def test_parse(text: str, path: tuple[str, ...]) -> None:
    assert parse_path(text) == path


@pytest.mark.parametrize(
    "text", ["", ".", "a.", ".a", "a..b", "1", "a b", "`", "``", "a`b`", "__a__"]
)
def test_text_that_is_no_path(text: str) -> None:
    with pytest.raises(RpcError):
        parse_path(text)


@given(st.lists(st.text(min_size=1).filter(lambda s: not s.startswith("__")), min_size=1))
def test_any_path_can_be_written_and_parsed(segments: list[str]) -> None:
    assert parse_path(format_path(tuple(segments))) == tuple(segments)


def test_put_makes_maps_on_the_way() -> None:
    fields = document("c/a", a=1).fields

    put(fields, ("a", "b", "c"), value(2))

    assert read(fields, ("a", "b", "c")) == value(2)
    assert read(fields, ("a", "b")) == value({"c": 2})


def test_read_through_what_is_no_map_finds_nothing() -> None:
    fields = document("c/a", a=1, l=[{"b": 1}]).fields

    assert read(fields, ("a", "b")) is None
    assert read(fields, ("l", "b")) is None
    assert "none" not in fields


def test_remove_leaves_the_neighbours() -> None:
    fields = document("c/a", a={"b": 1, "c": 2}).fields

    for path in (("a", "b"), ("a", "none"), ("none", "b")):
        remove(fields, path)

    assert dict(fields) == {"a": value({"c": 2})}


def test_projection_keeps_name_and_paths() -> None:
    whole = document("c/a", a={"b": 1, "c": 2}, d=3)

    assert project(whole, [("a", "b"), ("none",)]) == document("c/a", a={"b": 1})
