"""Measure workflows against PyPI's workflows-emulator on the same programs.

Usage: python bench/workflows/compare.py [--rounds N]

Both read JSON lines and answer each with the result of the workflow in it, so a time is
that from the source to the result.  Contenders run in turn; the ratio is taken round by
round and the median is shown.  Ratios travel between machines, times do not.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
import venv
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent))

from bench.workflows.programs import LOOPS, REQUESTS  # noqa: E402 -- found through the line above

PEER = "workflows-emulator==1.10.0"
PEER_FOLDER = HERE.parent.parent / ".venv" / "bench" / "workflows-emulator"


class Contender:
    """A process that answers workflows with their results."""

    def __init__(self, *command: str) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, workflow: str) -> tuple[float, object]:
        """Return the seconds that it took, and the result."""
        assert self._process.stdin
        assert self._process.stdout
        begun = time.perf_counter()
        self._process.stdin.write(f"{json.dumps({'workflow': workflow})}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        return time.perf_counter() - begun, json.loads(line)["result"]

    def close(self) -> None:
        self._process.communicate()


def main() -> None:
    options = _options()
    server = subprocess.Popen([sys.executable, HERE / "answers.py"], stdout=subprocess.PIPE)
    assert server.stdout
    url = f"http://127.0.0.1:{int(server.stdout.readline())}/"
    ours = Contender(sys.executable, "-m", "localcloud", "workflows", "eval")
    peer = Contender(str(_peer_python()), str(HERE / "peer.py"))
    print(f"{'':26}{'localcloud':>12}{'peer':>12}{'faster':>9}")
    for name, program in {**LOOPS, **REQUESTS}.items():
        _compare(name, program.replace("URL", url), ours, peer, options.rounds)
    for contender in (ours, peer):
        contender.close()
    server.kill()
    grown = subprocess.run(
        [sys.executable, HERE / "sleepers.py"], check=True, capture_output=True, text=True
    )
    print(f"\n1,000 sleeping executions: {float(grown.stdout):.0f} MB")


def _compare(name: str, program: str, ours: Contender, peer: Contender, rounds: int) -> None:
    expected = ours.run(program)[1]
    assert peer.run(program)[1] == expected, name
    times = [(ours.run(program)[0], peer.run(program)[0]) for _ in range(rounds)]
    own_ms, peer_ms = (statistics.median(column) * 1000 for column in zip(*times, strict=True))
    ratio = statistics.median(theirs / own for own, theirs in times)
    print(f"{name:26}{own_ms:9.1f} ms{peer_ms:9.1f} ms{ratio:8.1f}x", flush=True)


def _peer_python() -> Path:
    """Return the interpreter of the peer's environment, made if it is missing."""
    python = PEER_FOLDER / "bin" / "python"
    if not (PEER_FOLDER / "ready").exists():
        venv.create(PEER_FOLDER, clear=True, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", PEER], check=True)
        (PEER_FOLDER / "ready").touch()
    return python


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=7, help="(%(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
