"""`python -m phitui` is `phitui`."""

import sys

if not sys.flags.safe_path and sys.path:
    del sys.path[0]  # the folder in which it is started, whose files could be named as packages are

from phitui.cli.main import main

sys.exit(main())
