import pytest
from PIL import Image

from picture.formats import ALLOWED, HEAD_BYTES, identify
from picture.refusals import Refusal
from tests.unit.thumbnailer.pictures import encoded

SAMPLE = Image.new("RGB", (16, 16), "teal")
WRITTEN = {
    "jpeg": encoded(SAMPLE, "JPEG"),
    "png": encoded(SAMPLE, "PNG"),
    "gif": encoded(SAMPLE, "GIF"),
    "webp": encoded(SAMPLE, "WEBP"),
    "avif": encoded(SAMPLE, "AVIF", speed=10),
    "tiff": encoded(SAMPLE, "TIFF"),
    "bmp": encoded(SAMPLE, "BMP"),
    "ico": encoded(SAMPLE, "ICO"),
    "jpeg2000": encoded(SAMPLE, "JPEG2000"),
}
UNSUPPORTED = {
    "a PDF document": b"%PDF-1.7\n",
    "a PostScript document": b"%!PS-Adobe-3.0 EPSF-3.0\n",
    "an SVG drawing": b'<?xml version="1.0"?>\n<SVG xmlns="http://www.w3.org/2000/svg"/>',
    "a Photoshop document": b"8BPS\0\1",
    "a video": b"\0\0\0\x18ftypisom\0\0\2\0isomiso2",
    "a JPEG XL picture": b"\xff\x0a\xfa\x1f",
    "a cursor": b"\0\0\x02\0\x01\0\x20\x20",
    "a TGA picture": b"\0\0\x02" + bytes(9) + b"\x20\0\x20\0\x18\x20",
    "a PCX picture": b"\x0a\x05\x01\x08",
    "an XML document": b"\n<?xml version='1.0'?>\n<!-- a long preface -->",
    "an animated cursor": b"RIFF\x20\0\0\0ACONanih",
    "a video in AVI": b"RIFF\x20\0\0\0AVI LIST",
    "an MNG animation": b"\x8aMNG\r\n\x1a\n\0\0\0\x1cMHDR",
    "an icon of macOS": b"icns\0\0\x01\0",
    "an OpenEXR picture": b"\x76\x2f\x31\x01\x02\0\0\0",
    "a Netpbm picture": b"P6\n3 2\n255\n",
    "a picture in a rare container": b"\0\0\0\x10ftypmif3\0\0\0\0",
    "a raw photo": b"FUJIFILMCCD-RAW 0201",
}


@pytest.mark.parametrize(("name", "data"), WRITTEN.items())
def test_a_format_is_known_by_its_content(name: str, data: bytes) -> None:
    assert identify(data[:HEAD_BYTES]).name == name


def test_an_iphone_photo_is_known_by_its_brand() -> None:
    assert identify(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic").name == "heic"


def test_a_picture_in_a_general_container_is_known_by_its_other_brands() -> None:
    assert identify(b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif").name == "avif"
    assert identify(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic").name == "heic"


@pytest.mark.parametrize(("kind", "data"), UNSUPPORTED.items())
def test_what_is_not_on_the_list_is_refused_by_name(kind: str, data: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        identify(data)

    assert refused.value.code == "unsupported_format"
    assert kind.removesuffix(" in AVI") in refused.value.message


@pytest.mark.parametrize(
    "data", [b"hello", b"BM is how this text begins", b"\0" * 99, b"RIFF\0\0\0\0WAVE"]
)
def test_what_is_nothing_known_is_no_image(data: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        identify(data)

    assert refused.value.code == "not_an_image"


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        identify(b"")

    assert refused.value.code == "empty_file"


def test_no_format_of_the_list_is_a_page_or_program_language() -> None:
    assert {form.plugin for form in ALLOWED}.isdisjoint({"EPS", "PDF", "SVG", "WMF", "PSD", "PS"})
