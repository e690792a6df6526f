"""Line charts as SVG."""

from __future__ import annotations

from core.web import charts


def test_a_curve_has_a_point_for_each_finite_value() -> None:
    drawn = charts.render_curves({"a": [1.0, 2.0, float("nan"), 4.0], "b": []})
    assert drawn.count("<polyline") == 2
    assert drawn.split('points="')[1].split('"')[0].count(",") == 3


def test_a_geometric_sequence_is_a_straight_line_on_a_logarithmic_axis() -> None:
    drawn = charts.render_curves({"loss": [100.0, 10.0, 1.0]}, logarithmic=True)
    heights = [float(point.split(",")[1]) for point in drawn.split('points="')[1].split('"')[0].split()]
    assert abs(heights[0] + heights[2] - 2 * heights[1]) < 0.2 < heights[2] - heights[0]
    assert "loss 1<" in drawn


def test_the_names_of_curves_are_escaped() -> None:
    drawn = charts.render_curves({"a<b": [1.0]})
    assert "a&lt;b 1</p>" in drawn
    assert 'aria-label="a&lt;b"' in drawn


def test_only_the_latest_values_are_drawn() -> None:
    drawn = charts.render_curves({"loss": [float(i) for i in range(charts.MAX_POINTS + 50)]})
    assert drawn.split('points="')[1].split('"')[0].count(",") == charts.MAX_POINTS
