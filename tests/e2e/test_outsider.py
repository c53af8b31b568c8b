import os
import subprocess
import sys
from pathlib import Path

from tests.builders import photo, sideways_jpeg
from tests.local_cloud import ROOT, LocalCloud


def test_a_strangers_script_needs_only_the_printed_variables(
    stack: LocalCloud, tmp_path: Path
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(sideways_jpeg(photo(1200, 900)))
    script = ROOT / "tests" / "e2e" / "outsider.py"
    arguments = ["safelight-local-uploads", "a/ü +1 %#.jpg", str(path)]
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}

    done = subprocess.run(
        [sys.executable, str(script), *arguments],
        env={**clean, **stack.environment()},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.splitlines() == [
        "display 1200 900 no-gps",
        "icon 128 128 no-gps",
        "small 100 75 no-gps",
        "thumbnail 300 300 no-gps",
    ], done.stderr
