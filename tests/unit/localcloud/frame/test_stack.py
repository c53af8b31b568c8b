from pathlib import Path

import pytest

from localcloud.errors import StartError
from localcloud.stack import load_stack

STACK = """
project: p1
location: l1
buckets: [{name: in}]
queues: [{name: q}]
services:
  - {name: a, command: [python], serviceAccount: "a@${project}", env: {BUCKET: "${buckets.in}"}}
  - {name: b, command: [python], serviceAccount: b, env: {A_URL: "${services.a.url}"}}
workflows: [{name: w, source: w.yaml, serviceAccount: w, env: {Q: "${queues.q}"}}]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "stack.yaml"
    path.write_text(text)
    return path


def test_references_become_names_and_urls(tmp_path: Path) -> None:
    stack = load_stack(write(tmp_path, STACK), 9000)

    assert stack.services[0].env == {"BUCKET": "p1-in"}
    assert stack.services[0].service_account == "a@p1"
    assert stack.services[1].env == {"A_URL": "http://127.0.0.1:9001"}
    assert stack.workflows[0].env == {"Q": "projects/p1/locations/l1/queues/q"}
    assert stack.workflows[0].source == tmp_path / "w.yaml"


def test_a_reference_to_nothing_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, STACK.replace("buckets.in", "buckets.out"))

    with pytest.raises(StartError, match=r"buckets\.out"):
        load_stack(path, 9000)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, STACK.replace("location: l1", "place: l1").replace("name: q", "nme: q"))

    with pytest.raises(StartError) as raised:
        load_stack(path, 9000)

    assert all(word in str(raised.value) for word in ("location", "place", "queues.0.name"))


def test_a_missing_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="No such file"):
        load_stack(tmp_path / "none.yaml", 9000)
