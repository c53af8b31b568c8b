from pathlib import Path

import pytest
from PIL import Image

from safelight.errors import OtherRecipesError, UnknownRecipesError
from thumbnailer.recipes import RecipesError, digest, load, parse


def test_the_recipes_that_come_along_are_the_documented_ones() -> None:
    made = {recipe.name: recipe for recipe in load().sets["default"]}

    shapes = {name: (one.width, one.height, one.fit) for name, one in made.items()}
    assert shapes == {
        "thumbnail": (300, 300, "cover"),
        "icon": (128, 128, "cover"),
        "small": (100, 100, "inside"),
        "display": (1600, 1600, "inside"),
    }
    assert not any(one.enlarge for one in made.values())
    assert [name for name, one in made.items() if one.watermark] == ["display"]


def test_all_faults_are_told_at_once() -> None:
    text = """
    a:
      one: {width: 0, height: 10}
      two: {width: 10, height: ten, shade: blue}
      Three: {width: 10, height: 10, background: nice, quality: 101, focus: [0.5, 2]}
      four: {width: 1, height: 1, fit: crop, watermark: {text: "{time} {", opacity: 2}}
    b: {}
    """

    with pytest.raises(RecipesError) as found:
        parse(text)

    told = str(found.value)
    for fault in (
        "a.one",
        "a.two.height",
        "a.two.shade",
        "a.Three",
        "nice",
        "quality",
        "focus",
        "a.four.fit",
        "b:",
    ):
        assert fault in told


@pytest.mark.parametrize(
    "text", ["", "[]", "a: 1", "a: {b: 1}", "a: [", "!!python/object:os.system {}"]
)
def test_what_are_no_recipes_is_refused(text: str) -> None:
    with pytest.raises(RecipesError):
        parse(text)


@pytest.mark.parametrize("text", ["{time}", "{owner.__class__}", "{0}", "{", "{owner!r:>99}{x}"])
def test_a_watermark_may_name_the_owner_and_the_day_only(text: str) -> None:
    with pytest.raises(RecipesError):
        parse(f"a: {{b: {{width: 1, height: 1, watermark: {{text: {text!r}}}}}}}")


def test_a_digest_depends_on_the_recipes_and_not_on_their_order() -> None:
    one = parse("a: {x: {width: 1, height: 1}, y: {width: 2, height: 1}}").sets["a"]
    same = parse("b: {y: {height: 1, width: 2}, x: {width: 1, height: 1}}").sets["b"]
    other = parse("a: {x: {width: 1, height: 1}, y: {width: 2, height: 2}}").sets["a"]

    assert digest(one) == digest(same)
    assert digest(one) != digest(other)


RULES = """
rules:
  - {set: press, path: "*/press/*"}
  - {set: acme, owner: "acme*"}
default: {one: {width: 1, height: 1}}
press: {two: {width: 2, height: 1}}
acme: {three: {width: 3, height: 1}}
"""


@pytest.mark.parametrize(
    ("wanted", "path", "owner", "made"),
    [
        ("default", "ada/2031/cat.jpg", "ada", "one"),
        ("default", "ada/press/x/cat.jpg", "ada", "two"),
        ("default", "acme-1/press/cat.jpg", "acme-1", "two"),
        ("default", "acme-1/cat.jpg", "acme-1", "three"),
        ("press", "ada/cat.jpg", "ada", "two"),
    ],
)
def test_rules_choose_a_set_by_path_and_owner(
    wanted: str, path: str, owner: str, made: str
) -> None:
    assert parse(RULES).choose(wanted, path, owner)[0].name == made


def test_a_rule_must_name_a_set() -> None:
    with pytest.raises(RecipesError, match="prss"):
        parse(RULES.replace("set: press", "set: prss"))


def test_a_task_for_other_recipes_waits_for_them() -> None:
    book = parse(RULES)

    assert book.choose(f"press@{book.edition}", "a", "b") == book.sets["press"]
    with pytest.raises(OtherRecipesError):
        book.choose("press@0123456789abcdef", "a", "b")
    with pytest.raises(UnknownRecipesError):
        book.choose("pres", "a", "b")


def test_an_edition_changes_with_recipes_and_rules_only() -> None:
    edition = parse(RULES).edition

    assert parse(RULES + "# a remark\n").edition == edition
    assert parse(RULES.replace("width: 3", "width: 4")).edition != edition
    assert parse(RULES.replace("*/press/*", "press/*")).edition != edition


def test_several_formats_must_not_take_the_name_of_another_recipe() -> None:
    with pytest.raises(RecipesError, match="a-webp"):
        parse("s: {a: {width: 1, height: 1, format: [jpeg, webp]}, a-webp: {width: 1, height: 1}}")


def test_a_watermark_picture_is_found_beside_the_recipes(tmp_path: Path) -> None:
    Image.new("RGB", (2, 2)).save(tmp_path / "logo.png")
    file = tmp_path / "recipes.yaml"
    file.write_text("s: {a: {width: 9, height: 9, watermark: {image: logo.png}}}")
    before = load(file)
    Image.new("RGB", (2, 2), "red").save(tmp_path / "logo.png")

    mark = before.sets["s"][0].watermark
    assert mark is not None
    assert mark.image == str(tmp_path / "logo.png")
    assert load(file).edition != before.edition


def test_the_same_recipes_in_another_place_are_the_same(tmp_path: Path) -> None:
    texts = {"a": "logo.png", "b": "logo.png", "c": "other.png"}
    sets = {}
    for folder, logo in texts.items():
        (tmp_path / folder).mkdir()
        Image.new("RGB", (2, 2), "red" if folder == "c" else "blue").save(tmp_path / folder / logo)
        file = tmp_path / folder / "recipes.yaml"
        file.write_text(f"s: {{a: {{width: 9, height: 9, watermark: {{image: {logo}}}}}}}")
        sets[folder] = digest(load(file).sets["s"])

    assert sets["a"] == sets["b"] != sets["c"]


@pytest.mark.parametrize(
    "mark", ["{image: none.png}", "{image: recipes.yaml}", "{}", "{text: a, image: b}"]
)
def test_a_watermark_that_cannot_be_is_refused(tmp_path: Path, mark: str) -> None:
    file = tmp_path / "recipes.yaml"
    file.write_text(f"s: {{a: {{width: 9, height: 9, watermark: {mark}}}}}")

    with pytest.raises(RecipesError, match="watermark"):
        load(file)
