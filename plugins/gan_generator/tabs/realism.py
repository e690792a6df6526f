"""What the discriminator's opinions, which have no measure, mean: where they lie among those of real pictures."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from core.engine import Engine
from core.imaging import images
from core.imaging.images import Floats, Image
from core.plugin import Plugin

from .subjects import Subject, read_reference

ASKED = 1000  # real pictures
KNOWN: WeakKeyDictionary[Engine, dict[str, Floats]] = WeakKeyDictionary()


def rank(plugin: Plugin, subject: Subject, pictures: Image, labels: tuple[int, ...]) -> Floats:
    """Return the share of real pictures that the discriminator finds less real than each of `pictures`, (n,)."""
    asked = plugin.run("judge", pictures, labels, checkpoint=subject.checkpoint)
    real = _of_real_pictures(plugin, subject)
    return np.asarray(np.searchsorted(real, asked) / len(real), np.float32)


def _of_real_pictures(plugin: Plugin, subject: Subject) -> Floats:
    """Return the opinions of real pictures in rising order; found once for an engine."""
    known = KNOWN.setdefault(plugin.engine, {})
    if subject.checkpoint not in known:
        real = read_reference(subject.checkpoint)
        pictures, labels = images.from_uint8(real.pictures[:ASKED]), tuple(real.labels[:ASKED].tolist())
        known[subject.checkpoint] = np.sort(plugin.run("judge", pictures, labels, checkpoint=subject.checkpoint))
    return known[subject.checkpoint]
