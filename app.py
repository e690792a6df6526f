"""The suite's app: `python app.py` serves a page for every plugin; `--help` lists what can be chosen."""

import sys

from core.errors import UserError
from core.server import main

if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        print(f"darkroom: {error}", file=sys.stderr)
        sys.exit(2)
