"""The demo: send pictures, follow them, tell how each ended."""

from pathlib import Path

from google.cloud import firestore, storage
from rich.console import Console

from safelight.google import make
from safelight.record import TERMINAL
from safelight_cli.demo.local_stack import local_stack, point_clients_at
from safelight_cli.demo.pictures import Picture, pictures_in, sample_pictures
from safelight_cli.demo.results import fetch
from safelight_cli.demo.send import Sent, send
from safelight_cli.demo.show import Board, line
from safelight_cli.demo.watch import Change, follow

# A model's first answer takes seconds; each picture at most a few.
PATIENCE_S = 120.0
PATIENCE_PER_PICTURE_S = 5.0


def run_demo(
    console: Console, stack: Path, data: Path, port: int, folder: Path | None = None
) -> bool:
    """Run it; returns whether every picture ended as it should.

    Raises StackError, PhotosMissingError, OSError, and what Google's clients raise.
    """
    pictures = pictures_in(folder) if folder else sample_pictures()
    console.print("Starting the local stack", highlight=False)
    with local_stack(stack, data, port) as ran_already:
        if ran_already:
            console.print(f"Using the stack that runs on port {port}", highlight=False)
        point_clients_at(stack, data, port)
        ends = _process(console, pictures, data / "results")
    _tell(console, ends, pictures, data)
    return _all_as_expected(ends, pictures)


def _process(console: Console, pictures: list[Picture], results: Path) -> dict[str, Change]:
    """Return the last known change of every picture by image id."""
    bucket_client = make(storage.Client)
    bucket = f"{bucket_client.project}-uploads"
    sent: list[Sent] = send(bucket_client, bucket, pictures)
    ends: dict[str, Change] = {}
    patience = PATIENCE_S + PATIENCE_PER_PICTURE_S * len(pictures)
    with Board(console, sent) as board:
        for change in follow(make(firestore.Client), sent, patience):
            ends[change.sent.image_id] = change
            board.put(change)
    for change in ends.values():
        fetch(bucket_client, change, results)
    return ends


def _tell(console: Console, ends: dict[str, Change], pictures: list[Picture], data: Path) -> None:
    console.print()
    for change in sorted(ends.values(), key=lambda c: pictures.index(c.sent.picture)):
        console.print(line(change), highlight=False, markup=False, soft_wrap=True)
    console.print()
    console.print(f"{len(ends)} of {len(pictures)} pictures; variants: {data / 'results'}")
    console.print("Look at them in the gallery: make run", highlight=False)


def _all_as_expected(ends: dict[str, Change], pictures: list[Picture]) -> bool:
    return len(ends) == len(pictures) and all(
        change.state in TERMINAL
        if change.sent.picture.ends is None
        else change.state == change.sent.picture.ends
        for change in ends.values()
    )
