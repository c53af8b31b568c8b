"""Real photos for the demo: data files of the installed scikit-image, which is not imported.

All are in the public domain or CC0, as the package's ``skimage/data/_fetchers.py`` says
of each; the digest ties that statement to the very file.
"""

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path


class PhotosMissingError(Exception):
    """The package that carries the sample photos is not installed; run ``make setup``."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A bundled file, whose it is, and what it must be byte for byte."""

    file: str
    licence: str
    sha256: str


PHOTOS = (
    Photo(
        "astronaut.png",
        "Eileen Collins; NASA, public domain",
        "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    ),
    Photo(
        "chelsea.png",
        "Chelsea the cat; Stefan van der Walt, CC0",
        "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
    ),
    Photo(
        "coffee.png",
        "Coffee cup; Rachel Michetti, CC0",
        "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7",
    ),
    Photo(
        "hubble_deep_field.jpg",
        "Hubble eXtreme Deep Field; NASA, public domain",
        "3a19c5dd8a927a9334bb1229a6d63711b1c0c767fb27e2286e7c84a3e2c2f5f4",
    ),
    Photo(
        "rocket.jpg",
        "Falcon 9 launch; SpaceX, public domain",
        "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c",
    ),
)


def read_photo(photo: Photo) -> bytes:
    """Return the file.  Raises PhotosMissingError where it is absent or another one."""
    spec = find_spec("skimage")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "data" / photo.file
        if path.is_file():
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest() == photo.sha256:
                return content
    raise PhotosMissingError(
        f"the sample photo {photo.file} is not installed as expected; run: make setup"
    )
