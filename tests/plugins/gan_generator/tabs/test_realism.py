"""The percentile rank of discriminator logits."""

from __future__ import annotations

import pytest

from core.imaging import images
from core.plugin import Plugin
from plugins.gan_generator.tabs import realism, subjects


def test_a_logit_is_ranked_among_those_of_real_images(plugin: Plugin) -> None:
    subject = subjects.SUBJECTS["digits"]
    known = subjects.read_reference("mnist")
    real, labels = images.from_uint8(known.pictures[1000:1500]), tuple(known.labels[1000:1500].tolist())
    of_real, of_negatives = (realism.percentile_rank(plugin, subject, each, labels) for each in (real, 1 - real))
    assert of_real.mean() == pytest.approx(0.5, abs=0.1)
    assert of_negatives.mean() < 0.2
