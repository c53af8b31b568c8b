import io
import time

import pytest
from PIL import ExifTags, Image, PngImagePlugin

from metadata import look
from metadata.xmp import MAX_PACKET_BYTES, read_xmp
from picture.limits import Limits

NAMESPACES = """
    xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"
    xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
    xmlns:aux="http://ns.adobe.com/exif/1.0/aux/"
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
"""


def packet(body, attributes=""):
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {NAMESPACES.replace(chr(10), " ")}>
<rdf:Description rdf:about="" {attributes}>{body}</rdf:Description>
</rdf:RDF></x:xmpmeta><?xpacket end="w"?>""".encode()


def read(xmp, form="JPEG"):
    target = io.BytesIO()
    Image.new("RGB", (8, 8)).save(target, form, **options(xmp, form))
    return read_xmp(Image.open(target))


def options(xmp, form):
    if form == "TIFF":
        return {"tiffinfo": {700: xmp}}
    if form != "PNG":
        return {"xmp": xmp}
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("XML:com.adobe.xmp", xmp.decode())
    return {"pnginfo": texts}


FULL = packet(
    """<dc:creator><rdf:Seq><rdf:li>A. Person</rdf:li><rdf:li>B.</rdf:li></rdf:Seq></dc:creator>
    <dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© A.</rdf:li></rdf:Alt></dc:rights>
    <dc:title><rdf:Alt><rdf:li xml:lang="x-default">Dawn</rdf:li></rdf:Alt></dc:title>
    <dc:subject><rdf:Bag><rdf:li>sea</rdf:li><rdf:li>sky</rdf:li></rdf:Bag></dc:subject>
    <photoshop:Credit>The Agency</photoshop:Credit>
    <xmp:CreateDate>2024-05-01T10:20:30.25+02:00</xmp:CreateDate>""",
    """aux:Lens="50mm" xmpRights:WebStatement="https://example.org/rights"
    Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/x/trainedAlgorithmicMedia" """,
)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_what_editors_write_is_told_in_every_format(form):
    found = read(FULL, form)

    assert found == {
        "artist": "A. Person",
        "copyright": "© A.",
        "title": "Dawn",
        "keywords": ["sea", "sky"],
        "credit": "The Agency",
        "lens": "50mm",
        "takenAt": "2024-05-01T10:20:30.25+02:00",
        "rightsUrl": "https://example.org/rights",
        "sourceType": "trainedAlgorithmicMedia",
    }


@pytest.mark.parametrize(
    "date", ["2024-13-01T00:00:00", "yesterday", "2024-05-01", "2024-05-01T10:20:30+99:00"]
)
def test_a_date_that_is_none_is_left_out(date):
    assert "takenAt" not in read(packet(f"<xmp:CreateDate>{date}</xmp:CreateDate>"))


BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>"""


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"no XML",
        b"<x>" * 10_000,
        b"<a/>" + bytes(50),
        b"\xff\xfe<\0x",
        BOMB,
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        b'<?xml version="1.0" encoding="klingon"?><x/>',
        packet("<dc:creator/><dc:subject><rdf:Bag/></dc:subject>"),
    ],
)
def test_junk_tells_nothing_and_harms_nothing(junk):
    assert read(junk) == {}


def test_a_huge_packet_is_left_out_at_once():
    image = Image.new("RGB", (8, 8))
    image.info["xmp"] = packet("<dc:title>x</dc:title>" * (MAX_PACKET_BYTES // 20))
    began = time.perf_counter()

    assert read_xmp(image) == {}
    assert time.perf_counter() - began < 0.1


def test_values_are_bounded():
    image = Image.new("RGB", (8, 8))
    words = "".join(f"<rdf:li>{'w' * 5_000}</rdf:li>" for _ in range(100))
    image.info["xmp"] = packet(
        f"<dc:title>{'t' * 9_000}</dc:title><dc:subject><rdf:Bag>{words}</rdf:Bag></dc:subject>"
    )

    found = read_xmp(image)

    assert len(found["title"]) == 200
    assert [len(word) for word in found["keywords"]] == [200] * 20


def test_the_camera_goes_before_the_editor():
    exif = Image.Exif()
    exif[315] = "The camera"
    target = io.BytesIO()
    Image.new("RGB", (8, 8)).save(target, "JPEG", xmp=FULL, exif=exif)

    told, _ = look.look(target.getvalue(), Limits())

    assert told["exif"]["artist"] == "The camera"
    assert told["exif"]["credit"] == "The Agency"


@pytest.mark.parametrize(
    ("camera", "told"),
    [
        ("2024:05:01 10:20:30", "2024-05-01T10:20:30.25+02:00"),
        ("2023:01:01 00:00:00", "2023-01-01T00:00:00"),
    ],
)
def test_an_editor_may_know_the_offset_of_the_cameras_time(camera, told):
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = camera
    target = io.BytesIO()
    Image.new("RGB", (8, 8)).save(target, "JPEG", xmp=FULL, exif=exif)

    found, _ = look.look(target.getvalue(), Limits())

    assert found["exif"]["takenAt"] == told
