"""Check the Terraform configuration: format, validity, and a plan of each root.

``python -m tests.infra.check``
"""

import sys
import tempfile
import time
from pathlib import Path

from tests.infra import terraform
from tests.infra.terraform import Terraform, TerraformError


def main() -> int:
    """Return the exit status."""
    if not terraform.is_installed():
        sys.stdout.write(f"{terraform.MISSING}\n")
        return 0
    try:
        with tempfile.TemporaryDirectory(prefix="infra-") as folder:
            _check(Path(folder))
    except TerraformError as error:
        sys.stdout.write(str(error))
        return 1
    return 0


def _check(folder: Path) -> None:
    with terraform.terraform_environment(folder) as environment:
        formatted = Terraform(terraform.ROOT / "infra", {}, environment)
        formatted.run("fmt", "-check", "-recursive", "-diff")
        for root in terraform.ROOTS:
            began = time.perf_counter()
            checked = terraform.copied(root, folder / Path(root).name, environment)
            checked.validate()
            resources = len(checked.plan()["resource_changes"])
            seconds = time.perf_counter() - began
            sys.stdout.write(f"{root}: valid, {resources} resources planned in {seconds:.1f} s\n")


if __name__ == "__main__":
    sys.exit(main())
