"""The Lab's handler."""

from __future__ import annotations

from core.imaging import images
from core.plugin import Plugin
from plugins.gan_generator import toy_data
from plugins.gan_generator.tabs import lab


def test_the_lab_shows_each_round_and_can_be_stopped(plugin: Plugin) -> None:
    steps = lab.train_toy(plugin, 5)
    shown = [next(steps).so_far for _ in range(3)]
    steps.close()
    assert [len(losses) for *_, losses in (shown[0], shown[2])] == [3, 3]  # one list, which grows
    assert images.load(shown[2][0]).shape == (toy_data.SIDE, toy_data.SIDE, 3)
    assert "Step 150" in shown[2][2]
    assert shown[0][0] != shown[2][0]
