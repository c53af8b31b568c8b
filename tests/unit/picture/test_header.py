import io

import pytest
from PIL import Image

from picture.header import read_header
from picture.limits import Limits
from picture.refusals import SENTENCES, Refusal, to_error
from safelight.errors import PermanentError


def encoded(form, size=(60, 40), **options):
    target = io.BytesIO()
    Image.new("RGB", size, "red").save(target, form, **options)
    return target.getvalue()


def code_of(data, **limits):
    with pytest.raises(Refusal) as refused:
        read_header(data, Limits(**limits))
    return refused.value.code


def test_a_header_is_read_without_decoding():
    header = read_header(encoded("JPEG"), Limits())

    assert (header.form.name, header.size, header.frames) == ("jpeg", (60, 40), 1)
    assert header.outline is not None
    assert header.image.tile


def test_each_limit_is_kept():
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("green", "blue", "black")]
    animation = encoded("GIF", save_all=True, append_images=frames)

    assert code_of(encoded("PNG"), max_pixels=2399) == "too_many_pixels"
    assert code_of(encoded("PNG"), max_bytes=20) == "too_large"
    assert code_of(encoded("JPEG", progressive=True), max_scans=3) == "too_many_scans"
    assert code_of(animation, max_frames=3) == "too_many_frames"
    assert code_of(b"") == "empty_file"


def test_an_animated_png_is_its_default_image_but_keeps_its_count():
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("green", "blue")]
    animation = encoded("PNG", save_all=True, append_images=frames)

    header = read_header(animation, Limits())

    assert header.frames == 3
    assert len(header.data) < len(animation)
    assert code_of(animation, max_frames=2) == "too_many_frames"


@pytest.mark.parametrize("code", SENTENCES)
def test_every_refusal_is_an_error_that_the_stages_know(code):
    facts = {"kind": "a video", "actual": 2, "allowed": 1, "how": "signal", "why": "it is a folder"}

    error = to_error(Refusal(code, **facts))

    assert isinstance(error, PermanentError)
    assert error.code == {"unreadable": "not_an_image"}.get(code, code)
    assert error.message.endswith(".")


def test_the_count_that_an_animated_png_claims_is_not_believed():
    animation = encoded("PNG", save_all=True, append_images=[Image.new("RGB", (60, 40), "blue")])
    at = animation.index(b"acTL") + 4
    claimed = animation[:at] + (1_000_000).to_bytes(4, "big") + animation[at + 4 :]

    assert read_header(claimed, Limits(max_frames=2)).frames == 2


def test_pixels_that_cost_more_are_fewer():
    grey = Image.new("I;16", (60, 40))
    target = io.BytesIO()
    grey.save(target, "TIFF")
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("green", "blue")]

    assert code_of(target.getvalue(), max_costly_pixels=2399) == "too_many_pixels"
    assert code_of(encoded("WEBP"), max_costly_pixels=2399) == "too_many_pixels"
    assert read_header(encoded("PNG"), Limits(max_costly_pixels=2399)).size == (60, 40)
    for form in ("GIF", "WEBP", "PNG", "AVIF"):
        animation = encoded(form, save_all=True, append_images=frames)
        assert code_of(animation, max_moving_pixels=2399) == "too_many_pixels"
        assert read_header(encoded(form), Limits(max_moving_pixels=2399)).frames == 1


def test_the_pages_of_a_document_do_not_move():
    pages = [Image.new("RGB", (60, 40), "blue")]
    document = encoded("TIFF", save_all=True, append_images=pages)

    assert read_header(document, Limits(max_moving_pixels=2399)).frames == 2


@pytest.mark.parametrize("size", [(60, 1), (1, 60)])
def test_a_line_of_pixels_has_a_limit(size):
    assert read_header(encoded("PNG", size), Limits(max_side=60)).size == size
    with pytest.raises(Refusal, match="60 pixels on a side; at most 59"):
        read_header(encoded("PNG", size), Limits(max_side=59))
