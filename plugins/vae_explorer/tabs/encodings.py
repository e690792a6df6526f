"""What several tabs ask of the networks: codes of the test pictures, the plane to look at."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from core.engine import Engine
from core.imaging.images import Floats
from core.plugin import Plugin

from .. import example_images
from ..example_images import Examples
from ..latents import Encoded, divergence_by_dimension

SUBJECTS = {"digits": "mnist", "clothes": "fashion"}
POINTS = 2000  # test pictures on a map

KNOWN: WeakKeyDictionary[Engine, dict[str, Encoded]] = WeakKeyDictionary()


def test_pictures(checkpoint: str) -> Examples:
    """Return the first test pictures, and their classes, of the set that a checkpoint's name begins with."""
    known = example_images.read(checkpoint.split("_")[0])
    return Examples(known.pictures[:POINTS], known.labels[:POINTS])


def encode_test_pictures(plugin: Plugin, checkpoint: str) -> Encoded:
    """Return means and logs of variances of the codes of the first test pictures; found once for an engine."""
    known = KNOWN.setdefault(plugin.engine, {})
    if checkpoint not in known:
        known[checkpoint] = plugin.run("encode", test_pictures(checkpoint).pictures, checkpoint=checkpoint)
    return known[checkpoint]


def measure_nats(plugin: Plugin, checkpoint: str) -> Floats:
    """Return how much each number of a variational code tells of the test pictures, in nats, (dimensions,)."""
    return np.asarray(divergence_by_dimension(encode_test_pictures(plugin, checkpoint)).mean(axis=0))
