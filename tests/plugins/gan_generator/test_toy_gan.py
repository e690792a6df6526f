"""The toy GAN: it continues from its variables, each learning rate is its network's, and presets do what they say."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from core.errors import UserError
from core.plugin import Plugin
from plugins.gan_generator import model, toy_data, toy_gan
from plugins.gan_generator.adversarial.objective import ToyOptions, Updated
from plugins.gan_generator.lab_presets import FAILURE_PRESETS, FIX_PRESETS, MODE_COLLAPSE

to_numpy = keras.ops.convert_to_numpy


def test_training_continues_from_its_variables(plugin: Plugin) -> None:
    ring, options = toy_data.DISTRIBUTIONS["ring"].sample(), FIX_PRESETS[MODE_COLLAPSE].options
    whole = plugin.run("train_toy", ring, options=options, rounds=4, checkpoint="lab")
    half = plugin.run("train_toy", ring, options=options, rounds=2, checkpoint="lab")
    plugin.run("train_toy", ring, rounds=1, seed=5, checkpoint="lab")  # another visitor's training in between
    rest = plugin.run("train_toy", ring, half.variables, options, 2, checkpoint="lab")
    assert (half.step, rest.step) == (100, 200)
    np.testing.assert_allclose(rest.points, whole.points, atol=1e-3)


@pytest.mark.parametrize(("rates", "faster"), [((1e-2, 1e-7), "generator"), ((1e-7, 1e-2), "discriminator")])
def test_each_learning_rate_is_that_of_the_network_in_its_name(rates: tuple[float, float], faster: str) -> None:
    network = model.build_toy_gan(width=8)
    ring, changes = toy_data.DISTRIBUTIONS["ring"].sample(), {}

    def train(options: ToyOptions) -> None:
        toy_gan.train_round(network, ring, toy_gan.NEW_RUN, options, 0)

    train(ToyOptions(generator_rate=1e-7, discriminator_rate=1e-7))
    before = {each.path: to_numpy(each.value) for each in network.trainable_variables}
    train(ToyOptions(generator_rate=rates[0], discriminator_rate=rates[1]))
    for each in network.trainable_variables:
        name = each.path.split("_")[0]
        changes[name] = changes.get(name, 0) + np.abs(to_numpy(each.value) - before[each.path]).sum()
    assert max(changes, key=changes.__getitem__) == faster
    assert min(changes.values()) < 0.01 < 1 < max(changes.values())


def test_one_network_is_trained_alone() -> None:
    network = model.build_toy_gan(width=8)
    ring = toy_data.DISTRIBUTIONS["ring"].sample()
    variables = toy_gan.train_round(network, ring, toy_gan.NEW_RUN, ToyOptions(), 0).variables
    updated: Updated
    for updated in ("generator", "discriminator"):
        before = {each.path: to_numpy(each.value) for each in network.trainable_variables}
        variables = toy_gan.train_round(network, ring, variables, ToyOptions(updated=updated), 0).variables
        changed = {
            each.path for each in network.trainable_variables if np.any(to_numpy(each.value) != before[each.path])
        }
        assert {path.split("_")[0] for path in changed} == {updated}
    with pytest.raises(UserError, match="updated is 'none'"):
        ToyOptions(updated="none")  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize("name", list(FAILURE_PRESETS))
def test_a_fix_covers_all_modes_where_the_failure_covers_few(plugin: Plugin, name: str) -> None:
    ring, covered = toy_data.DISTRIBUTIONS["ring"], []
    for preset in (FIX_PRESETS[name], FAILURE_PRESETS[name]):
        steps = plugin.stream("train_toy", ring.sample(), options=preset.options, rounds=50, checkpoint="lab")
        covered.append([toy_data.count_modes(progress.so_far.points, ring.centers) for progress in steps])
    assert max(covered[0]) == 8
    assert np.mean(covered[1][25:]) < 4
