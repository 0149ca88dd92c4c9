"""`python -m phitui` is `phitui`."""

import sys

from phitui.cli import main

sys.exit(main())
