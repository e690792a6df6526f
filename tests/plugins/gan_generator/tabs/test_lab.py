"""The Lab's handler."""

from __future__ import annotations

import gradio as gr
import numpy as np
import pytest

from core.errors import UserError
from core.imaging import images
from core.plugin import Plugin
from core.progress import finish
from core.web import links, positions
from plugins.gan_generator import toy_data, toy_rendering
from plugins.gan_generator.tabs import lab, lab_diagram


def test_the_lab_shows_each_round_and_can_be_stopped(plugin: Plugin) -> None:
    steps = lab.train_toy(plugin, 5)
    shown = [next(steps).so_far for _ in range(3)]
    steps.close()
    assert [len(training.losses) for *_, training in (shown[0], shown[2])] == [1, 3]
    assert images.load(shown[2][0]).shape == (toy_rendering.SIDE, toy_rendering.SIDE, 3)
    assert "Step 150" in shown[2][2]
    assert shown[0][0] != shown[2][0]


def test_a_training_continues_until_it_is_started_anew(plugin: Plugin) -> None:
    *_, first = finish(lab.train_toy(plugin, 1))
    *_, second = finish(lab.train_toy(plugin, 1, latest=first))
    *_, anew = finish(lab.train_toy(plugin, 1, restarts=1, latest=second))
    assert [len(training.losses) for training in (first, second, anew)] == [1, 2, 1]
    np.testing.assert_array_equal(anew.variables, first.variables)


def test_the_losses_stand_at_their_steps_at_any_speed(plugin: Plugin) -> None:
    *_, slow = finish(lab.train_toy(plugin, 2, speed="slow"))
    *_, words, both = finish(lab.train_toy(plugin, 1, latest=slow, speed="fast"))
    assert [step for step, *_ in both.losses] == [5, 10, 210]
    assert "Step 210" in words
    with pytest.raises(UserError, match="The speed is 'faster': choose one of slow, normal, fast"):
        next(lab.train_toy(plugin, 1, speed="faster"))


def test_a_click_sets_a_point_or_removes_one_and_both_networks_train_on_it(plugin: Plugin) -> None:
    here, beside = (gr.SelectData(None, {"index": index, "value": None}) for index in ([520, 320], [521, 322]))
    points, *settings = lab._click("", here)
    assert points == "81.2 50.0"
    assert lab._points(points) == pytest.approx(np.array([[1.0, 0.0]]), abs=0.01)
    assert settings == [lab.CLICKED, lab.ROUNDS, "both"]
    assert lab._click(points, beside)[0] == ""
    _, _, words, _ = finish(lab.train_toy(plugin, 1, distribution=lab.CLICKED, clicked=points))
    assert "of 1 modes" in words
    with pytest.raises(UserError, match="There are no points yet"):
        next(lab.train_toy(plugin, 1, distribution=lab.CLICKED))


def test_as_many_points_as_can_be_set_fit_into_a_link() -> None:
    text = positions.write(np.full((toy_data.MOST_POINTS, 2), 0.999, np.float32))
    assert links.read(gr.Textbox(render=False), [text]) == text


@pytest.mark.parametrize("layer", toy_rendering.LAYERS)
def test_a_layer_is_drawn_over_the_points(plugin: Plugin, layer: str) -> None:
    plain, *_ = finish(lab.train_toy(plugin, 1))
    shown, *_ = finish(lab.train_toy(plugin, 1, layers=[layer]))
    assert 100 < (np.abs(images.load(shown) - images.load(plain)).max(axis=-1) > 0.1).sum() < 60_000


def test_the_diagram_names_both_networks() -> None:
    html = lab_diagram.render()
    assert html.count('class="network"') == 2
    assert "discriminator" in html
