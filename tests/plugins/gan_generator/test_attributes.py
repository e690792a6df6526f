"""Attributes as weights: changes of them."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import UserError
from plugins.gan_generator import attributes

SIZES = 3, 2


def test_a_change_moves_the_weights_of_one_attribute_and_keeps_the_others() -> None:
    given = attributes.from_values(np.array([[0, 1], [2, 0]]), SIZES)
    changed = attributes.change(given, SIZES, (1, attributes.KEEP), (0.25,))
    np.testing.assert_allclose(changed, [[0.75, 0.25, 0, 0, 1], [0, 0.25, 0.75, 1, 0]])
    assert attributes.to_values(changed, SIZES).tolist() == [[0, 1], [2, 0]]
    assert attributes.to_values(attributes.change(given, SIZES, (1, 1), (1, 0)), SIZES).tolist() == [[1, 1], [1, 0]]


@pytest.mark.parametrize(
    ("values", "amounts", "words"),
    [((1,), (1,), "give 2 values"), ((3, 0), (1,), "value is 3"), ((0, 0), (2,), "amount is 2")],
)
def test_a_change_that_cannot_be_is_refused(values: tuple[int, ...], amounts: tuple[float, ...], words: str) -> None:
    with pytest.raises(UserError, match=words):
        attributes.change(np.ones((1, 5), np.float32), SIZES, values, amounts)
