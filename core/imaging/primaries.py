"""Color primaries: by their numbers in ITU-T H.273 (cICP, nclx), or as PNG's cHRM gives them; conversion to sRGB's."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.imaging.unsupported import UnsupportedError

Matrix = NDArray[np.floating[Any]]
Chromaticities = tuple[tuple[float, float], ...]  # x and y of white, red, green and blue

D65, C = (0.3127, 0.329), (0.31, 0.316)
SRGB: Chromaticities = (D65, (0.64, 0.33), (0.3, 0.6), (0.15, 0.06))
BT_601_525: Chromaticities = (D65, (0.63, 0.34), (0.31, 0.595), (0.155, 0.07))
NUMBERED: dict[int, Chromaticities] = {
    1: SRGB,
    4: (C, (0.67, 0.33), (0.21, 0.71), (0.14, 0.08)),  # BT.470 M
    5: (D65, (0.64, 0.33), (0.29, 0.6), (0.15, 0.06)),  # BT.470 B, G
    6: BT_601_525,
    7: BT_601_525,  # SMPTE ST 240
    8: (C, (0.681, 0.319), (0.243, 0.692), (0.145, 0.049)),  # film
    9: (D65, (0.708, 0.292), (0.17, 0.797), (0.131, 0.046)),  # BT.2020
    11: ((0.314, 0.351), (0.68, 0.32), (0.265, 0.69), (0.15, 0.06)),  # DCI-P3
    12: (D65, (0.68, 0.32), (0.265, 0.69), (0.15, 0.06)),  # Display P3
    22: (D65, (0.63, 0.34), (0.295, 0.605), (0.155, 0.077)),  # EBU Tech 3213
}
UNSPECIFIED = (0, 2, 3)
TOLERANCE = 0.002  # files round the chromaticities of sRGB in their own ways
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def by_number(number: int) -> Chromaticities | None:
    """Return the primaries of a number in H.273; None where it specifies none.

    Raises:
        UnsupportedError: for a number that we do not know.
    """
    if number in UNSPECIFIED:
        return None
    if number not in NUMBERED:
        raise UnsupportedError(f"has unusual color primaries (number {number}): export it in sRGB")
    return NUMBERED[number]


def from_chrm(content: bytes) -> Chromaticities | None:
    """Return the primaries in the content of a PNG's cHRM chunk; None where it is not of the chunk's length."""
    if len(content) != 32:
        return None
    values = [value / 1e5 for value in struct.unpack(">8I", content)]
    return tuple(zip(values[::2], values[1::2], strict=True))


def matrix_to_srgb(chromaticities: Chromaticities | None) -> Matrix | None:
    """Return the matrix from linear values of these primaries to those of sRGB.

    The white point becomes sRGB's (Bradford). None where nothing changes, or the primaries span no color space.
    """
    if chromaticities is None or np.abs(np.subtract(chromaticities, SRGB)).max() < TOLERANCE:
        return None
    try:
        with np.errstate(all="raise"):
            matrix = np.linalg.solve(_to_xyz(SRGB), _adapt(chromaticities[0], D65) @ _to_xyz(chromaticities))
    except (FloatingPointError, np.linalg.LinAlgError):
        return None
    return matrix if np.isfinite(matrix).all() and np.abs(matrix).max() < 10 else None


def _to_xyz(chromaticities: Chromaticities) -> Matrix:
    """Return the matrix from linear RGB to CIE XYZ, in which white has the luminance 1."""
    white, *primaries = (_xyz(each) for each in chromaticities)
    columns = np.stack(primaries, axis=1)
    return np.asarray(columns * np.linalg.solve(columns, white))


def _xyz(chromaticity: tuple[float, float]) -> Matrix:
    x, y = np.array(chromaticity)
    return np.array([x / y, 1, (1 - x - y) / y])


def _adapt(source: tuple[float, float], target: tuple[float, float]) -> Matrix:
    """Return the matrix that adapts XYZ from one white point to another."""
    scale = (BRADFORD @ _xyz(target)) / (BRADFORD @ _xyz(source))
    return np.asarray(np.linalg.solve(BRADFORD, scale[:, None] * BRADFORD))
