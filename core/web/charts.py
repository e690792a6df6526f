"""Line charts as inline SVG, which a page can update many times a second without flicker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

WIDTH, HEIGHT, MARGIN = 600, 150, 6  # of the SVG's coordinates; the page stretches it
COLORS = ("var(--color-accent)", "var(--body-text-color)", "var(--body-text-color-subdued)")
MAX_POINTS = 400  # the last ones of each curve
LOG_FLOOR = 1e-3  # smaller values are plotted as this one on a logarithmic axis

LINE = Markup('<polyline points="{}" fill="none" style="stroke:{}" stroke-width="2"/>')
KEY = Markup('<span style="color:{}">●</span> {} {}')
CHART = Markup(
    '<p class="legend">{}</p><svg class="curves" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" '
    'aria-label="{}">{}</svg>'
)


def render_curves(curves: Mapping[str, Sequence[float]], logarithmic: bool = False) -> Markup:
    """Return the HTML of a line chart with a legend that shows the last value of each curve.

    All curves share the vertical axis; each is stretched over the whole width, however many values it has.

    Args:
        curves: up to three curves by name; NaN and infinite values are left out.
        logarithmic: whether the vertical axis is logarithmic, for positive values.
    """
    recent = {name: np.asarray(values[-MAX_POINTS:], float) for name, values in curves.items()}
    if logarithmic:
        recent = {name: np.log10(np.maximum(values, LOG_FLOOR)) for name, values in recent.items()}
    low, high = _limits(list(recent.values()))
    lines, keys = [], []
    for (name, values), color in zip(recent.items(), COLORS, strict=False):
        lines.append(LINE.format(_points(values, low, high), color))
        keys.append(KEY.format(color, name, f"{curves[name][-1]:.3g}" if len(values) else ""))
    legend = Markup(" &nbsp; ").join(keys)
    return CHART.format(legend, WIDTH, HEIGHT, ", ".join(recent), Markup("").join(lines))


def _limits(curves: Sequence[NDArray[np.float64]]) -> tuple[float, float]:
    """Return the lowest and the highest finite value of `curves`, or 0 and 1 where there is none."""
    finite = np.concatenate([values[np.isfinite(values)] for values in curves])
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)


def _points(values: NDArray[np.float64], low: float, high: float) -> str:
    """Return `values` as the `points` attribute of an SVG polyline, `low` at the bottom and `high` at the top."""
    x = np.linspace(MARGIN, WIDTH - MARGIN, max(2, len(values)))[: len(values)]
    y = HEIGHT - MARGIN - (values - low) / max(high - low, 1e-6) * (HEIGHT - 2 * MARGIN)
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True) if np.isfinite(b))
