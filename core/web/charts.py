"""Line charts as inline SVG, which a page can update many times a second without flicker."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

WIDTH, HEIGHT, MARGIN = 600, 150, 6  # of the SVG's coordinates; the page stretches it
STROKES = (  # of the curves: told apart without color, too
    ("var(--color-accent)", ""),
    ("var(--body-text-color)", "8 4"),
    ("var(--body-text-color-subdued)", "2 4"),
)
MAX_POINTS = 400  # the last ones of each curve
LOG_FLOOR = 1e-3  # smaller values are plotted as this one on a logarithmic axis
TICKS = 6  # at most, on each axis
LOG_SCALE, MARKER = "{}, log scale", "{} at {} {:g}"

LINE = Markup('<polyline points="{}" fill="none" style="stroke:{}" stroke-width="2" stroke-dasharray="{}"/>')
RULE = Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>')
KEY = Markup('<span><svg class="key" viewBox="0 0 24 2">{}</svg> {} {}</span>')
KEY_POINTS = "0,1 24,1"
TICK = Markup('<span class="tick {}" style="{}:{:.2f}%">{:g}</span>')
CHART = Markup(
    '<figure class="chart" role="img" aria-label="{}"><p class="legend">{}</p><p class="axis">{}</p><div class="plot">'
    '<svg viewBox="0 0 {} {}" preserveAspectRatio="none">{}</svg>{}</div><p class="axis x">{}</p></figure>'
)
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Axes:
    """What a chart shows.

    Attributes:
        x: what the horizontal axis counts, such as "epoch".
        y: what the vertical axis measures, with its unit, such as "KL divergence (nats)".
        logarithmic: whether the vertical axis is logarithmic, for positive values.
    """

    x: str
    y: str
    logarithmic: bool = False

    @property
    def y_title(self) -> str:
        """The title of the vertical axis."""
        return LOG_SCALE.format(self.y) if self.logarithmic else self.y


def render_curves(
    curves: Mapping[str, Sequence[float]], axes: Axes, x: Sequence[float] | None = None, marker: float | None = None
) -> Markup:
    """Return the HTML of a line chart with axes, and a legend that shows the last value of each curve.

    Args:
        curves: up to three curves by name; NaN and infinite values are left out.
        axes: what they show.
        x: where the values stand on the horizontal axis; None means 1, 2, 3 and so on.
        marker: where a vertical line marks the chosen place on the horizontal axis; None draws none.
    """
    scaled = {name: _scale(values, axes.logarithmic) for name, values in curves.items()}
    positions = np.asarray(x if x is not None else np.arange(max(map(len, curves.values()))) + 1, float)[-MAX_POINTS:]
    columns = _limits([positions, *([] if marker is None else [np.array([marker])])])
    rows = _limits(list(scaled.values()))
    lines, keys = _grid(rows, axes.logarithmic), []
    for (name, values), (color, dashes) in zip(scaled.items(), STROKES, strict=False):
        lines.append(LINE.format(_points(positions[: len(values)], values, columns, rows), color, dashes))
        last = f"{curves[name][-1]:.3g}" if len(values) else ""
        keys.append(KEY.format(LINE.format(KEY_POINTS, color, dashes), name, last))
    if marker is not None:
        at = float(_across(np.array(marker), columns))
        lines.append(RULE.format("marker", at, 0, at, HEIGHT))
    words = _words(axes, list(curves), marker)
    svg, ticks, legend = Markup("").join(lines), _ticks_of(columns, rows, axes.logarithmic), Markup(" ").join(keys)
    return CHART.format(words, legend, axes.y_title, WIDTH, HEIGHT, svg, ticks, axes.x)


def _words(axes: Axes, names: Sequence[str], marker: float | None) -> str:
    """Return the chart's text for screen readers."""
    words = f"{axes.y_title}, by {axes.x}: {', '.join(names)}"
    return words if marker is None else MARKER.format(words, axes.x, marker)


def _scale(values: Sequence[float], logarithmic: bool) -> Values:
    """Return the latest of `values`, as they are or their logarithms."""
    recent = np.asarray(values[-MAX_POINTS:], float)
    return np.log10(np.maximum(recent, LOG_FLOOR)) if logarithmic else recent


def _limits(curves: Sequence[Values]) -> tuple[float, float]:
    """Return the lowest and the highest finite value of `curves`, or 0 and 1 where there is none."""
    finite = np.concatenate([values[np.isfinite(values)] for values in curves])
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)


def _across(values: Values, limits: tuple[float, float]) -> Values:
    """Return `values` of the horizontal axis as coordinates of the SVG."""
    return np.asarray(MARGIN + _fractions(values, limits) * (WIDTH - 2 * MARGIN))


def _down(values: Values, limits: tuple[float, float]) -> Values:
    """Return `values` of the vertical axis as coordinates of the SVG, the lowest at the bottom."""
    return np.asarray(HEIGHT - MARGIN - _fractions(values, limits) * (HEIGHT - 2 * MARGIN))


def _fractions(values: Values, limits: tuple[float, float]) -> Values:
    low, high = limits
    return (values - low) / max(high - low, 1e-6)


def _points(x: Values, y: Values, columns: tuple[float, float], rows: tuple[float, float]) -> str:
    """Return the points (x, y) as the `points` attribute of an SVG polyline."""
    places = zip(_across(x, columns), _down(y, rows), strict=True)
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in places if np.isfinite(b))


def _grid(rows: tuple[float, float], logarithmic: bool) -> list[Markup]:
    """Return a line across the chart at each tick of the vertical axis."""
    heights = _down(_ticks(rows, logarithmic), rows)
    return [RULE.format("grid", 0, height, WIDTH, height) for height in heights]


def _ticks_of(columns: tuple[float, float], rows: tuple[float, float], logarithmic: bool) -> Markup:
    """Return the numbers at the ticks of both axes."""
    down, across = _ticks(rows, logarithmic), _ticks(columns)
    shown = np.round(10**down, 10) if logarithmic else down
    vertical = [
        TICK.format("y", "top", 100 * at / HEIGHT, value) for at, value in zip(_down(down, rows), shown, strict=True)
    ]
    horizontal = [
        TICK.format("x", "left", 100 * at / WIDTH, value)
        for at, value in zip(_across(across, columns), across, strict=True)
    ]
    return Markup("").join(vertical + horizontal)


def _ticks(limits: tuple[float, float], logarithmic: bool = False) -> Values:
    """Return round numbers between the limits, at most `TICKS`; both are logarithms where it says so."""
    return _powers(*limits) if logarithmic else _multiples(*limits)


def _multiples(low: float, high: float) -> Values:
    """Return the multiples of 1, 2 or 5 times a power of ten between two numbers."""
    rough = max(high - low, 1e-6) / (TICKS - 1)
    unit = 10 ** np.floor(np.log10(rough))
    step = next(unit * digit for digit in (1, 2, 5, 10) if unit * digit >= rough * (1 - 1e-9))
    counts = np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1)
    return np.asarray(np.round(counts * step, 10) + 0.0)  # no -0


def _powers(low: float, high: float) -> Values:
    """Return the logarithms of round numbers between two logarithms, or both where there are fewer than two."""
    exponents = np.arange(np.floor(low), np.ceil(high) + 1)
    for digits in ((1, 2, 5), (1, 3), (1,)):
        values = np.sort((exponents[:, None] + np.log10(digits)).ravel())
        inside = values[(values >= low - 1e-9) & (values <= high + 1e-9)]
        if len(inside) <= TICKS:
            break
    return inside[:: math.ceil(len(inside) / TICKS)] if len(inside) > 1 else np.array([low, high])
