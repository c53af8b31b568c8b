"""How far the pixels of our variants are from those of the best way, whatever it costs."""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

from bench.render import fixtures
from bench.render.job import DISPLAY, SIDES
from picture import decode
from picture.limits import Limits
from thumbnailer.order import Order
from thumbnailer.recipe import Recipe
from thumbnailer.steps import render

GATES = {"display": (45.0, 0.989), "thumbnail": (50.0, 0.0), "icon": (50.0, 0.0)}
_FIXTURES = ["3-baseline", "12-baseline", "24-baseline", "50-baseline", "12-progressive"]
_BLOCK = 8


def show() -> None:
    """Print PSNR and SSIM against full-resolution Lanczos, before any encoding."""
    print("\nquality before encoding, luma against full-resolution Lanczos (PSNR dB / SSIM)")
    for name, path in fixtures.build(_FIXTURES):
        told = []
        for variant, (psnr, ssim) in compare(path).items():
            gate = GATES[variant]
            is_kept = psnr >= gate[0] and ssim >= gate[1]
            told.append(f"{variant} {psnr:.1f} / {ssim:.4f}{'' if is_kept else ' BELOW'}")
        print(f"  {name:16}", ", ".join(told))
    print("  goals            display 45 / 0.989, thumbnail and icon 50")


def compare(path: Path) -> dict[str, tuple[float, float]]:
    ours, best = _ours(path.read_bytes()), _best(path)
    return {name: (psnr(ours[name], best[name]), ssim(ours[name], best[name])) for name in GATES}


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    error = float(np.mean((one - other) ** 2))
    return 99.0 if error == 0 else float(10 * np.log10(255**2 / error))


def ssim(one: np.ndarray, other: np.ndarray) -> float:
    """Return the mean structural similarity over blocks of 8 by 8."""
    a, b = _blocks(one), _blocks(other)
    mean_a, mean_b = a.mean(1), b.mean(1)
    spread = ((a - mean_a[:, None]) * (b - mean_b[:, None])).mean(1)
    first, second = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    light = (2 * mean_a * mean_b + first) / (mean_a**2 + mean_b**2 + first)
    return float(np.mean(light * (2 * spread + second) / (a.var(1) + b.var(1) + second)))


def _blocks(luma: np.ndarray) -> np.ndarray:
    high, wide = (length // _BLOCK * _BLOCK for length in luma.shape)
    cut = luma[:high, :wide].reshape(high // _BLOCK, _BLOCK, wide // _BLOCK, _BLOCK)
    return cut.swapaxes(1, 2).reshape(-1, _BLOCK * _BLOCK)


def _ours(data: bytes) -> dict[str, np.ndarray]:
    decode.prepare(Limits())
    recipes = [Recipe(name, side, side, "cover", format="png") for name, side in SIDES.items()]
    recipes.append(Recipe("display", DISPLAY, DISPLAY, format="png"))
    made = render(data, Order(tuple(recipes))).variants
    return {one.name: _luma(Image.open(io.BytesIO(one.data))) for one in made}


def _best(path: Path) -> dict[str, np.ndarray]:
    image = in_srgb(ImageOps.exif_transpose(Image.open(path)))
    lanczos = Image.Resampling.LANCZOS
    scale = min(1.0, DISPLAY / max(image.size))
    size = round(image.width * scale), round(image.height * scale)
    made = {name: ImageOps.fit(image, (side, side), lanczos) for name, side in SIDES.items()}
    made["display"] = image.resize(size, lanczos)
    return {name: _luma(each) for name, each in made.items()}


def in_srgb(image: Image.Image) -> Image.Image:
    """Return the whole picture in sRGB, by LittleCMS where it has a profile."""
    profile = image.info.get("icc_profile")
    if not profile:
        return image.convert("RGB")
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    srgb = ImageCms.createProfile("sRGB")
    return ImageCms.profileToProfile(image, source, srgb, outputMode="RGB") or image


def _luma(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB").convert("L"), np.float64)
