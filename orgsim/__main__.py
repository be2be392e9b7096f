"""`python -m orgsim` is the command `orgsim`."""

from __future__ import annotations

import sys

from orgsim.cli import main

sys.exit(main())
