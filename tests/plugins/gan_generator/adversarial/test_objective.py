"""The settings of the adversarial training: which values are refused."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import UserError
from plugins.gan_generator.adversarial.objective import Objective, ToyOptions


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"loss": "cats"}, "The loss is 'cats'"),
        ({"label_smoothing": 0.1}, "label_smoothing is 0.1 with the loss relativistic"),
        ({"mode_seeking_weight": -1}, "mode_seeking_weight is -1"),
        ({"skip_below": float("inf")}, "skip_below is inf"),
        ({"ema_steps": 0}, "ema_steps is 0"),
    ],
)
def test_an_objective_out_of_range_is_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words):
        Objective(**settings)


@pytest.mark.parametrize("rate", [0, -1, 2, float("nan")])
def test_a_learning_rate_out_of_range_is_refused(rate: float) -> None:
    with pytest.raises(UserError, match="discriminator_rate is"):
        ToyOptions(discriminator_rate=rate)
