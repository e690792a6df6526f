"""The Lab's handler."""

from __future__ import annotations

import numpy as np

from core.imaging import images
from core.plugin import Plugin
from core.progress import finish
from plugins.gan_generator import toy_data
from plugins.gan_generator.tabs import lab


def test_the_lab_shows_each_round_and_can_be_stopped(plugin: Plugin) -> None:
    steps = lab.train_toy(plugin, 5)
    shown = [next(steps).so_far for _ in range(3)]
    steps.close()
    assert [len(training.losses) for *_, training in (shown[0], shown[2])] == [1, 3]
    assert images.load(shown[2][0]).shape == (toy_data.SIDE, toy_data.SIDE, 3)
    assert "Step 150" in shown[2][2]
    assert shown[0][0] != shown[2][0]


def test_a_training_continues_until_it_is_started_anew(plugin: Plugin) -> None:
    *_, first = finish(lab.train_toy(plugin, 1))
    *_, second = finish(lab.train_toy(plugin, 1, latest=first))
    *_, anew = finish(lab.train_toy(plugin, 1, restarts=1, latest=second))
    assert [len(training.losses) for training in (first, second, anew)] == [1, 2, 1]
    np.testing.assert_array_equal(anew.variables, first.variables)
