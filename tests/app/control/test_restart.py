"""A lost graphics card: the app offers to start again in place."""

import pytest

from phitui.app.control import session
from phitui.app.widgets.dialog import Confirm
