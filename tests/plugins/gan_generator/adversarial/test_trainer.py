"""Adversarial training: which network each step changes, and the moving average."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from plugins.gan_generator.adversarial.objective import Objective
from plugins.gan_generator.adversarial.trainer import GANTrainer, accuracies, build_optimizer
from plugins.gan_generator.model import build_gan
from tests.conftest import run_python

to_numpy = keras.ops.convert_to_numpy

UPDATES_PROGRAM = """
import sys, keras, numpy as np
if keras.backend.backend() == "tensorflow":  # tracing takes longer than these few steps
    import tensorflow
    tensorflow.config.run_functions_eagerly(True)
from plugins.gan_generator.adversarial.trainer import GANTrainer, build_optimizer
from plugins.gan_generator.model import build_gan
from plugins.gan_generator.adversarial.objective import Objective
def changes(**settings):
    keras.utils.set_random_seed(0)
    small = dict(shape=(4, 4, 1), dimensions=4, width=4, classes=3)
    trainer = GANTrainer(build_gan(**small), build_gan(**small), Objective(**settings), 0)
    trainer.compile(build_optimizer(1e-3, 1e-3))
    random = np.random.default_rng(0)
    batch = random.random((16, 4, 4, 1), np.float32), np.eye(3, dtype=np.float32)[random.integers(3, size=16)]
    trainer.fit(list(batch), batch_size=16, verbose=0)
    before = {each.path: keras.ops.convert_to_numpy(each.value) for each in trainer.network.trainable_variables}
    trainer.fit(list(batch), batch_size=16, verbose=0)
    after = {each.path: keras.ops.convert_to_numpy(each.value) for each in trainer.network.trainable_variables}
    return [sum(float(np.abs(after[p] - before[p]).sum()) for p in after if p.startswith(name))
            for name in ("discriminator", "generator")]
for loss in sys.argv[1:]:
    print(*changes(loss=loss), *changes(loss=loss, skip_below=1e9), *changes(loss=loss, generator_every=10))
"""


@pytest.mark.backend
@pytest.mark.slow
@pytest.mark.parametrize("losses", [("relativistic",), ("hinge", "bce")], ids=str)
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_a_network_that_skips_a_step_does_not_change_under_any_backend(backend: str, losses: tuple[str, ...]) -> None:
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    ended = run_python("-c", UPDATES_PROGRAM, *losses, KERAS_BACKEND=backend)
    assert ended.returncode == 0, ended.stderr
    for line in ended.stdout.splitlines()[-len(losses) :]:
        both, skipping, waiting = np.array(line.split(), float).reshape(3, 2)
        assert (both > 0.05).all()
        assert skipping[0] == 0 < 0.05 < skipping[1]
        assert waiting[1] == 0 < 0.05 < waiting[0]


@pytest.mark.usefixtures("eagerly")
def test_each_network_is_updated_at_its_own_interval(network: keras.Model, small: dict[str, Any]) -> None:
    objective = Objective(discriminator_every=2, generator_every=3)
    trainer = GANTrainer(network, build_gan(**small, classes=3), objective, 0)
    trainer.compile(build_optimizer(1e-3, 1e-3))
    batch = [
        np.random.default_rng(0).random((8, 8, 8, 1), np.float32),
        np.eye(3, dtype=np.float32)[[0, 1, 2] * 2 + [0, 1]],
    ]
    updated = []
    for _ in range(6):
        before = [to_numpy(each.value) for each in network.trainable_variables]
        trainer.fit(batch, batch_size=8, verbose=0)
        updated.append(
            {
                each.path.split("_")[0]
                for each, old in zip(network.trainable_variables, before, strict=True)
                if np.abs(to_numpy(each.value) - old).max() > 0
            }
        )
    both = {"generator", "discriminator"}
    assert updated == [both, set(), {"discriminator"}, {"generator"}, {"discriminator"}, set()]


@pytest.mark.usefixtures("eagerly")
@pytest.mark.slow
def test_the_moving_average_follows_the_weights(small: dict[str, Any]) -> None:
    keras.utils.set_random_seed(0)
    trainer = GANTrainer(build_gan(**small), build_gan(**small), Objective(ema_steps=5), 0)
    trainer.compile(build_optimizer(1e-2, 1e-2))
    first = trainer.network.get_weights()
    trainer.fit(np.random.default_rng(0).random((80, 8, 8, 1), np.float32), batch_size=8, verbose=0)
    distances = [
        sum(np.abs(a - b).sum() for a, b in zip(trainer.ema.get_weights(), others, strict=True))
        for others in (first, trainer.network.get_weights())
    ]
    assert distances[0] > 2 * distances[1] > 0


def test_the_accuracies_of_the_relativistic_loss_have_a_threshold_midway() -> None:
    real, fake = np.array([[11.0], [12.0], [9.0]]), np.array([[8.0], [9.5], [11.5]])
    assert [round(float(each), 2) for each in accuracies("relativistic", real, fake)] == [0.67, 0.67]
    assert [float(each) for each in accuracies("bce", real, fake)] == [1, 0]


def test_without_an_adversarial_loss_the_generator_learns_the_images_of_given_latent_vectors() -> None:
    keras.utils.set_random_seed(0)
    network, ema = (build_gan((8, 8, 1), (2,), 0, 8, patch=2) for _ in range(2))
    trainer = GANTrainer(network, ema, Objective(adversarial_weight=0, reconstruction_weight=1, ema_steps=5), 0)
    trainer.compile(build_optimizer(1e-2, 1e-2, 0.9))
    latent = np.array([[1, -1], [-1, 1]], np.float32)
    real = np.stack([np.zeros((8, 8, 1), np.float32), np.ones((8, 8, 1), np.float32)])
    untouched = [to_numpy(each.value) for each in trainer.discriminator.variables]
    trainer.fit([np.tile(real, (60, 1, 1, 1)), np.tile(latent, (60, 1))], batch_size=2, verbose=0)
    np.testing.assert_allclose(ema.get_layer("generator").predict_on_batch(latent), real, atol=0.1)
    for before, after in zip(untouched, trainer.discriminator.variables, strict=True):
        np.testing.assert_array_equal(before, after.value)
