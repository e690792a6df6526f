"""Copies the suite with some of its plugins, to run elsewhere: as a Space, or as a training job."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from core.registry import Record

ROOT = Path(__file__).parent.parent.parent
IGNORED = shutil.ignore_patterns("__pycache__", ".*", "*.partial")


def write(records: Iterable[Record], folder: Path) -> None:
    """Copy the suite, without the folder `spaces/`, and the plugins `records` into `folder`."""
    shutil.copytree(ROOT / "core", folder / "core", ignore=IGNORED, dirs_exist_ok=True)
    for record in records:
        shutil.copytree(record.folder, folder / "plugins" / record.name, ignore=IGNORED)
    for file in ("LICENSE", "app.py", *(path.name for path in ROOT.glob("requirements*.txt"))):
        shutil.copy(ROOT / file, folder)
