"""A stranger's script: Google's storage and firestore clients, the printed variables, no more."""

import io
import sys
import time

from google.cloud import firestore, storage
from PIL import ExifTags, Image

uploads, name, path = sys.argv[1:]
bucket = storage.Client().bucket(uploads)
bucket.blob(name).upload_from_filename(path)
images = (
    firestore.Client()
    .collection("images")
    .where(filter=firestore.FieldFilter("original.name", "==", name))
)
deadline = time.monotonic() + 60
record = {}
while record.get("state") != "ready":
    assert time.monotonic() < deadline, record
    record = next((found.to_dict() for found in images.stream()), {})
    time.sleep(0.05)
for variant, about in sorted(record["variants"].items()):
    blob = storage.Blob.from_uri(about["uri"], client=bucket.client)
    image = Image.open(io.BytesIO(blob.download_as_bytes()))
    has_gps = ExifTags.IFD.GPSInfo in image.getexif()
    print(variant, image.width, image.height, "gps" if has_gps else "no-gps")
