"""Colors are matched, kept and measured."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.imaging.resizing import resize_bicubic
from plugins.style_transfer.color_transfer import LUMINANCE, color_statistics, match_colors, replace_luminance


def test_matched_colors_have_the_target_s_statistics(photo: Any, style: Any) -> None:
    target = color_statistics(style)
    found = color_statistics(match_colors(photo, color_statistics(photo), target))
    np.testing.assert_allclose(found.mean, target.mean, atol=1e-3)
    np.testing.assert_allclose(found.covariance, target.covariance, atol=2e-3)


def test_luminance_is_replaced_and_chrominance_kept(photo: Any, style: Any) -> None:
    source = resize_bicubic(style, *photo.shape[:2])
    found = replace_luminance(photo, source)
    np.testing.assert_allclose(found @ LUMINANCE, source @ LUMINANCE, atol=1e-5)
    np.testing.assert_allclose(np.ptp(found - photo, axis=-1), 0, atol=1e-5)


def test_the_mean_of_a_large_bright_photo_is_exact() -> None:
    bright = np.broadcast_to(np.float32(0.825), (4000, 5000, 3))
    np.testing.assert_allclose(color_statistics(bright).mean, 0.825, atol=1e-4)
