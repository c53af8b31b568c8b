import pytest

from picture.jpeg.kind import rare_kind
from picture.jpeg.markers import outline
from picture.limits import Limits
from picture.refusals import Refusal
from tests.unit.thumbnailer.pictures import detailed, encoded, show_one

PHOTO = encoded(detailed((64, 48)), exif=b"Exif\0\0")
KINDS = {
    0xC3: "lossless",
    0xC9: "arithmetic",
    0xCA: "arithmetic",
    0xCB: "lossless",
    0xC5: "layers",
    0xF7: "lossless",
}


def of_kind(marker: int, bits: int = 8) -> bytes:
    at = PHOTO.index(b"\xff\xc0\0\x11\x08")
    return PHOTO[: at + 1] + bytes((marker, 0, 0x11, bits)) + PHOTO[at + 5 :]


def kind_of(data: bytes) -> str | None:
    return rare_kind(outline(data, Limits()))


@pytest.mark.parametrize(("marker", "word"), KINDS.items())
def test_a_kind_that_browsers_lack_is_told(marker: int, word: str) -> None:
    assert word in (kind_of(of_kind(marker)) or "")


def test_samples_of_12_bits_are_told() -> None:
    with pytest.raises(Refusal, match="12 bits") as refused:
        show_one(of_kind(0xC1, 12))

    assert refused.value.code == "unsupported_format"


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
def test_usual_kinds_are_none(options: dict[str, object]) -> None:
    assert kind_of(encoded(detailed((64, 48)), **options)) is None


def test_a_frame_that_is_missing_is_no_kind() -> None:
    at = PHOTO.index(b"\xff\xc0")

    assert kind_of(PHOTO[:at]) is None
    assert kind_of(PHOTO[:2]) is None


def test_what_looks_like_a_frame_behind_junk_is_no_kind() -> None:
    data = of_kind(0xC3)
    at = data.index(b"\xff\xc3")

    assert kind_of(data[:at] + b"junk" + data[at:]) is None
