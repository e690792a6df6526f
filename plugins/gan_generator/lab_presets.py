"""Presets of the Lab: training settings under which a GAN fails in a known way, and the settings that fix it.

They stand outside `tabs`, because `train.py` trains the bundled toy GAN and scores it with them too.
"""

from __future__ import annotations

from dataclasses import dataclass

from .adversarial.objective import Objective, ToyOptions


@dataclass(frozen=True)
class Preset:
    """Settings of the Lab that show something, and what they show."""

    text: str
    options: ToyOptions


MODE_COLLAPSE = "Mode collapse"
FAILURE_PRESETS = {
    MODE_COLLAPSE: Preset(
        "The generator is updated ten times before the discriminator is updated once: all its points gather at "
        "whichever place has the highest discriminator score just then. When the discriminator catches up, they all "
        "move on to the next place.",
        ToyOptions(Objective("bce", gradient_penalty_weight=0, discriminator_every=10), 3e-3, 3e-3),
    ),
    "Discriminator too strong": Preset(
        "The discriminator's learning rate is a thousand times the generator's: wherever the generator's points are, "
        "the score is low and flat around them. Where there is no gradient, the generator cannot learn.",
        ToyOptions(Objective("hinge", gradient_penalty_weight=0), 1e-5, 1e-2),
    ),
    "Learning rate too high": Preset(
        "Each step is longer than the distance that is left: both networks overshoot, again and again.",
        ToyOptions(Objective("bce", gradient_penalty_weight=0), 3e-2, 3e-2),
    ),
}
FIX_PRESETS = {
    MODE_COLLAPSE: Preset(
        "Both networks are updated at each step, and a generated point only has to score as high as the real point it "
        "is paired with (relativistic loss): no single place attracts all points.",
        ToyOptions(Objective("relativistic", gradient_penalty_weight=0.02), 1e-3, 1e-3),
    ),
    "Discriminator too strong": Preset(
        "Both learning rates are equal, and the gradient penalty keeps the discriminator smooth: from wherever the "
        "points are, the score rises gently towards the real ones.",
        ToyOptions(Objective("hinge", gradient_penalty_weight=0.1), 1e-3, 1e-3),
    ),
    "Learning rate too high": Preset(
        "A thirtieth of the learning rate: both networks converge.",
        ToyOptions(Objective("bce", gradient_penalty_weight=0), 1e-3, 1e-3),
    ),
}
