"""What recipes ask for is what lies in the bucket: through the service, over the wire."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.cloud.exceptions import NotFound
from PIL import Image, ImageSequence

from tests.builders import encoded, jpeg, opened
from tests.builders import photo as colourful
from tests.contract.thumbnailer_service import Service, serving
from tests.local_cloud import LocalCloud
from thumbnailer.recipes import digest, load

RECIPES = """
rules:
  - {set: press, path: "*/press/*", owner: "acme*"}
default:
  icon: {width: 40, height: 40, fit: cover, crop: center}
press:
  poster: {width: 200, height: 100}
faces:
  icon: {width: 100, height: 100, fit: cover, crop: faces}
focal:
  icon: {width: 100, height: 100, fit: cover, crop: center, focus: [0.9, 0.5]}
logo:
  display: {width: 400, height: 400, format: png, watermark: {image: logo.png, width: 0.25,
    opacity: 1, position: bottom-right}}
moving:
  display: {width: 90, height: 90, format: [webp, jpeg], animation: keep}
smallest:
  display: {width: 300, height: 300, format: [png, jpeg, webp], keep: smallest}
several:
  display: {width: 300, height: 300, format: [png, jpeg, webp, avif]}
bounded:
  free: {width: 600, height: 600, quality: 95}
  bounded: {width: 600, height: 600, quality: 95, max_bytes: 15000}
