"""Memoization of what is measured in an image, for as long as the image lives."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from core.imaging.images import Image

Measured = TypeVar("Measured")


def once_per_array(measure: Callable[[Image], Measured]) -> Callable[[Image], Measured]:
    """Return `measure`, which then runs once for each array; its result is dropped with the array.

    Arrays have no hash: they are told apart by identity, so that one must not be changed in place after it is measured.
    """
    results: dict[int, tuple[weakref.ref[Image], Measured]] = {}

    @wraps(measure)
    def measure_once(image: Image) -> Measured:
        key = id(image)
        if key not in results:
            measured = measure(image)
            results[key] = weakref.ref(image, lambda _: results.pop(key, None)), measured
        return results[key][1]

    return measure_once
