import pytest
from PIL import Image

from tests.unit.thumbnailer.pictures import detailed, encoded, show_one
from thumbnailer.credit import read_credit

COPYRIGHT, ARTIST, MAKER = 0x8298, 0x013B, 0x010F
PHOTO = detailed((96, 96))


def labelled(**tags: str) -> Image.Exif:
    labels = Image.Exif()
    numbers = {"copyright": COPYRIGHT, "artist": ARTIST, "maker": MAKER}
    for name, value in tags.items():
        labels[numbers[name]] = value.encode()
    return labels


@pytest.mark.parametrize("source", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("target", ["jpeg", "png", "webp", "avif"])
def test_who_made_a_picture_stays_written_in_it(source: str, target: str) -> None:
    labels = labelled(copyright="(c) Ada 2031", artist="Ada", maker="Camera")

    shown = show_one(encoded(PHOTO, source, exif=labels), format=target)

    assert dict(shown.getexif()) == {COPYRIGHT: "(c) Ada 2031", ARTIST: "Ada"}


def test_a_recipe_may_leave_the_credit_out() -> None:
    data = encoded(PHOTO, exif=labelled(copyright="(c) Ada"))

    assert not show_one(data, labels="none").getexif()


def test_a_variant_is_not_turned_again_by_its_readers() -> None:
    labels = labelled(copyright="(c) Ada")
    labels[0x0112] = 6

    assert 0x0112 not in show_one(encoded(PHOTO, exif=labels)).getexif()


def credit(value: object) -> object:
    image = Image.new("L", (1, 1))
    image.getexif()[COPYRIGHT] = value
    kept = Image.Exif()
    kept.load(read_credit(image))
    return kept.get(COPYRIGHT)


def test_a_credit_is_one_short_line() -> None:
    assert credit("  Ada\0Bob\x1b[31m\n b " + "x" * 5000) == ("Ada Bob[31m b " + "x" * 5000)[:200]


@pytest.mark.parametrize(
    "code",
    [
        "<?php system($_GET['c']); ?>",
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "${jndi:ldap://example.org/x}",
        "{{7*7}}",
        "`id`",
    ],
)
def test_a_credit_holds_no_code(code: str) -> None:
    assert credit(f"(c) Ada {code}") == "(c) Ada"
    assert credit(code) is None


@pytest.mark.parametrize("name", ['A$AP "Big" O\'Neil', "R&D [studio] (c) 50% @ada #1; a/b = c"])
def test_a_credit_may_hold_odd_letters(name: str) -> None:
    assert credit(name) == name


def test_letters_of_all_scripts_survive() -> None:
    text = credit("© Jörg 漢字")

    assert str(text).encode("latin-1").decode() == "© Jörg 漢字"


@pytest.mark.parametrize("value", ["", " ", "\0\0", 7, (1, 2)])
def test_what_is_no_credit_leaves_no_label(value: object) -> None:
    assert credit(value) is None
