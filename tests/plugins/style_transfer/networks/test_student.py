"""The student before it is trained, and its size."""

from __future__ import annotations

import numpy as np
import pytest

from core.progress import finish
from plugins.style_transfer import feedforward, model
from plugins.style_transfer.networks.parts import parts_of
from plugins.style_transfer.options import StylizeOptions


def noise(mean: float, deviation: float) -> np.ndarray:
    """Return gray noise, 64 × 96."""
    random = np.random.default_rng(0)
    return (mean + deviation * random.standard_normal((64, 96, 3))).astype(np.float32)


@pytest.mark.usefixtures("eagerly")
def test_an_untrained_student_gives_a_photo_the_colors_of_the_painting() -> None:
    network = model.build_student(width=8, blocks=1)
    photo, style = noise(0.4, 0.05), noise([0.2, 0.5, 0.7], 0.1)
    stylized = finish(feedforward.stylize(network, photo, [style], [1.0], StylizeOptions()))
    np.testing.assert_allclose(stylized.mean((0, 1)), [0.2, 0.5, 0.7], atol=0.02)
    np.testing.assert_allclose(stylized.std((0, 1)), 0.1, atol=0.02)


def test_the_student_has_less_than_a_million_weights_and_no_vgg() -> None:
    network = model.build_student()
    assert network.count_params() < 1_000_000
    parts = parts_of(network)
    assert parts.content_encoder.outputs[-1].shape[-1] == 2 * sum(parts.content_widths)
    assert parts.style_encoder.outputs[-1].shape[-1] == 2 * sum(parts.style_widths)
