"""A toy GAN on 2-D points, small enough to be trained while a visitor watches."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from typing import NamedTuple

import keras
import numpy as np
from keras import layers

from core.errors import UserError
from core.imaging.images import Floats
from core.training.callbacks import reseed

from .adversarial.objective import Objective, ToyOptions
from .adversarial.trainer import GANTrainer, build_optimizer
from .toy_data import EXTENT

BATCH = 128
DRAWS_PER_STEP = 32  # more random tensors than a step takes from the seed generator
POINTS_SHOWN = 500
GRID_SIDE = 48  # positions along each side at which the discriminator is evaluated
MANIFOLD_SIDE = 25  # latent vectors along each side of the grid that shows the manifold
CACHED_TRAINERS = 16  # each objective is traced once
NEW_RUN = np.empty(0, np.float32)


class ToyGANState(NamedTuple):
    """The state of a toy GAN after a round of training."""

    points: Floats
    """(500, 2): generated points, from the same latent vectors each time."""
    manifold: Floats
    """(25, 25, 2): points generated from a grid over the first two latent dimensions; all others are 0."""
    logits: Floats
    """(48, 48): the discriminator's logits over the square of ±1.6, by rows from the top."""
    losses: Floats
    """(2,): the discriminator's and the generator's mean loss over the round."""
    step: int
    """Steps since training began."""
    variables: Floats
    """(n,): all weights and optimizer variables, from which training can continue."""


def build_networks(dimensions: int, width: int) -> keras.Model:
    """Return a network from latent vectors (n, `dimensions`) to points (n, 2) and their logits (n, 1).

    Generator and discriminator have three hidden layers of `width` units each.
    """
    latent, point = keras.Input((dimensions,), name="latent"), keras.Input((2,), name="point")
    x, y = latent, point
    for i in range(3):
        x = layers.Dense(width, activation="relu", name=f"generator_dense{i}")(x)
        y = layers.LeakyReLU(0.2, name=f"discriminator_act{i}")(layers.Dense(width, name=f"discriminator_dense{i}")(y))
    generated = layers.Dense(2, name="generator_point")(x)
    discriminator = keras.Model(point, layers.Dense(1, name="discriminator_logit")(y), name="discriminator")
    return keras.Model(latent, [generated, discriminator(generated)], name="toy_gan")


def train_round(network: keras.Model, points: Floats, variables: Floats, options: ToyOptions, seed: int) -> ToyGANState:
    """Train a toy GAN for one round of steps.

    Args:
        network: what `build_networks` returns; its weights are overwritten.
        points: the real points, (n, 2).
        variables: `ToyGANState.variables` of the round before, or empty to begin.
        options: the objective and the learning rates.
        seed: of the initial weights, the batches and the latent vectors.

    Raises:
        UserError: where `variables` are not those of a network of this size.
    """
    trainer = _trainer(network, options.objective)
    size = sum(math.prod(each.shape) for each in _variables(trainer))
    if variables.size not in (0, size):
        raise UserError(
            f"variables has {variables.size} values, not {size}: give those that an earlier call returned, or none."
        )
    _restore(trainer, variables if variables.size else _initial_variables(trainer, seed))
    networks = "discriminator", "generator"  # in the order of the optimizers
    rates = options.discriminator_rate, options.generator_rate
    for adam, network_name, rate in zip(trainer.optimizer.optimizers, networks, rates, strict=True):
        adam.learning_rate = rate if options.updated in ("both", network_name) else 0.0
    step = _step(trainer)
    reseed(trainer.noise, seed, step * DRAWS_PER_STEP)  # another visitor's training may have come in between
    real = points[np.random.default_rng((seed, step)).integers(len(points), size=options.steps * BATCH)]
    history = trainer.fit(real, batch_size=BATCH, epochs=1, shuffle=False, verbose=0).history
    losses = [history[f"{name}_loss"][-1] for name in ("discriminator", "generator")]
    return ToyGANState(*_evaluate(network), np.array(losses, np.float32), _step(trainer), _save(trainer))


def _step(trainer: GANTrainer) -> int:
    """Return how many steps have been trained."""
    return int(keras.ops.convert_to_numpy(trainer.step.value))


def _evaluate(network: keras.Model) -> tuple[Floats, Floats, Floats]:
    """Return points (500, 2) of fixed latent vectors, those (25, 25, 2) of a grid, and logits (48, 48) on a plane."""
    dimensions = network.inputs[0].shape[-1]
    latents = np.random.default_rng(0).standard_normal((POINTS_SHOWN, dimensions), np.float32)
    points, _ = network.predict_on_batch(np.concatenate([latents, _latent_grid(dimensions)]))
    along = np.linspace(-EXTENT, EXTENT, GRID_SIDE, dtype=np.float32)
    grid = np.stack(np.meshgrid(along, -along), axis=-1).reshape(-1, 2)
    logits = network.get_layer("discriminator").predict_on_batch(grid)
    generated, manifold = np.split(np.asarray(points, np.float32), [POINTS_SHOWN])
    side = MANIFOLD_SIDE, MANIFOLD_SIDE, 2
    return generated, manifold.reshape(side), np.asarray(logits, np.float32).reshape(GRID_SIDE, GRID_SIDE)


def _latent_grid(dimensions: int) -> Floats:
    """Return latent vectors (625, `dimensions`) on a grid over the first two dimensions, row by row.

    It reaches as far as random latent vectors are long: √`dimensions`.
    """
    along = dimensions**0.5 * np.linspace(-1, 1, MANIFOLD_SIDE, dtype=np.float32)
    grid = np.zeros((MANIFOLD_SIDE**2, dimensions), np.float32)
    grid[:, :2] = np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)[:, :dimensions]
    return grid


@functools.lru_cache(CACHED_TRAINERS)
def _trainer(network: keras.Model, objective: Objective) -> GANTrainer:
    """Return a compiled trainer of `network`; `train_round` sets its learning rates and variables."""
    trainer = GANTrainer(network, keras.models.clone_model(network), objective, 0)
    trainer.compile(build_optimizer(1e-3, 1e-3))
    trainer.optimizer.build(trainer.trainable_variables)
    return trainer


def _variables(trainer: GANTrainer) -> Iterator[keras.Variable]:
    """Yield every variable that training changes."""
    yield from trainer.network.variables
    yield from trainer.ema.variables
    yield trainer.step
    for optimizer in trainer.optimizer.optimizers:
        yield from optimizer.variables


def _save(trainer: GANTrainer) -> Floats:
    """Return all variables as one vector, in the order of `_variables`."""
    values = [keras.ops.convert_to_numpy(each.value).ravel() for each in _variables(trainer)]
    return np.concatenate(values).astype(np.float32)


def _restore(trainer: GANTrainer, values: Floats) -> None:
    """Assign the vector that `_save` returned."""
    start = 0
    for each in _variables(trainer):
        size = math.prod(each.shape)
        each.assign(values[start : start + size].reshape(each.shape))
        start += size


def _initial_variables(trainer: GANTrainer, seed: int) -> Floats:
    """Return initial variables: kernels by Glorot normal initialization (Glorot and Bengio 2010), all others zero."""
    random = np.random.default_rng((seed, 0))
    weights = [
        np.ravel(random.normal(0, (2 / sum(each.shape)) ** 0.5, each.shape) * (len(each.shape) == 2))
        for each in trainer.network.variables
    ]
    network = np.concatenate(weights)
    others = sum(math.prod(each.shape) for each in _variables(trainer)) - 2 * len(network)
    return np.concatenate([network, network, np.zeros(others)]).astype(np.float32)
