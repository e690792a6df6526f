"""Memoization by array."""

from __future__ import annotations

import gc
import weakref

import numpy as np

from core.imaging.images import Image
from plugins.denoiser.memo import once_per_array


def test_each_array_is_measured_once_and_forgotten_with_it() -> None:
    measured = []

    @once_per_array
    def mean(image: Image) -> float:
        measured.append(image.shape)
        return float(image.mean())

    black, white = np.zeros((2, 2, 3), np.float32), np.ones((3, 3, 3), np.float32)
    assert [mean(black), mean(white), mean(black)] == [0, 1, 0]
    assert measured == [(2, 2, 3), (3, 3, 3)]
    lives = weakref.ref(black)
    del black
    gc.collect()
    assert lives() is None
    assert mean(np.ones((4, 4, 3), np.float32)) == 1  # perhaps at the same place in memory
