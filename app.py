"""The suite's app: `python app.py` serves a page for every plugin; `--help` lists the options."""

import sys

from core.web.server import main

if __name__ == "__main__":
    sys.exit(main())
