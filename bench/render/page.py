"""A page for a person: each contender's variants of the same pictures beside each other.

Usage: python bench/render/page.py [--out DIR] [PICTURE…]

Without pictures of your own, one of each format is made.
"""

import argparse
import html
import io
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT))

import pillow_heif  # noqa: E402 -- found through the line above
from PIL import Image  # noqa: E402 -- the same

from bench.render import fixtures  # noqa: E402 -- the same
from bench.render.measure import Contender  # noqa: E402 -- the same

CONTENDERS = ["ours", "sharp", "vips", "opencv", "tutorial"]
VARIANTS = ["display", "thumbnail", "icon"]
FORMATS = ["jpeg", "webp"]
_KINDS = ["JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF", "TIFF", "BMP", "ICO", "JPEG2000"]
_STYLE = """
body { font: 14px system-ui, sans-serif; margin: 2em; background: #eee; }
td, th { padding: 4px; vertical-align: top; text-align: left; }
img { background: repeating-conic-gradient(#ccc 0 25%, #fff 0 50%) 0 / 16px 16px; }
img.display { max-width: 300px; }
"""


def main() -> None:
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    pictures = options.pictures or _samples(options.out)
    with ExitStack() as stack:
        contenders = {name: stack.enter_context(Contender(name)) for name in CONTENDERS}
        rows = [
            _row(contenders, picture, form, options.out) for picture in pictures for form in FORMATS
        ]
    page = options.out / "index.html"
    head = "".join(f"<th>{name}</th>" for name in ["original", *CONTENDERS])
    title = "<!doctype html><meta charset=utf-8><title>Variants</title>"
    page.write_text(f"{title}<style>{_STYLE}</style><table><tr>{head}</tr>{''.join(rows)}</table>")
    print(page)


def _samples(folder: Path) -> list[Path]:
    """Make a picture in each format."""
    pillow_heif.register_heif_opener()
    photo, made = fixtures.photo((1200, 900)), []
    for kind in _KINDS:
        path = folder / f"sample.{kind.lower()}"
        image = photo.resize((256, 192)) if kind == "ICO" else photo
        image.save(path, kind)
        made.append(path)
    return made


def _row(contenders: dict[str, Contender], picture: Path, form: str, out: Path) -> str:
    cells = [f"<td>{html.escape(picture.name)} to {form}<br>{_original(picture, out)}</td>"]
    for name, contender in contenders.items():
        folder = out / f"{picture.name}-{form}-{name}"
        folder.mkdir(exist_ok=True)
        try:
            cost = contender.render(picture.absolute(), form, folder)
        except ValueError:
            # Not all of them open all formats, and some end over it.
            contenders[name] = Contender(name)
            cells.append("<td>cannot</td>")
            continue
        cells.append(f"<td>{cost['cpu_ms']:.0f} ms<br>{_images(folder, form, cost['bytes'])}</td>")
    return f"<tr>{''.join(cells)}</tr>"


def _original(picture: Path, out: Path) -> str:
    """Return the picture as every browser shows it."""
    with Image.open(picture) as image:
        image.thumbnail((300, 300))
        target = io.BytesIO()
        image.convert("RGBA").save(target, "PNG")
    name = f"{picture.name}.preview.png"
    (out / name).write_bytes(target.getvalue())
    return f'<img src="{html.escape(name)}">'


def _images(folder: Path, form: str, sizes: dict[str, int]) -> str:
    shown = []
    for variant in VARIANTS:
        source = folder / f"{variant}.{form}"
        shutil.move(folder / variant, source)
        place = html.escape(f"{folder.name}/{source.name}")
        shown.append(f'<img class="{variant}" src="{place}"><br>{sizes[variant] / 1000:.0f} KB')
    return "<br>".join(shown)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Show variants of all contenders on one page.")
    parser.add_argument("pictures", nargs="*", type=Path, metavar="PICTURE")
    parser.add_argument("--out", type=Path, default=fixtures.FOLDER / "page", metavar="DIR")
    return parser.parse_args()


if __name__ == "__main__":
    main()
