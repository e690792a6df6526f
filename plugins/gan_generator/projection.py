"""Projection: finds the attributes from which a generator makes an image that is as similar as possible to a given one.

First the values of one attribute after the other are tried. Then the weights of all values are optimized by gradient
descent on the mean squared difference of the pixels, as StyleGAN2's projector does with styles
(https://arxiv.org/abs/1912.04958).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from core.imaging.images import Floats, Image
from core.networks.layers import unpack_singleton
from core.progress import Progress, Steps, translate

from . import attributes, editing
from .networks import parts
from .networks.generator import CHOICE_SHARPNESS

CACHED = 2  # projectors: each is traced once
STEPS_PER_ROUND = 20
RATE = 0.02
SHARPNESS = 20.0  # of the softmax from what is optimized to weights: one step changes them by a few percent
PASSES = 2  # over all attributes
Render = Callable[[Floats], Image]


class Projection(NamedTuple):
    """What `project` returns."""

    image: Image
    """(h, w, c): the generated image."""
    attributes: Floats
    """(d,): the weights of the values of all attributes."""
    error: float
    """Root mean square of the differences of pixels."""


class Projector(keras.Model):  # type: ignore[misc]
    """Holds the weights of one image's attributes; they are all that `fit` trains.

    Args:
        generator: a network from latent vectors and labels to images.
        sizes: how many values each attribute has: first those that the latent vector chooses, then the groups.
    """

    def __init__(self, generator: keras.Model, sizes: tuple[int, ...]) -> None:
        super().__init__()
        self.scores = self.add_weight(shape=(1, sum(sizes)), initializer="zeros", name="scores")
        self._bounds = [0, *np.cumsum(sizes).tolist()]
        latent = generator.inputs[0].shape[-1]
        self._latent = self._bounds.index(latent)
        # Keras would train the generator too if it were an attribute, even one of a list.
        self._generate: Callable[[Any], Any] = lambda inputs: generator(inputs)

    def call(self, count: Any) -> Any:
        """Return images (n, h, w, c) of the weights, all alike."""
        scores = self.scores + 0 * count  # (n, d)
        blocks = [scores[:, a:b] for a, b in pairwise(self._bounds)]
        latent = ops.concatenate(blocks[: self._latent], axis=1) * (SHARPNESS / CHOICE_SHARPNESS)
        labels = [ops.softmax(SHARPNESS * block) for block in blocks[self._latent :]]
        return self._generate(unpack_singleton([latent, *labels]))


def project(network: keras.Model, image: Image, start: Floats | None, rounds: int) -> Steps[Projection]:
    """Yield the progress of a projection, after each round with what is reached, and return what is found.

    Args:
        network: a GAN whose latent vector is one of choices.
        image: (h, w, c), of the size that it generates.
        start: weights (1, d) to start from; None: those that `search` finds.
        rounds: of gradient descent, 20 steps each.
    """
    sizes, searched = editing.sizes_of(network), 0

    def show(weights: Floats) -> Projection:
        rendered = editing.render(network, weights)[0]
        return Projection(rendered, weights[0], float(np.sqrt(np.square(rendered - image).mean())))

    if start is None:
        searched = PASSES * len(sizes)
        steps = search(partial(editing.render, network), image, sizes)
        start = yield from translate(steps, lambda step: replace(step, total=searched + rounds))
    found = yield from translate(
        descend(parts.part(network, "generator"), image, start, sizes, rounds),
        lambda step: Progress(searched + step.done, searched + rounds, show(step.so_far)),
    )
    return show(found)


def search(render: Render, image: Image, sizes: Sequence[int]) -> Steps[Floats]:
    """Yield the progress of a search for the values of an image, one attribute after the other, and return weights.

    Args:
        render: from weights (n, d) to images (n, h, w, c).
        image: (h, w, c).
        sizes: how many values each attribute has.
    """
    order = [*reversed(range(len(sizes)))] * PASSES  # what covers most pixels first
    best = np.zeros(len(sizes), np.int64)
    for done, i in enumerate(order, 1):
        tried = np.repeat(best[None], sizes[i], axis=0)
        tried[:, i] = np.arange(sizes[i])
        rendered = render(attributes.from_values(tried, sizes))
        best = tried[np.square(rendered - image).mean(axis=(1, 2, 3)).argmin()]
        yield Progress(done, len(order))
    return attributes.from_values(best[None], sizes)


def descend(generator: keras.Model, image: Image, start: Floats, sizes: tuple[int, ...], rounds: int) -> Steps[Floats]:
    """Yield the weights (1, d) after each round of 20 steps of gradient descent, and return those after the last one.

    Args:
        generator: a network from latent vectors and labels to images.
        image: (h, w, c).
        start: weights (1, d).
        sizes: how many values each attribute has.
        rounds: how many.
    """
    projector, state = _projector(generator, sizes), _start(start)
    targets = np.repeat(image[None], STEPS_PER_ROUND, axis=0)
    for done in range(rounds):
        _restore(projector, state)  # another visitor's projection may have come in between
        projector.fit(np.ones((STEPS_PER_ROUND, 1), np.float32), targets, batch_size=1, shuffle=False, verbose=0)
        state = _save(projector)
        yield Progress(done + 1, rounds, _weights(state[0], sizes))
    return _weights(state[0], sizes)


@functools.lru_cache(CACHED)
def _projector(generator: keras.Model, sizes: tuple[int, ...]) -> Projector:
    projector = Projector(generator, sizes)
    projector.compile(keras.optimizers.Adam(RATE), "mse")
    projector.optimizer.build(projector.trainable_variables)
    return projector


def _start(weights: Floats) -> list[Floats]:
    return [np.log(weights.clip(editing.SMALLEST)) / SHARPNESS]


def _weights(scores: Floats, sizes: Sequence[int]) -> Floats:
    exponentials = [np.exp(SHARPNESS * (part - part.max())) for part in attributes.split(scores, sizes)]
    return np.concatenate([each / each.sum() for each in exponentials], axis=1).astype(np.float32)


def _variables(projector: Projector) -> list[Any]:
    moving = [each for each in projector.optimizer.variables if each.path.rsplit("/", 1)[-1] != "learning_rate"]
    return [projector.scores, *moving]


def _save(projector: Projector) -> list[Floats]:
    return [ops.convert_to_numpy(each.value) for each in _variables(projector)]


def _restore(projector: Projector, state: Sequence[Floats]) -> None:
    """Assign what `_save` returned; the optimizer begins anew where `state` has no values for it."""
    variables = _variables(projector)
    zeros = [np.zeros(each.shape, each.dtype) for each in variables[len(state) :]]
    for variable, value in zip(variables, [*state, *zeros], strict=True):
        variable.assign(value)
