"""Tiles of a photo agree with the whole."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np
import pytest

from core.imaging import images
from core.imaging.resizing import resize_bicubic
from core.plugin import Plugin
from core.progress import finish
from plugins.style_transfer import feedforward
from plugins.style_transfer.options import StylizeOptions
from tests.plugins.style_transfer.conftest import PHOTO


@pytest.mark.slow
def test_tiles_agree_with_the_whole(network: keras.Model, style: Any, monkeypatch: Any) -> None:
    large = resize_bicubic(images.load(PHOTO), 256, 448)
    stylize = partial(feedforward.stylize, network, large, [style], [1.0], StylizeOptions())
    whole = finish(stylize())
    monkeypatch.setattr(feedforward, "TILE", 256)
    tiled = finish(stylize())
    difference = np.abs(tiled - whole)
    assert difference.mean() < 0.004
    assert np.quantile(difference, 0.999) < 0.1  # statistics of overlapping windows are not quite those of the whole


@pytest.mark.parametrize("margin", [32, 64])
@pytest.mark.parametrize("side", [1, 64, 520, 768, 1000, 5000])
def test_windows_lie_within_a_photo_and_its_margin(side: int, margin: int) -> None:
    windows = feedforward._windows(side, margin)
    inner = [slice(window.start, window.stop - 2 * margin) for window in windows]
    assert len({window.stop - window.start for window in windows}) == 1
    assert windows[0].stop - windows[0].start <= feedforward.STATISTICS_SIDE
    assert inner[0].start == 0
    assert side <= inner[-1].stop <= max(side, feedforward.STRIDE)
    covered = {pixel for window in inner for pixel in range(window.start, window.stop)}
    assert covered >= set(range(side)) or side > 3 * inner[0].stop


def test_a_flat_photo_of_several_windows_is_stylized_like_one_of_a_single_window(plugin: Plugin, style: Any) -> None:
    green = np.array([0, 1, 0], np.float32)
    large, small = (plugin.run("stylize", np.tile(green, (side, 64, 1)), style) for side in (720, 640))
    np.testing.assert_allclose(large.mean((0, 1)), small.mean((0, 1)), atol=0.02)


@pytest.mark.parametrize(("stroke_size", "longer_side"), [(1, 1024), (2, 512), (0.25, 2000)])
def test_a_photo_is_stylized_at_the_size_that_its_strokes_need(stroke_size: float, longer_side: int) -> None:
    photo = np.zeros((1000, 2000, 3), np.float32)
    assert feedforward._at_working_size(photo, stroke_size).shape == (longer_side // 2, longer_side, 3)


def test_paintings_windows_and_tiles_are_steps(plugin: Plugin, photo: Any, style: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(feedforward, "TILE", 256)
    options = StylizeOptions(0.5)
    steps = [*plugin.stream("stylize", photo, style, (style,), options=options)]
    assert [each.done for each in steps] == [*range(1, len(steps) + 1)]
    assert {each.total for each in steps} == {len(steps)}
    assert len(steps) >= 2 + 2 + 2


def test_larger_strokes_are_coarser_at_the_size_of_the_photo(plugin: Plugin, style: Any) -> None:
    photo = resize_bicubic(images.load(PHOTO), 256, 384)
    stylized = [plugin.run("stylize", photo, style, options=StylizeOptions(stroke_size=size)) for size in (1, 4)]
    assert stylized[0].shape == stylized[1].shape == photo.shape
    fine, coarse = (np.abs(np.diff(image, axis=1)).mean() for image in stylized)
    assert coarse < fine