"""
WIDE = (1200, 400)


@pytest.fixture(scope="module")
def recipes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recipes")
    Image.new("RGBA", (50, 20), (255, 0, 0, 255)).save(folder / "logo.png")
    (folder / "recipes.yaml").write_text(RECIPES)
    return folder / "recipes.yaml"


@pytest.fixture(scope="module")
def service(local_cloud: LocalCloud, recipes: Path) -> Iterator[Service]:
    assert local_cloud.url
    with serving(RECIPES_FILE=str(recipes), RENDER_CHILDREN="1") as running:
        yield running


def wide(**boxes: tuple[int, int, int, int]) -> bytes:
    """Return a picture that is grey but for detail on its left, and for the boxes."""
    picture = Image.new("RGB", WIDE, "grey")
    picture.paste(colourful(300, 400), (0, 0))
    for colour, box in boxes.items():
        picture.paste(colour, box)
    return jpeg(picture)


def region(left: int, top: int, right: int, bottom: int) -> dict[str, Any]:
    return {"x": left, "y": top, "width": right - left, "height": bottom - top, "confidence": 0.9}


def is_red(picture: Image.Image, at: tuple[int, int]) -> bool:
    red, green, blue = picture.convert("RGB").getpixel(at)
    return bool(red > 200 and max(green, blue) < 60)


def test_a_crop_for_faces_has_the_face_in_its_middle(service: Service) -> None:
    face = (880, 160, 960, 240)

    variants = service.rendered(wide(red=face), recipes="faces", faces=[region(*face)])

    icon = opened(service.read(variants["icon"]))
    assert icon.size == (100, 100)
    assert is_red(icon, (50, 50))
    assert [is_red(icon, (x, 50)) for x in (37, 63)] == [False, False]


def test_a_crop_for_faces_has_the_middle_of_them_all_in_its_middle(service: Service) -> None:
    left, right = (640, 180, 680, 220), (960, 180, 1000, 220)
    picture = wide(red=left, blue=right)

    variants = service.rendered(picture, recipes="faces", faces=[region(*left), region(*right)])

    icon = opened(service.read(variants["icon"]))
    assert is_red(icon, (10, 50))
    assert icon.getpixel((90, 50))[2] > 200


def test_a_crop_for_faces_goes_to_where_something_is_without_any(service: Service) -> None:
    variants = service.rendered(wide(), recipes="faces")

    icon = opened(service.read(variants["icon"])).convert("RGB")
    assert len(icon.crop((0, 0, 50, 100)).getcolors(5000)) > 500


def test_a_focal_point_counts_where_nothing_better_is_known(service: Service) -> None:
    variants = service.rendered(wide(red=(1060, 0, 1100, 400)), recipes="focal")

    icon = opened(service.read(variants["icon"]))
    assert is_red(icon, (70, 50)), "0.9 of the width, as near as the edge allows"


def test_a_watermark_may_be_a_picture(service: Service) -> None:
    variants = service.rendered(wide(), recipes="logo")

    display = opened(service.read(variants["display"]))
    assert display.size == (400, 133)
    assert is_red(display, (340, 100))
    assert not is_red(display, (200, 60))


def test_an_animation_moves_in_the_formats_that_can(service: Service) -> None:
    frames = [Image.new("RGB", (180, 180), colour) for colour in ("red", "lime", "blue")]
    film = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=120)

    variants = service.rendered(film, recipes="moving")

    assert variants.keys() == {"display", "display-jpg"}
    moving = opened(service.read(variants["display"]))
    assert (moving.format, moving.size) == ("WEBP", (90, 90))
    shown = [(f.convert("RGB").getpixel((45, 45)), f.info["duration"]) for f in sequence(moving)]
    assert [max(range(3), key=colour.__getitem__) for colour, _ in shown] == [0, 1, 2]
    assert [duration for _, duration in shown] == [120, 120, 120]
    assert opened(service.read(variants["display-jpg"])).size == (90, 90)


def sequence(film: Image.Image) -> Iterator[Image.Image]:
    for frame in ImageSequence.Iterator(film):
        frame.load()
        yield frame


def test_several_formats_are_stored_beside_each_other(service: Service) -> None:
    variants = service.rendered(jpeg(colourful()), recipes="several")

    assert {name: one["contentType"] for name, one in variants.items()} == {
        "display": "image/png",
        "display-jpg": "image/jpeg",
        "display-webp": "image/webp",
        "display-avif": "image/avif",
    }
    found = {name: opened(service.read(one)) for name, one in variants.items()}
    assert {f"image/{one.format.lower()}" for one in found.values()} == {
        one["contentType"] for one in variants.values()
    }
    assert {one.size for one in found.values()} == {(300, 225)}


def test_of_several_formats_the_smallest_can_be_kept(service: Service) -> None:
    picture = jpeg(colourful())
    every = service.rendered(picture, recipes="several")

    kept = service.rendered(picture, recipes="smallest")

    assert kept.keys() == {"display"}
    least = min(one["bytes"] for name, one in every.items() if name != "display-avif")
    assert kept["display"]["bytes"] == least < every["display"]["bytes"]


def test_a_variant_keeps_to_its_size_in_bytes(service: Service) -> None:
    variants = service.rendered(jpeg(colourful(seed=1)), recipes="bounded")

    assert variants["free"]["bytes"] > 15_000
    assert 10_000 < len(service.read(variants["bounded"])) <= 15_000


@pytest.mark.parametrize(
    ("name", "owner", "made"),
    [
        ("acme/press/a b.jpg", "acme", {"poster"}),
        ("acme-two/x/press/y/z.jpg", "acme-two", {"poster"}),
        ("acme/private/a.jpg", "acme", {"icon"}),
        ("bob/press/a.jpg", "bob", {"icon"}),
    ],
)
def test_path_and_owner_choose_the_recipes(
    service: Service, name: str, owner: str, made: set[str]
) -> None:
    variants = service.rendered(wide(), name=name, owner=owner, recipes="default")

    assert variants.keys() == made


def stored(service: Service, image_id: str) -> list[str]:
    return [blob.name for blob in service.variants.list_blobs(prefix=f"{image_id}/")]


def again(service: Service, image_id: str, generation: int, recipes: str) -> dict[str, Any]:
    """Return the variants, rendered as a redrive has them rendered."""
    service.records.document(image_id).update({"state": "rendering"})
    answer = service.render(image_id, generation, recipes=recipes)
    assert answer.json()["outcome"] == "ready", answer.text
    return dict(service.record(image_id)["variants"])


def test_other_recipes_never_change_what_an_address_shows(service: Service, recipes: Path) -> None:
    image_id, generation = service.expect(wide(red=(880, 160, 960, 240)))
    before = again(service, image_id, generation, "focal")

    after = again(service, image_id, generation, "default")

    edition = digest(load(recipes).sets["default"])
    name = f"{image_id}/{generation}/{edition}/icon.jpg"
    assert after["icon"]["uri"] == f"gs://{service.variants.name}/{name}"
    assert opened(service.read(after["icon"])).size == (40, 40)
    assert stored(service, image_id) == [name]
    with pytest.raises(NotFound):
        service.read(before["icon"])


def test_the_same_recipes_again_leave_every_object_as_it_is(service: Service) -> None:
    image_id, generation = service.expect(wide())
    before = again(service, image_id, generation, "several")

    assert again(service, image_id, generation, "several") == before
    assert len(stored(service, image_id)) == 4


def test_a_newer_upload_takes_the_variants_of_the_older_away(service: Service) -> None:
    image_id, generation = service.expect(wide())
    again(service, image_id, generation, "default")
    blob = service.uploads.blob(image_id)
    blob.upload_from_string(wide())
    newer = int(blob.generation)
    service.records.document(image_id).update({"original.generation": newer})

    after = again(service, image_id, newer, "default")

    assert [f"gs://{service.variants.name}/{name}" for name in stored(service, image_id)] == [
        after["icon"]["uri"]
    ]


def test_something_else_under_a_variants_name_is_neither_published_nor_replaced(
    service: Service, recipes: Path
) -> None:
    image_id, generation = service.expect(wide())
    edition = digest(load(recipes).sets["default"])
    foreign = service.variants.blob(f"{image_id}/{generation}/{edition}/icon.jpg")
    foreign.upload_from_string(b"not ours")

    answer = service.render(image_id, generation)

    assert (answer.status_code, answer.json()["code"]) == (200, "variant_taken")
    record = service.record(image_id)
    assert (record["state"], record["reason"]["code"]) == ("failed", "variant_taken")
    assert foreign.download_as_bytes() == b"not ours"
