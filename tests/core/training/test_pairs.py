"""Results on held-out pairs are scored, and their inputs beside them where that means something."""

from __future__ import annotations

import numpy as np
import pytest

from core.training.pairs import Pairs, Values


def make(count: int, random: np.random.Generator) -> tuple[Values, Values]:
    """Return (numbers, a half of each)."""
    numbers = random.random((count, 3))
    return numbers, numbers / 2


@pytest.mark.parametrize("is_compared", [True, False])
def test_results_are_scored_and_inputs_too_unless_they_are_something_else(is_compared: bool) -> None:
    error = {"error": lambda result, target: float(np.abs(result / target - 1).max())}
    evaluation = Pairs(make, "halves", error, unit="numbers", scores_inputs=is_compared).score(lambda x: 0.75 * x, 4)
    assert evaluation.scores == {"error": 0.5} | ({"error_input": 1} if is_compared else {})
    assert (evaluation.count, evaluation.unit) == (4, "numbers")
