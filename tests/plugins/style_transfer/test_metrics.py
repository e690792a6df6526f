"""Scores of large images are computed band by band, and are those of the whole."""

from __future__ import annotations

from typing import Any

import pytest

from core.plugin import Plugin
from core.progress import Progress, finish
from plugins.style_transfer import metrics


def test_scores_of_bands_are_those_of_the_whole_and_each_is_a_step(
    plugin: Plugin, photo: Any, style: Any, monkeypatch: Any
) -> None:
    image = style[: photo.shape[0], : photo.shape[1]]
    whole = plugin.run("score", image, photo, style)
    monkeypatch.setattr(metrics, "MOST_PIXELS", 64 * photo.shape[1])
    seen: list[Progress] = []
    banded = finish(plugin.stream("score", image, photo, style), seen.append)
    assert banded == pytest.approx(whole, rel=1e-3)
    assert len(seen) > 3
    assert [each.done for each in seen] == [*range(1, seen[0].total + 1)]


@pytest.mark.parametrize(("height", "width"), [(32, 32), (517, 2048), (2048, 2047), (33, 50_000)])
def test_bands_cover_an_image_once_and_see_what_their_features_depend_on(height: int, width: int) -> None:
    bands = metrics.bands_of(height, width)
    assert [*(row for band in bands for row in range(band.first, band.last))] == [*range(height)]
    for band in bands:
        assert band.first % metrics.STRIDE == band.start % metrics.STRIDE == 0
        assert band.start in (0, band.first - metrics.CONTEXT)
        assert band.stop in (height, band.last + metrics.CONTEXT)
        assert band.rows("block1_conv1") == band.last - band.first
