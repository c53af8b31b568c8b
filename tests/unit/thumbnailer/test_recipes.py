import pytest

from thumbnailer.recipes import RecipesError, digest, load, parse


def test_the_recipes_that_come_along_are_the_documented_ones() -> None:
    made = {recipe.name: recipe for recipe in load()["default"]}

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
      four: {width: 1, height: 1, fit: crop, watermark: {text: "{date} {", opacity: 2}}
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


@pytest.mark.parametrize("text", ["{date}", "{owner.__class__}", "{0}", "{", "{owner!r:>99}{x}"])
def test_a_watermark_may_name_the_owner_only(text: str) -> None:
    with pytest.raises(RecipesError):
        parse(f"a: {{b: {{width: 1, height: 1, watermark: {{text: {text!r}}}}}}}")


def test_a_digest_depends_on_the_recipes_and_not_on_their_order() -> None:
    one = parse("a: {x: {width: 1, height: 1}, y: {width: 2, height: 1}}")["a"]
    same = parse("b: {y: {height: 1, width: 2}, x: {width: 1, height: 1}}")["b"]
    other = parse("a: {x: {width: 1, height: 1}, y: {width: 2, height: 2}}")["a"]

    assert digest(one) == digest(same)
    assert digest(one) != digest(other)
