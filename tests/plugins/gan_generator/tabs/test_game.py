"""The game "Which one is real?"."""

from __future__ import annotations

import gradio as gr
import numpy as np
import pytest

from core.errors import UserError
from core.imaging import images
from core.plugin import Plugin
from plugins.gan_generator import composed
from plugins.gan_generator.tabs import game


def test_a_pair_has_one_held_out_cat_and_is_the_same_each_time(plugin: Plugin) -> None:
    known = images.from_uint8(composed.held_out(game.HELD_OUT).pictures)
    pairs = [game.deal(plugin, number) for number in range(12)]
    for pair in pairs:
        is_known = [bool((np.abs(known - each).max(axis=(1, 2, 3)) == 0).any()) for each in pair.pictures]
        assert is_known == [pair.real == 0, pair.real == 1]
    assert {pair.real for pair in pairs} == {0, 1}
    np.testing.assert_array_equal(game.deal(plugin, 3).pictures, pairs[3].pictures)


def test_an_answer_shows_the_real_one_and_counts_once_for_both(plugin: Plugin) -> None:
    pair = game.deal(plugin, 5)
    asked, question, score = game.which_is_real(plugin, 5)
    right, wrong = ("left", "right") if pair.real == 0 else ("right", "left")
    answered, verdict, score = game.which_is_real(plugin, 5, right, score)
    assert question == game.QUESTION
    assert f"Yes: the **{right}** one is real" in verdict
    assert score.visitor == 1
    assert score.discriminator == (pair.guess == pair.real)
    assert np.abs(images.load(answered) - images.load(asked)).max() > 0.3  # a frame
    assert game.which_is_real(plugin, 5, wrong, score)[2] == score
    assert game.which_is_real(plugin, 6, "not yet", score)[1].startswith("After 1 pair")


def test_the_side_that_was_clicked_on_is_the_answer() -> None:
    width = 2 * (64 * game.SCALE + game.GAP)
    for x, side in ((5, "left"), (width // 2 - 1, "left"), (width // 2 + 1, "right"), (width - 5, "right")):
        assert game._find_side(3, gr.SelectData(None, {"index": [x, 50], "value": None})) == (side, 4)


def test_another_answer_is_refused(plugin: Plugin) -> None:
    with pytest.raises(UserError, match="both"):
        game.which_is_real(plugin, 1, "both")  # type: ignore[arg-type]
