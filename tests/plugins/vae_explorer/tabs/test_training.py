"""The tab "Training"."""

from __future__ import annotations

import pytest

from core.errors import UserError
from core.imaging import images
from core.plugin import Plugin
from core.progress import Progress, finish
from core.web import playback
from plugins.vae_explorer.tabs import training


def test_a_snapshot_of_the_latent_space_is_shown(plugin: Plugin) -> None:
    path, caption, *curves = training.show_snapshot(plugin, 1)
    assert images.load(path).std() > 0.05
    assert (caption, training.show_snapshot(plugin, 0)[1]) == ("**After epoch 1**", "**Before training**")
    assert ["at epoch 1" in each for each in curves] == [True, True]
    with pytest.raises(UserError, match="use 0 to"):
        training.show_snapshot(plugin, 99)


def test_play_shows_the_snapshots_to_the_last_and_then_begins_anew(
    plugin: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(playback.SPEEDS, "fast", 0)
    last = len(training._snapshots()["epochs"]) - 1
    for begin, expected in ((last - 2, [last - 2, last - 1, last]), (last, [*range(last + 1)])):
        seen: list[Progress] = []
        finish(training.play_training(plugin, begin, "fast"), seen.append)
        assert [progress.so_far[0] for progress in seen] == expected
