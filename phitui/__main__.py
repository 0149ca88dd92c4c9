"""`python -m phitui` is `phitui`."""

import sys

from phitui.cli.main import main

sys.exit(main())
