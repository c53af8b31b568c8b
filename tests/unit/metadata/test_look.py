import io
import json
import warnings

import pillow_heif
import pytest
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from metadata import look
from metadata.inspect import Inspection
from picture import decode
from picture.limits import Limits
from picture.refusals import Refusal

pillow_heif.register_heif_opener()
LIMITS = Limits()


def picture(size=(60, 40), mode="RGB"):
    return Image.linear_gradient("L").resize(size).convert(mode)


def encoded(image, form, **options):
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def told(data, limits=LIMITS):
    # As it comes over the wire.
    return json.loads(json.dumps(look.look(data, limits)[0]))


def seen(data, limits=LIMITS):
    return Inspection.model_validate(told(data, limits))


def refused(data, limits=LIMITS):
    with pytest.raises(Refusal) as caught:
        look.look(data, limits)
    return caught.value.code


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("JPEG", "jpeg"),
        ("PNG", "png"),
        ("WEBP", "webp"),
        ("GIF", "gif"),
        ("AVIF", "avif"),
        ("HEIF", "heic"),
        ("TIFF", "tiff"),
        ("BMP", "bmp"),
        ("ICO", "ico"),
        ("JPEG2000", "jpeg2000"),
    ],
)
def test_every_accepted_format_is_described(form, name):
    found = seen(
        encoded(picture((64, 48)), form, **({"sizes": [(64, 48)]} if form == "ICO" else {}))
    )

    assert (found.format, found.width, found.height) == (name, 64, 48)
    assert found.frames == 1
    assert found.orientation == 1


@pytest.mark.parametrize(
    ("mode", "form", "space", "depth"),
    [
        ("L", "PNG", "gray", 8),
        ("1", "PNG", "gray", 1),
        ("I;16", "PNG", "gray", 16),
        ("RGBA", "PNG", "rgb", 8),
        ("CMYK", "JPEG", "cmyk", 8),
        ("I;16", "TIFF", "gray", 16),
    ],
)
def test_colour_space_and_depth_are_those_of_the_file(mode, form, space, depth):
    found = seen(encoded(picture(mode=mode), form))

    assert (found.color_space, found.bit_depth) == (space, depth)


@pytest.mark.parametrize(
    ("form", "options"),
    [("JPEG", {}), ("JPEG", {"progressive": True}), ("JPEG2000", {}), ("PNG", {}), ("TIFF", {})],
)
def test_a_large_picture_has_the_size_of_the_file_and_not_of_the_reduced_decode(form, options):
    large, small = picture((1600, 1200)), picture((200, 150))

    found = seen(encoded(large, form, **options))

    assert (found.width, found.height) == (1600, 1200)
    bits = int(found.phash, 16) ^ int(seen(encoded(small, "PNG")).phash, 16)
    assert bits.bit_count() <= 8


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_sideways_picture_of_any_format_is_upright(form):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 8

    found = seen(encoded(picture((300, 200)), form, exif=exif))

    assert (found.width, found.height) == (200, 300)


def test_a_sideways_photo_is_described_as_it_is_seen():
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    sideways = picture((60, 40))
    upright = sideways.transpose(Image.Transpose.ROTATE_270)

    turned = seen(encoded(sideways, "PNG", exif=exif))

    plain = seen(encoded(upright, "PNG"))
    assert (turned.width, turned.height, turned.orientation) == (40, 60, 6)
    assert (turned.phash, turned.thumbhash) == (plain.phash, plain.thumbhash)


def test_the_frames_of_an_animation_are_counted():
    frames = [picture((20, 20)).rotate(90 * turn) for turn in range(4)]

    found = seen(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))

    assert found.frames == 4


def test_the_embedded_profile_is_named():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    assert "sRGB" in (seen(encoded(picture(), "JPEG", icc_profile=profile)).color_profile or "")
    assert seen(encoded(picture(), "JPEG", icc_profile=b"junk" * 9)).color_profile is None


def test_what_breaks_a_limit_is_refused():
    data = encoded(picture((60, 40)), "PNG")

    assert refused(data, Limits(max_pixels=2399)) == "too_many_pixels"
    assert refused(data, Limits(max_bytes=10)) == "too_large"
    assert seen(data, Limits(max_pixels=2400)).width == 60


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"hello, I am a .jpg", "not_an_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unsupported_format"),
        (b"%PDF-1.7", "unsupported_format"),
        (b"\xff\xd8\xff\xe0 nothing follows", "truncated"),
    ],
)
def test_what_is_no_accepted_picture_is_refused(data, code):
    assert refused(data) == code


def test_an_animated_png_looks_like_its_first_frame():
    frames = [picture((20, 20)).rotate(90 * turn) for turn in range(3)]

    found = seen(encoded(frames[0], "PNG", save_all=True, append_images=frames[1:]))

    assert found.frames == 3
    assert found.phash == seen(encoded(frames[0], "PNG")).phash


def test_large_texts_in_a_png_do_not_fail_it():
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("XML:com.adobe.xmp", "<x>" * 700_000, zip=True)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        decode.prepare(LIMITS)
        found = seen(encoded(picture(), "PNG", pnginfo=texts))

    assert found.width == 60


def test_half_a_picture_is_refused():
    data = encoded(Image.effect_noise((300, 300), 90), "JPEG")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert refused(data[: len(data) // 2]) == "truncated"


def test_junk_exif_does_not_fail_a_picture():
    junk = b"Exif\0\0II*\0\x08\0\0\0" + b"\xff" * 60_000

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = seen(encoded(picture(), "JPEG", exif=junk))

    assert found.exif == {}
    assert found.width == 60


def test_labels_of_megabytes_do_not_make_a_large_record():
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = "x" * 400_000
    for tag in (ExifTags.Base.Artist, ExifTags.Base.Copyright, ExifTags.Base.Software):
        exif[tag] = "x" * 400_000
    target = encoded(picture(), "WEBP", exif=exif)

    found = seen(target)

    assert len(target) > 1_500_000
    assert len(found.exif["description"]) == 200
    assert len(found.model_dump_json().encode()) < 5_000
