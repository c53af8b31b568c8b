"""``python -m safelight_cli`` is the ``safelight`` command."""

import sys

from safelight_cli.main import main

sys.exit(main(sys.argv[1:]))
