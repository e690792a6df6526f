"""Images are shrunk to sizes that VGG-19 can process, and get a mirrored margin."""

from __future__ import annotations

import numpy as np
import pytest

from plugins.style_transfer.resizing import pad_mirrored, shrink_to


@pytest.mark.parametrize(
    ("shape", "side", "multiple", "expected"),
    [
        ((400, 300), 200, 1, (200, 150)),
        ((100, 50), 200, 1, (100, 50)),
        ((400, 10), 200, 1, (200, 32)),
        ((400, 300), 256, 64, (256, 192)),
    ],
)
def test_no_side_is_above_the_limit_or_below_32(
    shape: tuple[int, int], side: int, multiple: int, expected: tuple[int, int]
) -> None:
    assert shrink_to(np.zeros((*shape, 3), np.float32), side, multiple).shape == (*expected, 3)


def test_a_margin_mirrors_the_border() -> None:
    image = np.random.default_rng(0).random((6, 5, 3), np.float32)
    padded = pad_mirrored(image, 2)
    np.testing.assert_array_equal(padded[2:-2, 2:-2], image)
    np.testing.assert_array_equal(padded[:2, 2:-2], image[1::-1])
