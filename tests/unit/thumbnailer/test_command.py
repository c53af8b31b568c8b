import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.unit.thumbnailer.pictures import corners, encoded, exif
from thumbnailer.command import Wish, assign, main
from thumbnailer.recipes import load

PHOTO = encoded(corners((80, 120)), exif=exif(orientation=6))


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[dict[str, Any]]]:
    status = main([str(argument) for argument in arguments])
    return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_file_is_rendered_and_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "photo.jpg"
    file.write_bytes(PHOTO)

    status, (told,) = run(capsys, file, "--out", tmp_path / "out", "--json")

    assert status == 0
    assert told["file"] == str(file)
    assert (told["status"], told["code"], told["message"]) == ("ok", None, None)
    assert (told["width"], told["height"], told["format"], told["frames"]) == (120, 80, "jpeg", 1)
    assert 0 < told["seconds"] < 10
    assert 10 < told["peak_rss_mb"] < 200
    thumbnail = told["variants"]["thumbnail"]
    assert (thumbnail["width"], thumbnail["height"]) == (80, 80)
    assert thumbnail["contentType"] == "image/jpeg"
    written = Path(thumbnail["path"])
    with Image.open(written) as shown:
        assert shown.size == (80, 80)
    assert written.stat().st_size == thumbnail["bytes"]


def test_every_file_gets_its_line_whatever_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.jpg").write_bytes(b"just text")
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "photo.jpg").write_bytes(PHOTO)
    files = [tmp_path / name for name in ("text.jpg", "empty.jpg", "none.jpg", "photo.jpg")]

    status, told = run(capsys, *files, tmp_path, "--out", tmp_path / "out", "--json")

    assert status == 1
    assert [line["file"] for line in told] == [str(file) for file in (*files, tmp_path)]
    codes = [(line["status"], line["code"]) for line in told]
    assert codes == [
        ("rejected", "not_an_image"),
        ("rejected", "empty_file"),
        ("rejected", "unreadable"),
        ("ok", None),
        ("rejected", "unreadable"),
    ]


def test_files_of_the_same_name_do_not_overwrite_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.jpg").write_bytes(PHOTO)

    _, told = run(
        capsys, tmp_path / "a/x.jpg", tmp_path / "b/x.jpg", "--out", tmp_path / "out", "--json"
    )

    assert len({line["variants"]["icon"]["path"] for line in told}) == 2


def test_many_files_of_the_same_name_get_numbers(tmp_path: Path) -> None:
    wish = Wish(load(), "default", "")
    files = [Path("x.jpg"), Path("x.jpg-2"), *[Path(f"{n}/x.jpg") for n in range(20_000)]]

    folders = [one.folder.name for one in assign(files, tmp_path, wish)]

    assert len(set(folders)) == len(files)
    assert folders[:4] == ["x.jpg", "x.jpg-2", "x.jpg-3", "x.jpg-4"]


ODD = [b"a\nb.jpg", b"50%s.jpg", "ü😀.jpg".encode(), b"--json", b"\xff\xfe.jpg", b"\x1b[31m.jpg"]


@pytest.mark.parametrize("encoded_name", ODD)
def test_a_name_may_be_any_bytes(tmp_path: Path, encoded_name: bytes) -> None:
    file = tmp_path / os.fsdecode(encoded_name)
    file.write_bytes(PHOTO)
    command: list[str | Path] = [sys.executable, "-m", "thumbnailer", "render", file]
    command += ["--out", tmp_path / "out"]
    strict = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}

    lines = subprocess.run(command, env=strict, capture_output=True, check=True).stdout
    told = subprocess.run([*command, "--json"], env=strict, capture_output=True, check=True).stdout

    assert json.loads(told)["file"] == str(file)
    assert lines.decode().rstrip("\n").isprintable()


def test_what_is_no_plain_file_is_not_waited_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    files = [tmp_path / "pipe", tmp_path / "loop", Path("/dev/zero")]

    status, told = run(capsys, *files, "--out", tmp_path / "out", "--json")

    assert status == 1
    assert [line["code"] for line in told] == ["unreadable"] * 3


def test_other_recipes_can_be_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.jpg").write_bytes(PHOTO)
    (tmp_path / "r.yaml").write_text("web: {tiny: {width: 6, height: 6, format: webp}}")

    _, (told,) = run(
        capsys,
        *(tmp_path / "x.jpg", "--out", tmp_path / "out", "--json"),
        *("--recipes", tmp_path / "r.yaml", "--set", "web"),
    )

    assert {name: one["contentType"] for name, one in told["variants"].items()} == {
        "tiny": "image/webp"
    }


def test_a_folder_that_cannot_be_written_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.jpg").write_bytes(PHOTO)

    status = main([str(tmp_path / "x.jpg"), "--out", str(tmp_path)])

    assert status == 2
    assert "cannot be written" in capsys.readouterr().err


def test_wrong_recipes_are_told_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "r.yaml").write_text("web: {tiny: {width: 0, height: 6}}")

    status = main(["x.jpg", "--out", str(tmp_path), "--recipes", str(tmp_path / "r.yaml")])

    assert status == 2
    assert "web.tiny" in capsys.readouterr().err
