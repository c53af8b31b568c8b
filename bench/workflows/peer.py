"""workflows-emulator as a worker: JSON lines in and out; runs in an environment of its own."""

import json
import logging
import sys
import tempfile
from pathlib import Path

from workflows_emulator.main import execute_workflow, load_workflow


def main() -> None:
    # It logs every step at INFO; its users can turn that off too.
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "workflow.yaml"
        for line in sys.stdin:
            file.write_text(json.loads(line)["workflow"])
            answer = {"result": execute_workflow(load_workflow(str(file)), {})}
            sys.stdout.write(f"{json.dumps(answer)}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
