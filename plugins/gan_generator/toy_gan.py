"""A match of two networks so small that they learn points of a plane while somebody watches."""

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

from .adversarial.objective import Rules
from .adversarial.trainer import Adversarial, choose_optimizer
from .toy_data import REACH

BATCH, STEPS = 128, 50  # of a round
DRAWS = 32  # more than a step has of random numbers
SHOWN = 500  # points that are drawn to be looked at
FIELD = 48  # places along each side at which the discriminator is asked


NEW = np.empty(0, np.float32)  # the state of no match yet


class Standing(NamedTuple):
    """How a match stands."""

    points: Floats
    """(500, 2): what the generator draws."""
    field: Floats
    """(48, 48): how real the discriminator finds each place within ±1.6, by rows from the top."""
    losses: Floats
    """(2,): the discriminator's and the generator's, over the last steps."""
    step: int
    """How many steps it is old."""
    state: Floats
    """All weights and the optimizer's memory, to go on from."""


def build(dimensions: int, width: int) -> keras.Model:
    """Return the network from codes (n, `dimensions`) to points (n, 2) of a plane and opinions of them (n, 1)."""
    code, point = keras.Input((dimensions,), name="code"), keras.Input((2,), name="point")
    x, y = code, point
    for i in range(3):
        x = layers.Dense(width, activation="relu", name=f"generator_dense{i}")(x)
        y = layers.LeakyReLU(0.2, name=f"discriminator_bend{i}")(layers.Dense(width, name=f"discriminator_dense{i}")(y))
    drawn = layers.Dense(2, name="generator_point")(x)
    discriminator = keras.Model(point, layers.Dense(1, name="discriminator_opinion")(y), name="discriminator")
    return keras.Model(code, [drawn, discriminator(drawn)], name="lab")


def play(
    network: keras.Model, target: Floats, state: Floats, rules: Rules, rates: tuple[float, float], seed: int
) -> Standing:
    """Return how the match of `network` stands after a round more, by `rules`, at both learning `rates`.

    `target` (n, 2) are the real points; `state` is where it stood, or empty for a new one, which `seed` begins.
    """
    game = _prepare(network, rules)
    size = sum(math.prod(each.shape) for each in _variables(game))
    if state.size not in (0, size):
        raise UserError(f"the state has {state.size} numbers, not {size}: give what a match returned, or none.")
    _restore(game, state if state.size else _begin(game, seed))
    for adam, rate in zip(game.optimizer.optimizers, reversed(rates), strict=True):  # the discriminator's comes first
        adam.learning_rate = rate
    age = _age(game)
    random = np.random.default_rng((seed, age))
    game.noise.state.assign(np.array([seed, age * DRAWS], np.uint32))  # whoever has played in between
    real = target[random.integers(len(target), size=STEPS * BATCH)]
    history = game.fit(real, batch_size=BATCH, epochs=1, shuffle=False, verbose=0).history
    losses = [history[f"{name}_loss"][-1] for name in ("discriminator", "generator")]
    return Standing(*_show(network), np.array(losses, np.float32), _age(game), _save(game))


def _age(game: Adversarial) -> int:
    return int(keras.ops.convert_to_numpy(game.moves.value))


def _show(network: keras.Model) -> tuple[Floats, Floats]:
    """Return what the generator draws of the same codes each time, and the discriminator's field."""
    codes = np.random.default_rng(0).standard_normal((SHOWN, network.inputs[0].shape[-1]), np.float32)
    points, _ = network.predict_on_batch(codes)
    along = np.linspace(-REACH, REACH, FIELD, dtype=np.float32)
    places = np.stack(np.meshgrid(along, -along), axis=-1).reshape(-1, 2)
    field = network.get_layer("discriminator").predict_on_batch(places)
    return np.asarray(points, np.float32), np.asarray(field, np.float32).reshape(FIELD, FIELD)


@functools.lru_cache(16)  # as many rules as may be tried at once without tracing anew
def _prepare(network: keras.Model, rules: Rules) -> Adversarial:
    average = keras.models.clone_model(network)
    game = Adversarial(network, average, rules, 0)
    game.compile(choose_optimizer(1e-3, 1e-3))
    game.optimizer.build(game.trainable_variables)
    return game


def _variables(game: Adversarial) -> Iterator[keras.Variable]:
    """Yield all that a match changes."""
    yield from game.network.variables
    yield from game.average.variables
    yield game.moves
    for optimizer in game.optimizer.optimizers:
        yield from optimizer.variables


def _save(game: Adversarial) -> Floats:
    values = [keras.ops.convert_to_numpy(each.value).ravel() for each in _variables(game)]
    return np.concatenate(values).astype(np.float32)


def _restore(game: Adversarial, state: Floats) -> None:
    start = 0
    for each in _variables(game):
        size = math.prod(each.shape)
        each.assign(state[start : start + size].reshape(each.shape))
        start += size


def _begin(game: Adversarial, seed: int) -> Floats:
    """Return the state of a match that has not begun: weights drawn by `seed` (Glorot and Bengio 2010), else zeros."""
    random = np.random.default_rng((seed, 0))
    weights = [
        np.ravel(random.normal(0, (2 / sum(each.shape)) ** 0.5, each.shape) * (len(each.shape) == 2))
        for each in game.network.variables
    ]
    fresh = np.concatenate(weights)
    rest = sum(math.prod(each.shape) for each in _variables(game)) - 2 * len(fresh)
    return np.concatenate([fresh, fresh, np.zeros(rest)]).astype(np.float32)
