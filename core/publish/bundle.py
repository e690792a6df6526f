"""Copies the suite with some of its plugins, to run elsewhere: as a Space, or as a training job."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from core.files import is_left_behind
from core.registry import Record

ROOT = Path(__file__).parent.parent.parent


def write(records: Iterable[Record], folder: Path) -> None:
    """Copy the suite, without the folder `spaces/`, and the plugins `records` into `folder`."""
    shutil.copytree(ROOT / "core", folder / "core", ignore=_ignored, dirs_exist_ok=True)
    for record in records:
        shutil.copytree(record.folder, folder / "plugins" / record.name, ignore=_ignored)
    for file in ("LICENSE", "app.py", *(path.name for path in ROOT.glob("requirements*.txt"))):
        shutil.copy(ROOT / file, folder)


def _ignored(folder: str, names: list[str]) -> set[str]:
    """Return which of the `names` in a folder are not copied; `shutil.copytree` calls this."""
    return {name for name in names if is_left_behind(name) or name.endswith(".partial")}
