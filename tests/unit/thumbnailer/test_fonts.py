import pytest

from thumbnailer.fonts import Face, Run, font, runs

# A name in each script that has a font.
NAMES = [
    "Łódź Ñandú Nguyễn",
    "Ελένη",
    "Наталья",
    "דוד",
    "محمد",
    "देवनागरी",
    "বাংলা",
    "தமிழ்",
    "తెలుగు",
    "ภาพถ่าย",
    "ລາວ",
    "ខ្មែរ",
    "မြန်မာ",
    "አማርኛ",
    "김철수",
    "ひらがな",
    "漢字",
]
NOBODYS = "\U000e0fff"


@pytest.mark.parametrize("name", NAMES)
def test_every_letter_of_a_script_has_a_shape(name: str) -> None:
    (run,) = runs(f"© {name} 2031")

    writes = font(run.face, 40)
    missing = bytes(writes.getmask(NOBODYS))
    assert [
        char for char in name.split(maxsplit=1)[0] if bytes(writes.getmask(char)) == missing
    ] == []


def test_each_script_is_written_by_one_font() -> None:
    parts = runs("Ada 漢字, தமிழ் 7")

    assert [part.text for part in parts] == ["Ada ", "漢字, ", "தமிழ் 7"]


def test_a_line_that_begins_from_the_right_is_laid_out_from_there() -> None:
    assert [part.text for part in runs("© محمد 漢字")] == ["漢字", "© محمد "]


def test_one_font_writes_right_to_left_letters_and_latin_ones() -> None:
    assert [part.text for part in runs("© محمد Ali 7")] == ["© محمد Ali 7"]


def test_chinese_signs_beside_japanese_or_korean_letters_take_their_shape() -> None:
    faces = {runs(text)[0].face for text in ("漢字かな", "かな")}

    assert len(faces) == 1
    assert faces != {runs("漢字")[0].face}


def test_a_font_of_ones_own_writes_everything() -> None:
    assert runs("Ada 漢字", "/fonts/own.ttf") == [Run("Ada 漢字", Face("", "/fonts/own.ttf"))]


def test_letters_are_not_thin() -> None:
    ink = [sum(font(runs(letter)[0].face, 100).getmask(letter)) for letter in ("ש", "ж")]

    assert ink[0] > 0.5 * ink[1]
