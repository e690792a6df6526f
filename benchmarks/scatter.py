"""Quality against time, ours and peers: one picture of what `benchmarks.denoise` and `benchmarks.upscale` measured.

python -m benchmarks.scatter --denoise denoise.json --upscale upscale.json --out docs/quality_and_time.webp

The JSON files are those that these two write with `--json`.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from benchmarks import tables
from benchmarks.tables import Table

TIME, DECIBELS = "s/megapixel", "σ 25: PSNR, dB"
OURS, PEERS = "#b45309", "#475569"
QUALITY = 80  # of WebP


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--denoise", type=Path, required=True)
    parser.add_argument("--upscale", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    import matplotlib.pyplot as plt  # of requirements-bench.txt

    denoise, upscale = tables.read(options.denoise), tables.read(options.upscale)
    panels = [(denoise[0], DECIBELS, "Denoising, σ 25"), (upscale[-1], "PSNR, dB", "Super-resolution ×4")]
    figure, axes = plt.subplots(1, len(panels), figsize=(10, 4), layout="constrained")
    for axis, (table, quality, title) in zip(axes, panels, strict=True):
        _draw(axis, table, quality)
        axis.set(title=title, xlabel="milliseconds per megapixel", ylabel="PSNR in dB", xscale="log")
    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=120)
    pillow.open(drawn).convert("RGB").save(options.out, quality=QUALITY)


def _draw(axis: Any, table: Table, quality: str) -> None:
    """Draw a point and a name for each method that was measured on all pictures."""
    for name, seconds, decibels in _points(table, quality):
        ours = name.startswith("Darkroom")
        color = OURS if ours else PEERS
        axis.plot(1000 * seconds, decibels, "o", color=color, markersize=9 if ours else 6)
        name = name.partition(" (")[0]
        axis.annotate(name, (1000 * seconds, decibels), (0, 9), textcoords="offset points", color=color, ha="center")
    axis.margins(0.3, 0.2)
    axis.grid(alpha=0.3, which="both")


def _points(table: Table, quality: str) -> list[tuple[str, float, float]]:
    """Return name, seconds per megapixel and PSNR of the methods that ran on as many pictures as ours."""
    rows: Sequence[dict[str, tables.Cell]] = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    count = rows[0].get("pictures")
    return [(str(row["method"]), float(row[TIME]), float(row[quality])) for row in rows if row.get("pictures") == count]


if __name__ == "__main__":
    main()
