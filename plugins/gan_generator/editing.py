"""Images of given attributes, changed along directions, or mixed: what the verbs `edit`, `mix` and `project` share."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import NamedTuple

import keras
import numpy as np

from core.errors import UserError
from core.imaging.images import Floats, Image
from core.networks.batching import predict

from . import attributes, latents
from .networks import parts, synthesis
from .networks.generator import CHOICE_SHARPNESS

SMALLEST = 1e-4  # weight: its logarithm has to be finite
DIRECTIONS = 3
SAMPLES = 2048  # images from whose styles the directions are computed


class Edited(NamedTuple):
    """What `edit` returns."""

    images: Image
    """(n, h, w, c)"""
    attributes: Floats
    """(n, d): the weights of the values of all attributes, without the directions."""


def sizes_of(network: keras.Model) -> tuple[int, ...]:
    """Return how many values each attribute of a generator has. Raises UserError where its latent vector is of none."""
    choices = parts.choices(network)
    if not choices:
        raise UserError("this generator has no attributes to edit: choose another checkpoint, such as cats.")
    return choices + parts.groups(network)


def of_seeds(network: keras.Model, seeds: Sequence[int], labels: Sequence[int] = ()) -> Floats:
    """Return the weights (n, d) of the images that the seeds give; `labels` as in `parts.labels_of_seeds`."""
    choices = sizes_of(network)[: len(parts.choices(network))]
    latent = latents.from_seeds(seeds, parts.dimensions(network))
    chosen = attributes.split(latent, choices)
    blocks = [np.exp(CHOICE_SHARPNESS * (each - each.max(axis=1, keepdims=True))) for each in chosen]
    weights = [each / each.sum(axis=1, keepdims=True) for each in blocks]
    return np.concatenate([*weights, *parts.labels_of_seeds(network, labels, seeds)], axis=1).astype(np.float32)


def check(network: keras.Model, weights: Floats) -> Floats:
    """Return weights as (n, d). Raises UserError where they are not those of the network's attributes."""
    total, rows = sum(sizes_of(network)), np.atleast_2d(np.asarray(weights, np.float32))
    if rows.ndim != 2 or rows.shape[1] != total or not np.isfinite(rows).all() or rows.min() < 0:
        raise UserError(f"attributes have the shape {np.shape(weights)}: give {total} numbers of 0 or more, or none.")
    return rows


def render(network: keras.Model, weights: Floats, directions: Sequence[float] = ()) -> Image:
    """Return images (n, h, w, c) of weights (n, d).

    Args:
        network: a generator with attributes.
        weights: of the values of all attributes.
        directions: how far the style is moved along each of the first directions, in standard deviations.
    """
    if len(directions) > DIRECTIONS or not np.isfinite(directions).all():
        raise UserError(f"directions are {tuple(directions)}: give at most {DIRECTIONS} numbers, such as 1.5.")
    generator, inputs = parts.part(network, "generator"), _inputs(network, weights)
    if not np.any(directions):
        return parts.run_generator(network, inputs[0], inputs[1:])
    styles = predict(synthesis.mapping(generator), inputs)
    styles = styles + np.asarray(directions, np.float32) @ find_directions(network)[: len(directions)]
    return predict(synthesis.synthesis(generator), [styles.astype(np.float32)]).clip(0, 1)


def mix(network: keras.Model, coarse: Floats, fine: Floats, size: int) -> Image:
    """Return images (n, h, w, c) with the styles of `coarse` (n, d) up to `size` pixels, and of `fine` (n, d) above."""
    generator = parts.part(network, "generator")
    offered = synthesis.sizes(generator)
    if size not in offered:
        raise UserError(f"size is {size}: use one of {', '.join(map(str, offered))}.")
    first, second = synthesis.halves(generator, size)
    features = first.predict_on_batch(_inputs(network, coarse))
    images = second.predict_on_batch([*features, predict(synthesis.mapping(generator), _inputs(network, fine))])
    return np.asarray(images, np.float32).clip(0, 1)


@functools.lru_cache(4)
def find_directions(network: keras.Model) -> Floats:
    """Return the first principal components of the styles of 2,048 images, (3, d): see `principal_directions`."""
    inputs = _inputs(network, of_seeds(network, range(SAMPLES)))
    styles = predict(synthesis.mapping(parts.part(network, "generator")), inputs)
    return synthesis.principal_directions(styles, DIRECTIONS)


def _inputs(network: keras.Model, weights: Floats) -> list[Floats]:
    """Return the generator's inputs, latent vectors and labels, for weights (n, d)."""
    blocks, count = attributes.split(weights, sizes_of(network)), len(parts.choices(network))
    latent = np.log(np.concatenate(blocks[:count], axis=1).clip(SMALLEST)) / CHOICE_SHARPNESS
    return [latent.astype(np.float32), *blocks[count:]]
