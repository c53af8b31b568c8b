"""A kill at any moment: what was acknowledged is there, all else is whole or not there."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest
from google.api_core.exceptions import GoogleAPIError
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

SERVE = """
import asyncio, pathlib, sys, uvicorn
from localcloud.clock import Clock
from localcloud.faults import Faults
from localcloud.storage.api import application
from localcloud.storage.state import Storage

async def main():
    app = application(Storage(pathlib.Path(sys.argv[1]), Clock()), Faults(), lambda *_: False)
    config = uvicorn.Config(app, port=0, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
    await serving

asyncio.run(main())
"""


class Process:
    """The server in a process of its own, to be killed."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(folder)], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{self._process.stdout.readline().strip()}"
        self.client = storage.Client(
            project="local-dev",
            credentials=AnonymousCredentials(),
            client_options={"api_endpoint": self.url},
        )

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self.client.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "storage"


def content(name: str) -> bytes:
    return name.encode() * 20_000


def upload_until_the_end(client: storage.Client, thread: int, acknowledged: list[str]) -> None:
    bucket = client.bucket("pictures")
    for number in range(1000):
        name = f"{thread}/{number}"
        try:
            bucket.blob(name).upload_from_string(content(name), retry=None, timeout=5)
        except (GoogleAPIError, OSError):
            return
        acknowledged.append(name)


def test_a_kill_in_the_middle_of_uploads_loses_and_halves_nothing(folder: Path) -> None:
    first = Process(folder)
    first.client.create_bucket("pictures")
    acknowledged: list[str] = []
    arguments = [(first.client, thread, acknowledged) for thread in range(4)]
    threads = [threading.Thread(target=upload_until_the_end, args=a) for a in arguments]
    for thread in threads:
        thread.start()
    while len(acknowledged) < 20:
        os.sched_yield()

    first.kill()
    for thread in threads:
        thread.join()
    second = Process(folder)
    found = {blob.name: blob for blob in second.client.list_blobs("pictures")}
    wrong = [name for name, blob in found.items() if blob.download_as_bytes() != content(name)]
    files = list((folder / "blobs").glob("*/*"))
    second.kill()

    assert set(acknowledged) <= set(found)
    assert wrong == []
    assert len(files) == len(found)


def test_an_upload_goes_on_after_a_kill_where_it_was(folder: Path) -> None:
    sent = os.urandom(512 * 1024)
    half = len(sent) // 2
    first = Process(folder)
    first.client.create_bucket("pictures")
    begin = f"{first.url}/upload/storage/v1/b/pictures/o?uploadType=resumable&name=big"
    with httpx.Client(trust_env=False) as http:
        session = http.post(begin).headers["location"].removeprefix(first.url)
        piece = {"content-range": f"bytes 0-{half - 1}/*"}
        http.put(first.url + session, content=sent[:half], headers=piece)
        first.kill()
        second = Process(folder)

        status = http.put(second.url + session, headers={"content-range": "bytes */*"})
        rest = {"content-range": f"bytes {half}-{len(sent) - 1}/{len(sent)}"}
        last = http.put(second.url + session, content=sent[half:], headers=rest)

    received = second.client.bucket("pictures").blob("big").download_as_bytes()
    second.kill()
    assert (status.status_code, status.headers["range"]) == (308, f"bytes=0-{half - 1}")
    assert last.status_code == 200
    assert received == sent
