"""Maps with points on them, and their legend."""

from __future__ import annotations

import numpy as np

from plugins.vae_explorer import example_images
from plugins.vae_explorer.tabs import map_rendering


def test_a_point_has_the_color_of_its_class() -> None:
    manifold = np.zeros((28, 28, 1), np.float32)
    rendered = map_rendering.render_map(manifold, np.array([[0.25, 0.75]], np.float32), np.array([3]))
    x, y = map_rendering.SIDE // 4, map_rendering.SIDE * 3 // 4
    expected = [int(map_rendering.CLASS_COLORS[3][i : i + 2], 16) for i in (1, 3, 5)]
    np.testing.assert_allclose(rendered[y, x] * 255, expected, atol=0.5)
    assert rendered[x, y].max() == 0


def test_the_legend_names_each_class_beside_its_color() -> None:
    legend = map_rendering.legend("fashion")
    assert '<span style="color:#e69f00">●</span> T-shirt' in legend
    assert legend.count("●") == 10


def test_the_choice_of_classes_has_the_colors_of_the_points() -> None:
    style = (example_images.FOLDER.parent / "style.css").read_text()
    for number, color in enumerate(map_rendering.CLASS_COLORS, 1):
        assert f".map-classes label:nth-child({number})::before {{ color: {color}; }}" in style
