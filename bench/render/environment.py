"""The peers' libraries, at fixed versions, in environments of their own outside of the project."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench.render.fixtures import FOLDER

ROOT = Path(__file__).parent.parent.parent
PYTHON_PEERS = (
    "simplejpeg==1.9.0",
    "pyvips==3.2.0",
    "pyvips-binary==8.18.7",
    "opencv-python-headless==5.0.0.93",
)
SHARP = "sharp@0.35.5"
_VENV = FOLDER / "peers"
_NODE = FOLDER / "node"


def python_peers() -> Path:
    """Return the interpreter that has the peers in Python; the first time, install them."""
    python = _VENV / "bin" / "python"
    done = _VENV / "ready"
    if not done.exists():
        print("installing", *PYTHON_PEERS)
        subprocess.run([sys.executable, "-m", "venv", _VENV], check=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *PYTHON_PEERS], check=True)
        done.touch()
    return python


def sharp_home() -> Path | None:
    """Return the folder with sharp in it; None where there is no Node.js."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return None
    if not (_NODE / "node_modules" / "sharp").exists():
        print("installing", SHARP)
        _NODE.mkdir(parents=True, exist_ok=True)
        (_NODE / "package.json").write_text('{"private": true}')
        subprocess.run(["npm", "install", "--silent", SHARP], cwd=_NODE, check=True)
    return _NODE


def command(name: str, threads: int = 1) -> tuple[list[str], dict[str, str]]:
    """Return how a contender's worker is started, and its variables."""
    if name.startswith("sharp"):
        home = sharp_home()
        if home is None:
            raise LookupError("sharp needs Node.js")
        script = str(ROOT / "bench/render/sharp.mjs")
        variables = {"SHARP_FROM": str(home / "package.json")}
        return ["node", script, name, str(threads)], os.environ | variables
    module = "bench.render.peers" if name in _PEERS else "bench.render.contenders"
    python = str(python_peers()) if name in _PEERS else sys.executable
    script = str(ROOT / "bench/render/worker.py")
    return [python, script, module, name], os.environ | {"VIPS_CONCURRENCY": str(threads)}


_PEERS = {"turbo", "vips", "vips-effort2", "vips-each", "opencv"}
