import io

import pytest
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from metadata.exif import MAX_TEXT, read_exif, read_gps, text
from metadata.iptc import read_iptc

BASE, GPS, IFD = ExifTags.Base, ExifTags.GPS, ExifTags.IFD


def photo(tags=(), camera=(), gps=()):
    """Return a JPEG whose EXIF says this, as it comes out of a file."""
    exif = Image.Exif()
    exif.update(dict(tags))
    exif.get_ifd(IFD.Exif).update(dict(camera))
    exif.get_ifd(IFD.GPSInfo).update(dict(gps))
    target = io.BytesIO()
    Image.new("RGB", (4, 4)).save(target, "JPEG", exif=exif)
    return Image.open(target)


def test_what_a_camera_writes_is_told_in_numbers_with_units():
    picture = photo(
        {BASE.Make: "Canon", BASE.Model: "Canon EOS R5", BASE.Copyright: "A. Person"},
        {
            BASE.LensModel: "RF50mm F1.2",
            BASE.ExposureTime: IFDRational(1, 250),
            BASE.FNumber: IFDRational(28, 10),
            BASE.ISOSpeedRatings: 400,
            BASE.FocalLength: IFDRational(50, 1),
            BASE.FocalLengthIn35mmFilm: 50,
            BASE.ExposureBiasValue: IFDRational(-1, 3),
            BASE.Flash: 16,
            BASE.DateTimeOriginal: "2024:05:01 10:20:30",
            BASE.OffsetTimeOriginal: "+02:00",
            BASE.SubsecTimeOriginal: "25",
        },
    )

    assert read_exif(picture) == {
        "make": "Canon",
        "model": "Canon EOS R5",
        "camera": "Canon EOS R5",
        "lens": "RF50mm F1.2",
        "exposureTimeS": 0.004,
        "fNumber": 2.8,
        "iso": 400,
        "exposureBiasEv": -0.3333333,
        "focalLengthMm": 50.0,
        "focalLength35Mm": 50,
        "flashFired": False,
        "copyright": "A. Person",
        "takenAt": "2024-05-01T10:20:30.25+02:00",
    }


def test_the_maker_is_put_before_a_model_that_lacks_it():
    picture = photo({BASE.Make: "Apple", BASE.Model: "iPhone 15"})

    assert read_exif(picture)["camera"] == "Apple iPhone 15"


def test_a_time_without_offset_is_local():
    picture = photo({BASE.DateTime: "2024:05:01 10:20:30"})

    assert read_exif(picture)["takenAt"] == "2024-05-01T10:20:30"


@pytest.mark.parametrize(
    ("stamp", "offset"),
    [("0000:00:00 00:00:00", "+02:00"), ("2024:13:45 99:00:00", ""), ("    :  :     :  :  ", "")],
)
def test_an_impossible_time_is_left_out(stamp, offset):
    picture = photo((), {BASE.DateTimeOriginal: stamp, BASE.OffsetTimeOriginal: offset})

    assert "takenAt" not in read_exif(picture)


def test_an_impossible_offset_does_not_spoil_the_time():
    picture = photo(
        (), {BASE.DateTimeOriginal: "2024:05:01 10:20:30", BASE.OffsetTimeOriginal: "+99:00"}
    )

    assert read_exif(picture)["takenAt"] == "2024-05-01T10:20:30"


def test_divisions_by_zero_and_nonsense_are_left_out():
    picture = photo(
        {BASE.Make: "  \0"},
        {
            BASE.ExposureTime: IFDRational(1, 0),
            BASE.FNumber: IFDRational(0, 0),
            BASE.ISOSpeedRatings: 0,
            BASE.FocalLength: IFDRational(2**31, 1),
        },
    )

    assert read_exif(picture) == {}


def test_long_text_with_controls_becomes_one_short_line():
    assert text("a\tb\nc\x1b[31m " + "x" * 5000) == ("a b c [31m " + "x" * 5000)[:MAX_TEXT]
    assert text("photographer\0editor\0") == "photographer; editor"
    assert text(b"caf\xc3\xa9 \xff") == "café"
    assert text(7) is None


def test_half_a_surrogate_never_reaches_the_record():
    assert text("a\ud800b") == "a b"


def test_a_place_is_told_in_degrees():
    picture = photo(
        gps={
            GPS.GPSLatitude: (48.0, 51.0, 29.7),
            GPS.GPSLatitudeRef: "S",
            GPS.GPSLongitude: (2.0, 17.0, 40.2),
            GPS.GPSLongitudeRef: "E",
            GPS.GPSAltitude: 35.0,
            GPS.GPSAltitudeRef: b"\x01",
        }
    )

    place = read_gps(picture)

    assert place == {"latitude": -48.85825, "longitude": 2.2945, "altitudeM": -35.0}


@pytest.mark.parametrize(
    "latitude", [(91.0, 0.0, 0.0), (48.0, 61.0, 0.0), (90.0, 0.0, 1.0), (48.0, 51.0)]
)
def test_an_impossible_place_is_left_out(latitude):
    picture = photo(gps={GPS.GPSLatitude: latitude, GPS.GPSLongitude: (2.0, 17.0, 40.2)})

    assert read_gps(picture) is None


@pytest.mark.filterwarnings("ignore:.*orrupt EXIF")
def test_a_block_of_junk_is_no_exif():
    target = io.BytesIO()
    junk = b"Exif\0\0II*\0\x08\0\0\0" + b"\xff" * 60_000
    Image.new("RGB", (4, 4)).save(target, "JPEG", exif=junk)

    picture = Image.open(target)

    assert read_exif(picture) == {}
    assert read_gps(picture) is None


def with_iptc(records):
    """Return a JPEG with these IPTC records, in the block where Photoshop keeps them."""
    data = b"".join(
        bytes((0x1C, 2, number)) + len(value).to_bytes(2, "big") + value
        for number, value in records
    )
    block = b"8BIM\x04\x04\0\0" + len(data).to_bytes(4, "big") + data + bytes(len(data) % 2)
    segment = b"Photoshop 3.0\0" + block
    target = io.BytesIO()
    Image.new("RGB", (4, 4)).save(target, "JPEG")
    plain = target.getvalue()
    length = (len(segment) + 2).to_bytes(2, "big")
    return Image.open(io.BytesIO(plain[:2] + b"\xff\xed" + length + segment + plain[2:]))


def test_an_agency_names_author_and_credit():
    picture = with_iptc([(80, b"Ada"), (110, b"Agency / Ada"), (116, "© Ada".encode())])

    assert read_iptc(picture) == {
        "artist": "Ada",
        "credit": "Agency / Ada",
        "copyright": "© Ada",
    }


def test_junk_where_iptc_should_be_is_nothing():
    assert read_iptc(with_iptc([(80, b"")])) == {}
    assert read_iptc(Image.new("RGB", (4, 4))) == {}
