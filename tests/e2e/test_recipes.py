"""Recipes of one's own, through a whole stack that has them."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from tests.builders import jpeg, opened, photo, sideways_jpeg
from tests.e2e.pipeline import Pipeline
from tests.local_cloud import ROOT, LocalCloud, apply_environment

RECIPES = """
rules:
  - {set: portraits, path: "*/portraits/*", owner: "acme*"}
default:
  thumbnail: {width: 64, height: 64, fit: cover}
portraits:
  portrait: {width: 300, height: 300, fit: cover, crop: faces}
"""
MARK = (255, 0, 255)


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    folder = tmp_path_factory.mktemp("recipes")
    with LocalCloud(folder / "data", stack_with(folder, RECIPES), services=3) as cloud:
        cloud.start()
        apply_environment(cloud.environment())
        with closing(Pipeline(cloud)) as pipeline:
            yield pipeline
        assert cloud.stop() == 0, cloud.log_tail()


def stack_with(folder: Path, recipes: str) -> Path:
    """Return a stack like ours whose thumbnailer has these recipes."""
    (folder / "recipes.yaml").write_text(recipes)
    stack = yaml.safe_load((ROOT / "localcloud" / "stack.yaml").read_text())
    (thumbnailer,) = (one for one in stack["services"] if one["name"] == "thumbnailer")
    thumbnailer["env"]["RECIPES_FILE"] = str(folder / "recipes.yaml")
    for workflow in stack["workflows"]:
        workflow["source"] = str(ROOT / "localcloud" / workflow["source"])
    (folder / "stack.yaml").write_text(yaml.safe_dump(stack))
    return folder / "stack.yaml"


def face() -> Image.Image:
    """Return a drawing of 400 pixels in which the local model sees a face; its nose is marked."""
    picture = Image.new("RGB", (400, 400), (90, 110, 140))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((90, 20, 310, 250), (60, 40, 30))
    draw.rectangle((160, 300, 240, 400), (200, 150, 120))
    draw.ellipse((105, 60, 295, 350), (224, 172, 140))
    for eye in (155, 245):
        draw.ellipse((eye - 26, 165, eye + 26, 190), (250, 250, 250))
        draw.ellipse((eye - 12, 164, eye + 12, 190), (60, 40, 30))
        draw.arc((eye - 32, 135, eye + 32, 180), 200, 340, (50, 30, 20), 8)
    draw.polygon(((200, 180), (180, 245), (220, 245)), (205, 150, 120))
    draw.ellipse((160, 275, 240, 305), (180, 70, 70))
    picture = picture.filter(ImageFilter.GaussianBlur(3))
    ImageDraw.Draw(picture).ellipse((192, 212, 208, 228), MARK)
    return picture


def portrait() -> Image.Image:
    """Return a large picture with a face on its right, and more to look at on its left."""
    picture = Image.new("RGB", (3000, 1200), (90, 110, 140))
    picture.paste(photo(900, 1200, seed=50), (0, 0))
    picture.paste(face().resize((800, 800)), (1900, 200))
    return picture


def marked(picture: Image.Image) -> tuple[float, float] | None:
    """Return where the mark of the face is, in shares of the picture."""
    mark = Image.new("RGB", picture.size, MARK)
    difference = ImageChops.difference(picture.convert("RGB"), mark).convert("L")
    box = difference.point(lambda value: 255 * (value < 40)).getbbox()
    if box is None:
        return None
    return (box[0] + box[2]) / 2 / picture.width, (box[1] + box[3]) / 2 / picture.height


@pytest.mark.parametrize("camera", [jpeg, sideways_jpeg])
def test_a_crop_for_faces_has_the_face_in_its_middle(
    pipeline: Pipeline, camera: Callable[[Image.Image], bytes]
) -> None:
    name = f"acme-shop/portraits/{camera.__name__}.jpg"

    record = pipeline.end(pipeline.upload(name, camera(portrait())))

    assert (record["state"], record["reason"]) == ("ready", None)
    assert record["metadata"]["faces"] == len(record["metadata"]["faceBoxes"]) == 1
    assert record["variants"].keys() == {"portrait"}
    place = marked(opened(pipeline.variant(record, "portrait")))
    assert place is not None
    assert abs(place[0] - 0.5) < 0.06


@pytest.mark.parametrize("name", ["acme-shop/other/a.jpg", "bob/portraits/a.jpg"])
def test_other_paths_and_owners_get_the_default(pipeline: Pipeline, name: str) -> None:
    record = pipeline.end(pipeline.upload(name, jpeg(photo(320, 240, seed=51))))

    assert record["variants"].keys() == {"thumbnail"}
