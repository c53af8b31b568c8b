"""``python -m thumbnailer render``: renders local files exactly as the service would."""

import argparse
import json
import os
import stat
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import structlog

from picture.limits import Limits
from picture.refusals import OUR_FAULT, Refusal
from safelight.errors import OtherRecipesError, UnknownRecipesError
from thumbnailer import recipes
from thumbnailer.files import CONTENT_TYPES, Encoded
from thumbnailer.order import Order, Rendered, Signature
from thumbnailer.renderer import Renderer

_PROBLEMS: Final = 1
_WRONG_USE: Final = 2


@dataclass(frozen=True)
class Wish:
    """What is wanted of all files."""

    book: recipes.Book
    set: str
    owner: str


@dataclass(frozen=True)
class Assignment:
    """One file, the folder for its variants, and how they are made."""

    file: Path
    folder: Path
    order: Order


def main(arguments: Sequence[str]) -> int:
    """Render the files; return the exit status: 0 only if all of them got their variants."""
    wanted = _parser().parse_args(arguments)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        wish = Wish(recipes.load(wanted.recipes), wanted.set, wanted.owner)
        assignments = list(assign(wanted.files, wanted.out, wish))
    except (recipes.RecipesError, UnknownRecipesError, OtherRecipesError) as error:
        sys.stderr.write(f"{error}\n")
        return _WRONG_USE
    write = _write_json if wanted.json else _write_line
    statuses = set()
    try:
        for told in render_all(assignments, wanted.children):
            write(told)
            statuses.add(told["status"])
    except OSError as error:
        sys.stderr.write(f"the variants cannot be written: {error}\n")
        return _WRONG_USE
    return 0 if statuses <= {"ok"} else _PROBLEMS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m thumbnailer render",
        description="Render the variants of local pictures, as the service would.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR")
    parser.add_argument("--recipes", type=Path, metavar="FILE", help="other recipes (YAML)")
    parser.add_argument("--set", default="default", help="the recipe set (default: %(default)s)")
    parser.add_argument("--owner", default="", help="the name for the watermark")
    parser.add_argument("--children", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument("--json", action="store_true", help="one line of JSON for each file")
    return parser


def assign(files: Sequence[Path], out: Path, wish: Wish) -> Iterator[Assignment]:
    """Give each file a folder of its own, named after it; files of the same name get numbers."""
    taken: set[str] = set()
    numbers: Counter[str] = Counter()
    for file in files:
        name = file.name
        while name in taken:
            numbers[file.name] += 1
            name = f"{file.name}-{numbers[file.name] + 1}"
        taken.add(name)
        chosen = wish.book.choose(wish.set, file.as_posix(), wish.owner)
        yield Assignment(file, out / name, Order(chosen, Signature(wish.owner, _day_of(file))))


def _day_of(file: Path) -> str:
    try:
        changed_at = file.stat().st_mtime
    except OSError:
        changed_at = time.time()
    return f"{datetime.fromtimestamp(changed_at, UTC):%Y-%m-%d}"


def render_all(assignments: Sequence[Assignment], count: int) -> Iterator[dict[str, Any]]:
    """Yield a report for each file, in their order."""
    renderer = Renderer(count, Limits())
    try:
        renderer.warm_up()
        with ThreadPoolExecutor(count) as executor:
            yield from executor.map(lambda one: report(renderer, one), assignments)
    finally:
        renderer.close()


def report(renderer: Renderer, assignment: Assignment) -> dict[str, Any]:
    """Render one file, and tell how that went."""
    began = time.perf_counter()
    try:
        rendered = _render(renderer, assignment)
        told = _tell_rendered(rendered, assignment.folder)
    except Refusal as refusal:
        told = _tell_refused(refusal)
    seconds = round(time.perf_counter() - began, 4)
    return {"file": str(assignment.file), **told, "seconds": seconds}


def _render(renderer: Renderer, assignment: Assignment) -> Rendered:
    try:
        descriptor = os.open(assignment.file, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise Refusal("unreadable", why=error.strerror or "unknown error") from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Refusal("unreadable", why="it is not a regular file")
        return renderer.render(descriptor, assignment.order)
    finally:
        os.close(descriptor)


def _tell_rendered(rendered: Rendered, folder: Path) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    return {
        "status": "ok",
        "code": None,
        "message": None,
        "width": rendered.width,
        "height": rendered.height,
        "format": rendered.format,
        "frames": rendered.frames,
        "peak_rss_mb": _megabytes(rendered.peak_rss_kb),
        "variants": {variant.name: _save(variant, folder) for variant in rendered.variants},
    }


def _save(variant: Encoded, folder: Path) -> dict[str, Any]:
    path = folder / f"{variant.name}.{variant.extension}"
    path.write_bytes(variant.data)
    return {
        "path": str(path),
        "width": variant.width,
        "height": variant.height,
        "bytes": len(variant.data),
        "contentType": CONTENT_TYPES[variant.extension],
    }


def _tell_refused(refusal: Refusal) -> dict[str, Any]:
    return {
        "status": "failed" if refusal.code in OUR_FAULT else "rejected",
        "code": refusal.code,
        "message": refusal.message,
        "width": None,
        "height": None,
        "format": None,
        "frames": None,
        "peak_rss_mb": _megabytes(refusal.peak_rss_kb),
        "variants": {},
    }


def _megabytes(kilobytes: int) -> float:
    return round(kilobytes / 1024, 1)


def _write_json(told: dict[str, Any]) -> None:
    line = json.dumps(told, ensure_ascii=False)
    # Names of files may be no text at all; JSON knows these escapes.
    sys.stdout.write(line.encode(errors="backslashreplace").decode() + "\n")
    sys.stdout.flush()


def _write_line(told: dict[str, Any]) -> None:
    if told["status"] == "ok":
        shape = f"{told['format']} {told['width']}x{told['height']}"
        names = ", ".join(
            f"{one['width']}x{one['height']} {one['path']}" for one in told["variants"].values()
        )
        line = f"{told['file']}: {shape} in {told['seconds']:.3f} s: {names}"
    else:
        line = f"{told['file']}: {told['status']} ({told['code']}): {told['message']}"
    sys.stdout.write(_printable(line) + "\n")
    sys.stdout.flush()


def _printable(line: str) -> str:
    """Return the line without letters that would do something to a terminal."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in line
    )
