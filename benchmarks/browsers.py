"""Which browser pages are measured and tested in."""

from __future__ import annotations

import shutil

# The first, without the browser's own windows, loads pages faster.
NAMES = "chromium-headless-shell", "chromium"
MISSING = "Chromium is not installed: apt-get install chromium-headless-shell"


def find() -> str | None:
    """Return the path of a Chromium, or None where none is installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)
