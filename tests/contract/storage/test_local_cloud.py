"""The whole local cloud, found by nothing but its environment variables."""

from datetime import timedelta

import google.auth
import httpx
import pytest
from google.cloud import storage

NAME = "a/ü +1 %#.jpg"


@pytest.mark.usefixtures("local_cloud")
def test_the_client_finds_storage_by_the_environment() -> None:
    with storage.Client() as client:
        bucket = client.create_bucket("by-environment")
        bucket.blob(NAME).upload_from_string(b"bytes", if_generation_match=0)

        received = bucket.blob(NAME).download_as_bytes()
        names = [blob.name for blob in client.list_blobs(bucket)]

    assert (received, names) == (b"bytes", [NAME])


@pytest.mark.usefixtures("local_cloud")
def test_the_key_of_the_environment_signs_urls() -> None:
    credentials, _ = google.auth.default()
    minute = timedelta(minutes=1)
    with storage.Client() as client:
        blob = client.create_bucket("signed-urls").blob(NAME)
        put = blob.generate_signed_url(minute, method="PUT", version="v4", credentials=credentials)
        get = blob.generate_signed_url(minute, version="v4", credentials=credentials)

    with httpx.Client(trust_env=False) as http:
        written = http.put(put, content=b"bytes")
        read = http.get(get)
        tampered = http.get(get.replace("/a/", "/b/"))

    assert (written.status_code, read.content) == (200, b"bytes")
    assert tampered.status_code == 403
