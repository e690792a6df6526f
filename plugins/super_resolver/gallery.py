"""The example pictures of the page."""

from __future__ import annotations

from pathlib import Path

EXAMPLES = Path(__file__).parent / "examples"
PHOTOS = sorted(EXAMPLES.glob("*.webp"))
SUBJECTS = {"digits": EXAMPLES / "digits.png", "a photo": EXAMPLES / "tea-gardens.webp"}
