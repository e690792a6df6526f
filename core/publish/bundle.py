"""A copy of the suite with some of its plugins, which runs elsewhere: as a Space, as a job."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from core.registry import Record

ROOT = Path(__file__).parent.parent.parent
IGNORED = shutil.ignore_patterns("__pycache__", ".*", "*.partial")


def write(records: Iterable[Record], folder: Path) -> None:
    """Write the suite with the plugins `records` into `folder`, wherever they lie here. Never the folder `spaces/`."""
    shutil.copytree(ROOT / "core", folder / "core", ignore=IGNORED, dirs_exist_ok=True)
    for record in records:
        shutil.copytree(record.folder, folder / "plugins" / record.name, ignore=IGNORED)
    for file in ("LICENSE", "app.py", *(path.name for path in ROOT.glob("requirements*.txt"))):
        shutil.copy(ROOT / file, folder)
