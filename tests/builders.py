"""Pictures that tests make for themselves."""

import random
from io import BytesIO

from PIL import ExifTags, Image, ImageDraw, ImageFilter


def photo(width: int = 800, height: int = 600, seed: int = 0) -> Image.Image:
    """Return something like a photo: soft shapes of many colours, some grain."""
    source = random.Random(seed)
    small = Image.new("RGB", (32, 24))
    small.putdata([tuple(source.randrange(256) for _ in range(3)) for _ in range(32 * 24)])
    picture = small.resize((width, height), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    for _ in range(6):
        x, y = source.randrange(width), source.randrange(height)
        radius = min(width, height) // 8
        color = tuple(source.randrange(256) for _ in range(3))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=color)
    return picture.filter(ImageFilter.GaussianBlur(1))


def jpeg(picture: Image.Image, **options: object) -> bytes:
    return encoded(picture, "JPEG", quality=90, **options)


def encoded(picture: Image.Image, format_: str, **options: object) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, format_, **options)
    return buffer.getvalue()


def sideways_jpeg(picture: Image.Image) -> bytes:
    """Return the picture as a camera turned by 90 degrees stores it, with a GPS position."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (52.0, 31.0, 12.0)})
    return jpeg(picture.transpose(Image.Transpose.ROTATE_90), exif=exif)


def opened(content: bytes) -> Image.Image:
    """Return the decoded picture."""
    picture = Image.open(BytesIO(content))
    picture.load()
    return picture
