from pathlib import Path

from localcloud.run.logs import MAX_BYTES, open_log, tail


def test_a_log_is_appended_to_until_it_is_large(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "svc.log"
    for line in (b"one\n", b"two\n"):
        with open_log(path) as log:
            log.write(line)

    assert path.read_bytes() == b"one\ntwo\n"
    path.write_bytes(b"x" * (MAX_BYTES + 1))
    with open_log(path) as log:
        log.write(b"new\n")
    assert path.read_bytes() == b"new\n"
    assert path.with_name("svc.log.1").stat().st_size == MAX_BYTES + 1


def test_a_tail_has_the_last_lines_of_a_long_log(tmp_path: Path) -> None:
    path = tmp_path / "svc.log"
    path.write_text("".join(f"line {i}\n" for i in range(10_000)))

    lines = tail(path).splitlines()

    assert len(lines) == 20
    assert lines[-1] == "    line 9999"
