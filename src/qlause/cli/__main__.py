"""``python -m qlause.cli`` is the command ``qlause``."""

import sys

from . import main

sys.exit(main())
