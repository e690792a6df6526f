"""Tables of results: printed in Markdown, and kept as JSON with the machine on which they were measured."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from core.networks import device

PACKAGES = "tensorflow", "keras", "numpy", "pillow", "gradio"
Cell = str | float


@dataclass(frozen=True)
class Table:
    """What one benchmark measured.

    Args:
        title: what was measured, and in which unit.
        columns: the heads of the columns.
        rows: the cells of each row; floats are shown with at most three significant digits after the point.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def markdown(self) -> str:
        """Return the table in Markdown, below its title."""
        aligned = ("---:" if self.rows and isinstance(cell, float) else "---" for cell in self.rows[0])
        lines = [self.columns, list(aligned), *([_shown(cell) for cell in row] for row in self.rows)]
        return "\n".join([f"\n{self.title}\n", *(f"| {' | '.join(line)} |" for line in lines)])


def machine() -> dict[str, Any]:
    """Return the processor, the number of its cores, the system, the versions and the day (UTC)."""
    return {
        "device": device.describe(),
        "bfloat16": device.choose("mixed_bfloat16") != "float32",
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in PACKAGES},
        "date": datetime.now(UTC).date().isoformat(),
    }


def write(path: Path, tables: Sequence[Table]) -> None:
    """Write tables, and the machine, as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"machine": machine(), "tables": [asdict(table) for table in tables]}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def read(path: Path) -> list[Table]:
    """Return the tables that `write` wrote."""
    return [Table(**table) for table in json.loads(path.read_text())["tables"]]


def _shown(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    return f"{cell:.0f}" if abs(cell) >= 100 else f"{cell:.1f}" if abs(cell) >= 10 else f"{cell:.2f}"
