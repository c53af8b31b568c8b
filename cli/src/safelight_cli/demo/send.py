"""Send pictures to the uploads bucket as any app would: with Google's storage client."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from google.cloud import storage

from safelight.names import image_id, upload_object
from safelight_cli.demo.pictures import Picture

THREADS = 8
OWNER = "demo"


@dataclass(frozen=True, slots=True)
class Sent:
    """A picture under way."""

    picture: Picture
    image_id: str
    generation: int


def send(client: storage.Client, bucket: str, pictures: Iterable[Picture]) -> list[Sent]:
    """Upload every picture under a name of its own; the client's errors pass through."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda picture: _send_one(client, bucket, picture), pictures))


def _send_one(client: storage.Client, bucket: str, picture: Picture) -> Sent:
    name = upload_object(OWNER, datetime.now(UTC), uuid4().hex[:8], picture.filename)
    blob = client.bucket(bucket).blob(name)
    blob.upload_from_string(
        picture.content, content_type=picture.content_type, if_generation_match=0
    )
    return Sent(picture, image_id(bucket, name), int(blob.generation))
