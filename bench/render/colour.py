"""How far the colours of our variants are from those of LittleCMS on the full picture."""

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from bench.render.delta_e import delta_e, lab
from bench.render.fixtures import FOLDER, SIZES, photo
from bench.render.job import DISPLAY, SIDES
from bench.render.profiles import ADOBE_RGB, DISPLAY_P3, PROPHOTO, cmyk, grey, rgb
from bench.render.quality import in_srgb
from picture import decode
from picture.limits import Limits
from thumbnailer.order import Order
from thumbnailer.recipe import Recipe
from thumbnailer.steps import render

_GOAL = 2.0
_SIZE = SIZES["12"]
_SPACES: Mapping[str, tuple[str, bytes | None]] = {
    # What scaled decoding alone makes different.
    "untagged": ("RGB", None),
    "display-p3": ("RGB", rgb(DISPLAY_P3, 2.2)),
    "adobe-rgb": ("RGB", rgb(ADOBE_RGB, 2.2)),
    "prophoto": ("RGB", rgb(PROPHOTO, 1.8)),
    "cmyk": ("CMYK", cmyk()),
    "grey": ("L", grey(1.8)),
}


def show() -> None:
    """Print the differences: the mean, what 99 of 100 pixels keep, and the most."""
    print("\ncolours after conversion to sRGB, beside LittleCMS on the full picture (DE2000)")
    for name in _SPACES:
        told = []
        for variant, apart in compare(_fixture(name)).items():
            mean, most = apart.mean(), apart.max()
            mark = " ABOVE" if mean > _GOAL else ""
            told.append(f"{variant} {mean:.2f} / {np.percentile(apart, 99):.2f} / {most:.1f}{mark}")
        print(f"  {name:12}", ", ".join(told))
    print(f"  goal         {_GOAL:.0f} in the mean")


def compare(path: Path) -> dict[str, np.ndarray]:
    """Return the difference of every pixel of every variant."""
    ours, best = _ours(path.read_bytes()), _best(path)
    return {name: delta_e(_lab(ours[name]), _lab(best[name])) for name in best}


def _fixture(name: str) -> Path:
    path = FOLDER / f"12-{name}.jpg"
    if not path.exists():
        mode, profile = _SPACES[name]
        image = photo(_SIZE).convert(mode)
        image.save(path, "JPEG", quality=92, subsampling="4:4:4", icc_profile=profile)
    return path


def _ours(data: bytes) -> dict[str, Image.Image]:
    decode.prepare(Limits())
    recipes = [Recipe(name, side, side, "cover", format="png") for name, side in SIDES.items()]
    recipes.append(Recipe("display", DISPLAY, DISPLAY, format="png"))
    made = render(data, Order(tuple(recipes))).variants
    return {one.name: Image.open(io.BytesIO(one.data)) for one in made}


def _best(path: Path) -> dict[str, Image.Image]:
    converted = in_srgb(Image.open(path))
    lanczos = Image.Resampling.LANCZOS
    made = {name: ImageOps.fit(converted, (side, side), lanczos) for name, side in SIDES.items()}
    scale = DISPLAY / max(converted.size)
    size = round(converted.width * scale), round(converted.height * scale)
    return {**made, "display": converted.resize(size, lanczos)}


def _lab(image: Image.Image) -> np.ndarray:
    return lab(np.asarray(image.convert("RGB"), np.float64))
