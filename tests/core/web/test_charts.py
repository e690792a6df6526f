"""Curves that grow while they are watched."""

from __future__ import annotations

from core.web import charts


def test_curves_have_a_point_for_each_value() -> None:
    drawn = charts.render_curves({"a": [1.0, 2.0, float("nan"), 4.0], "b": []})
    assert drawn.count("<polyline") == 2
    assert drawn.split('points="')[1].split('"')[0].count(",") == 3


def test_logarithmic_curves_are_straight_where_values_fall_by_as_much_each_time() -> None:
    drawn = charts.render_curves({"loss": [100.0, 10.0, 1.0]}, logarithmic=True)
    heights = [float(point.split(",")[1]) for point in drawn.split('points="')[1].split('"')[0].split()]
    assert abs(heights[0] + heights[2] - 2 * heights[1]) < 0.2 < heights[2] - heights[0]
    assert "loss 1<" in drawn
