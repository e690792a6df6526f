"""The percentile rank of discriminator logits among those of real images: the logits themselves have no scale."""

from __future__ import annotations

import numpy as np

from core.imaging import images
from core.imaging.images import Floats, Image
from core.plugin import Plugin

from .subjects import Subject, read_reference

REAL_IMAGES = 1000


def percentile_rank(plugin: Plugin, subject: Subject, pictures: Image, labels: tuple[int, ...]) -> Floats:
    """Return the share of real images whose logit is lower than that of each of `pictures`.

    Args:
        plugin: the plugin, which runs the discriminator.
        subject: the data set.
        pictures: (n, h, w, c).
        labels: class index of each.

    Returns:
        Ranks from 0 to 1, (n,).
    """
    logits = plugin.run("discriminate", pictures, labels, checkpoint=subject.checkpoint)
    real = plugin.cached(("real logits", subject.checkpoint), lambda: _sorted_real_logits(plugin, subject))
    return np.asarray(np.searchsorted(real, logits) / len(real), np.float32)


def _sorted_real_logits(plugin: Plugin, subject: Subject) -> Floats:
    real = read_reference(subject.checkpoint)
    pictures, labels = images.from_uint8(real.pictures[:REAL_IMAGES]), tuple(real.labels[:REAL_IMAGES].tolist())
    logits: Floats = np.sort(plugin.run("discriminate", pictures, labels, checkpoint=subject.checkpoint))
    return logits
