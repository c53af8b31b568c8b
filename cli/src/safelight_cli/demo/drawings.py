"""Sample pictures that are made on the spot, one for each thing that goes wrong elsewhere."""

from io import BytesIO

from PIL import ExifTags, Image, ImageDraw, ImageFont

_LOWER_CORNER_UP = 6  # EXIF orientation: the camera was turned by 90 degrees.


def poster() -> bytes:
    """Return a text poster as JPEG."""
    image = Image.new("RGB", (1200, 800), "#f4efe4")
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 40, 1160, 760), outline="#7a1f1f", width=8)
    lines = (
        ("SAFELIGHT", 150, 120),
        ("every picture checked", 64, 360),
        ("20 November 2026", 52, 540),
    )
    for text, size, top in lines:
        font = ImageFont.load_default(size)
        draw.text((600, top), text, font=font, fill="#2b2b2b", anchor="ma")
    return _encoded(image, "JPEG", quality=90)


def sideways(photo: bytes) -> bytes:
    """Return the photo as a turned camera stores it: on its side, with an EXIF note and GPS."""
    image = Image.open(BytesIO(photo)).convert("RGB").transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = _LOWER_CORNER_UP
    exif[ExifTags.Base.Make] = "Safelight"
    exif[ExifTags.Base.Model] = "Pinhole 1"
    exif[ExifTags.Base.Copyright] = "CC0"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)}
    )
    return _encoded(image, "JPEG", quality=90, exif=exif)


def transparent() -> bytes:
    """Return overlapping discs of different opacity as PNG."""
    image = Image.new("RGBA", (900, 700), (0, 0, 0, 0))
    discs = (("#d7263d", 250, 260), ("#1b998b", 450, 260), ("#2e294e", 350, 430))
    for color, x, y in discs:
        layer = Image.new("RGBA", image.size, (0, 0, 0, 0))
        red, green, blue = Image.new("RGB", (1, 1), color).getpixel((0, 0))  # type: ignore[misc]
        ImageDraw.Draw(layer).ellipse((x - 180, y - 180, x + 180, y + 180), (red, green, blue, 170))
        image = Image.alpha_composite(image, layer)
    return _encoded(image, "PNG")


def truncated(photo: bytes) -> bytes:
    """Return the first half of the photo as JPEG, as a lost connection leaves it."""
    whole = _encoded(Image.open(BytesIO(photo)).convert("RGB"), "JPEG", quality=90)
    return whole[: len(whole) // 2]


def _encoded(image: Image.Image, format_: str, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()
