"""Curves that grow while they are watched: an SVG that a page can be sent many times a second without flicker."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import numpy as np

WIDTH, HEIGHT, MARGIN = 600, 150, 6
COLOURS = ("var(--color-accent)", "var(--body-text-color)", "var(--body-text-color-subdued)")
LATEST = 400  # points
SMALLEST = 1e-3  # of what is drawn by its magnitude


def render_curves(curves: Mapping[str, Sequence[float]], logarithmic: bool = False) -> str:
    """Return HTML of up to three `curves` by name, each over steps of its own, and of their last values.

    `logarithmic` ones, of positive values, are drawn by their magnitude.
    """
    known = {name: np.asarray(values[-LATEST:], float) for name, values in curves.items()}
    if logarithmic:
        known = {name: np.log10(np.maximum(values, SMALLEST)) for name, values in known.items()}
    every = np.concatenate([each[np.isfinite(each)] for each in known.values()])
    low, high = (float(every.min()), float(every.max())) if every.size else (0.0, 1.0)
    lines, words = [], []
    for (name, values), colour in zip(known.items(), COLOURS, strict=False):
        x = np.linspace(MARGIN, WIDTH - MARGIN, max(2, len(values)))[: len(values)]
        y = HEIGHT - MARGIN - (values - low) / max(high - low, 1e-6) * (HEIGHT - 2 * MARGIN)
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True) if np.isfinite(b))
        lines.append(f'<polyline points="{points}" fill="none" style="stroke:{colour}" stroke-width="2"/>')
        last = f"{curves[name][-1]:.3g}" if len(values) else ""
        words.append(f'<span style="color:{colour}">●</span> {html.escape(name)} {last}')
    return (
        f'<p class="legend">{" &nbsp; ".join(words)}</p><svg class="curves" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'preserveAspectRatio="none" role="img" aria-label="{html.escape(", ".join(known))}">{"".join(lines)}</svg>'
    )
