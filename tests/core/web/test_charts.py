"""Line charts as SVG."""

from __future__ import annotations

import re

import numpy as np
import pytest

from core.web import charts
from core.web.charts import Axes

LOSS = Axes("step", "loss")


def points(drawn: str, i: int = 0) -> list[tuple[float, ...]]:
    """Return the points of the `i`-th curve; the polyline of its key in the legend comes before all curves."""
    found = [each for each in re.findall(r'<polyline points="([^"]*)"', drawn) if each != charts.KEY_POINTS]
    return [tuple(map(float, point.split(","))) for point in found[i].split()]


def ticks(drawn: str, axis: str) -> list[str]:
    return re.findall(rf'class="tick {axis}"[^>]*>([^<]*)<', drawn)


def test_a_curve_has_a_point_for_each_finite_value() -> None:
    drawn = charts.render_curves({"a": [1.0, 2.0, float("nan"), 4.0], "b": []}, LOSS)
    assert [len(points(drawn, i)) for i in range(2)] == [3, 0]


def test_a_geometric_sequence_is_a_straight_line_on_a_logarithmic_axis() -> None:
    drawn = charts.render_curves({"loss": [100.0, 10.0, 1.0]}, Axes("step", "loss", logarithmic=True))
    heights = [y for _, y in points(drawn)]
    assert abs(heights[0] + heights[2] - 2 * heights[1]) < 0.2 < heights[2] - heights[0]
    assert "loss, log scale" in drawn
    assert ticks(drawn, "y") == ["1", "3", "10", "30", "100"]


def test_what_the_visitor_reads_is_escaped() -> None:
    drawn = charts.render_curves({"a<b": [1.0]}, Axes("x<y", "z<y"))
    assert "a&lt;b 1</span>" in drawn
    assert 'aria-label="z&lt;y, by x&lt;y: a&lt;b"' in drawn


def test_only_the_latest_values_are_drawn_where_they_stand() -> None:
    drawn = charts.render_curves({"loss": [float(i) for i in range(charts.MAX_POINTS + 50)]}, LOSS)
    assert len(points(drawn)) == charts.MAX_POINTS
    assert ticks(drawn, "x") == ["100", "200", "300", "400"]


def test_a_curve_that_is_still_growing_does_not_fill_the_width() -> None:
    drawn = charts.render_curves({"done": [1.0] * 5, "growing": [1.0] * 3}, LOSS)
    assert points(drawn, 0)[2] == points(drawn, 1)[2]


def test_values_stand_where_the_caller_says_and_the_marker_too() -> None:
    drawn = charts.render_curves({"error": [3.0, 2.0, 1.0]}, Axes("dimensions", "error"), x=[2, 4, 8], marker=4)
    xs = [x for x, _ in points(drawn)]
    assert (xs[2] - xs[1]) == pytest.approx(2 * (xs[1] - xs[0]), abs=0.2)
    assert f'class="marker" x1="{xs[1]:.1f}"' in drawn
    assert "at dimensions 4" in drawn


@pytest.mark.parametrize("limits", [(0, 1), (-3, 3), (0.02, 0.055), (1, 300), (7, 7), (1e5, 3e6)])
def test_ticks_are_few_round_numbers_inside_the_limits(limits: tuple[float, float]) -> None:
    found = charts._ticks(limits)
    assert 1 <= len(found) <= charts.TICKS
    assert all(limits[0] - 1e-9 <= tick <= limits[1] + 1e-9 for tick in found)
    steps = np.diff(found)
    assert not len(steps) or f"{steps[0]:.0e}"[0] in "125"


@pytest.mark.parametrize("limits", [(-3, 5), (0.1, 0.2), (0.3, 2.1), (1, 1)])
def test_ticks_of_a_logarithmic_axis_are_few_and_inside(limits: tuple[float, float]) -> None:
    found = charts._ticks(limits, logarithmic=True)
    assert 2 <= len(found) <= charts.TICKS
    assert all(limits[0] - 1e-9 <= tick <= limits[1] + 1e-9 for tick in found)


def test_no_tick_is_minus_zero() -> None:
    shown = charts.render_curves({"a": [-1e-12, 0.5, 1.0]}, Axes("step", "loss"))
    assert ">-0<" not in shown
    assert ">0<" in shown
