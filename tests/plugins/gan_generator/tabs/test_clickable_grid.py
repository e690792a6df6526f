"""The grid of images to click on."""

from __future__ import annotations

import gradio as gr
import numpy as np

from plugins.gan_generator.tabs import clickable_grid, generate, interpolate


def test_a_click_finds_the_image_under_it() -> None:
    pictures = np.zeros((36, 28, 28, 1), np.float32)
    pictures[17] = 1
    grid = clickable_grid.render_with_bars(pictures, np.zeros(36))
    y, x = (int(np.median(axis)) for axis in np.nonzero(grid.min(axis=-1) == 1))
    assert clickable_grid.locate((x, y), 36, 28) == 17
    click = gr.SelectData(None, {"index": [x, y], "value": None})
    assert generate._find_clicked("digits", "36", 2, click) == (17, 3)


def test_a_click_adds_or_removes_a_stop() -> None:
    click = gr.SelectData(None, {"index": [1, 1], "value": None})
    assert interpolate._toggle("digits", "7 9", 1, click) == ("7 9 1", 2)
    assert interpolate._toggle("digits", "1 7 9", 1, click) == ("7 9", 2)
    assert interpolate._toggle("digits", "1 7", 1, click) == ("1 7", 2)  # a path needs two
