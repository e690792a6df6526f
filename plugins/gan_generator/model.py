"""GANs that generate small images, classifiers that score them, and a toy GAN on 2-D points.

Generative adversarial networks (Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661). A GAN here is one network
that holds two: `generator`, from a latent vector and a class to an image, and `discriminator`, from an image and a
class to a logit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, NamedTuple

import keras
import numpy as np
import tyro

from core.errors import UserError, check_range
from core.imaging.images import Floats, Image
from core.networks.batching import BATCH, as_batch, predict
from core.networks.layers import unpack_singleton
from core.progress import Progress, Steps

from . import attributes as weights_of
from . import editing, latents, multiscale, projection, toy_gan
from .adversarial.objective import ToyOptions
from .attributes import Change
from .editing import Edited
from .networks import classifier, discriminator, generator, parts
from .networks.labels import label_inputs, label_vectors
from .projection import Projection
from .toy_gan import NEW_RUN, ToyGANState

MAX_IMAGES = 1024
MAX_STOPS = 12
MAX_ROUNDS = 1000
MAX_MIXED = 64
MAX_PROJECTION_ROUNDS = 50
OF_SEED: Floats = np.zeros(0, np.float32)
MAX_COORDINATE = 10.0


class Classification(NamedTuple):
    """The output of a classifier."""

    features: Floats
    """(n, 64): features of images that look alike lie close together."""
    probabilities: Floats
    """(n, classes): those of each group of classes sum to 1."""


def build_gan(
    shape: tuple[int, int, int] = (32, 32, 3),
    dimensions: int | tuple[int, ...] = 64,
    classes: int | tuple[int, ...] = 0,
    width: int = 16,
    scales: int = 1,
    patch: int = 1,
) -> keras.Model:
    """Return a GAN: a network from latent vectors to generated images and their logits.

    Args:
        shape: of an image, (h, w, c), h equal to w.
        dimensions: of a latent vector; several numbers, such as 15 and 10, for one whose first 15 numbers are a choice
            among 15 values, by the largest of them, and the next 10 among 10.
        classes: how many; 0 builds networks without a label input, and several numbers, such as 15 bodies and 16 hats,
            networks with a label input for each.
        width: channels at the highest resolution; lower ones have up to four times as many.
        scales: resolutions that the discriminator gets, stacked along the channels (multi-scale gradients).
        patch: the networks' highest resolution is 1 / patch of the image's: with 2, training takes a fraction of the
            time. Above 1, `scales` must be 1.

    Returns:
        A network from latent vectors (n, dimensions), and one-hot labels (n, classes) if there are classes, to images
        (n, h, w, c · scales) in 0 to 1 and logits (n, 1), which are higher the more real an image looks.
    """
    groups = (classes,) * (classes > 0) if isinstance(classes, int) else classes
    size = (*shape,)  # `shape` is a list if it comes from a checkpoint
    latent, labels = keras.Input((np.sum(dimensions),), name="latent"), label_inputs(groups)
    inputs = unpack_singleton([latent, *labels])
    images = generator.build_generator(size, dimensions, groups, width, scales, patch)(inputs)
    logits = discriminator.build_discriminator(size, groups, width, scales, patch)(unpack_singleton([images, *labels]))
    return keras.Model(inputs, [images, logits], name="gan")


def build_classifier(
    shape: tuple[int, int, int] = (32, 32, 3), classes: int | tuple[int, ...] = 10, width: int = 24
) -> keras.Model:
    """Return a classifier: a network from images (n, *`shape`) in 0 to 1 to features and class probabilities.

    Args:
        shape: of an image, (h, w, c).
        classes: how many; several numbers for several groups of classes.
        width: channels at the full resolution; they double at each of the two lower ones.

    Returns:
        A network to features (n, 64) and probabilities (n, classes) of each group.
    """
    return classifier.build_classifier(tuple(shape), (classes,) if isinstance(classes, int) else classes, width)


def build_toy_gan(dimensions: int = 4, width: int = 64) -> keras.Model:
    """Return a GAN of two small dense networks on 2-D points, in the same form as `build_gan`.

    Args:
        dimensions: of a latent vector.
        width: units in each hidden layer.

    Returns:
        A network from latent vectors (n, dimensions) to points (n, 2) and logits (n, 1).
    """
    return toy_gan.build_networks(dimensions, width)


def generate(
    network: keras.Model, count: int = 16, seed: int = 0, labels: tuple[int, ...] = (), truncation: float = 1.0
) -> Image:
    """Generate images.

    Args:
        count: how many.
        seed: of the first image; the others have the seeds that follow. A seed always gives the same image.
        labels: class index of all images, or of each; left out, the seed decides.
        truncation: factor of the latent vectors, 0 to 1 (https://arxiv.org/abs/1809.11096): lower values give better
            images on average, and less variety.
    """
    check_range("count", count, 1, MAX_IMAGES)
    seeds = latents.consecutive_seeds(_check_seed(seed), count)
    return _generate(network, latents.from_seeds(seeds, parts.dimensions(network)), labels, seeds, truncation)


def perturb(
    network: keras.Model,
    seed: int = 0,
    count: int = 11,
    amount: float = 0.3,
    labels: tuple[int, ...] = (),
    truncation: float = 1.0,
) -> Image:
    """Generate an image, and variations of it from latent vectors nearby.

    Args:
        seed: of the image, which comes first.
        count: how many variations.
        amount: how far their latent vectors are from the image's: 0 is no change, 1 makes them independent of it.
        labels: class index of the image; left out, the seed decides.
        truncation: factor of the latent vectors, 0 to 1: lower values give better images and less variety.
    """
    check_range("count", count, 1, MAX_IMAGES)
    check_range("amount", amount, 0, 1)
    latent = latents.from_seeds([_check_seed(seed)], parts.dimensions(network))
    nearby = np.concatenate([latent, latents.perturb(latent[0], amount, seed, count)])
    return _generate(network, nearby, labels, [seed] * (count + 1), truncation)


def interpolate(
    network: keras.Model,
    seeds: tuple[int, ...] = (0, 1, 2, 3),
    steps: int = 8,
    labels: tuple[int, ...] = (),
    truncation: float = 1.0,
) -> Image:
    """Generate the images on a path through latent vectors (spherical interpolation); classes change linearly.

    Args:
        seeds: of the images that the path passes through, two or more.
        steps: images from one to the next.
        labels: class index of all images, or of each of the seeds; left out, the seed decides.
        truncation: factor of the latent vectors, 0 to 1: lower values give better images and less variety.
    """
    check_range("number of seeds", len(seeds), 2, MAX_STOPS)
    check_range("steps", steps, 1, MAX_IMAGES // len(seeds))
    stops = latents.from_seeds([_check_seed(seed) for seed in seeds], parts.dimensions(network))
    path, weights = latents.interpolate_path(stops, steps)
    vectors = [weights @ each for each in parts.labels_of_seeds(network, labels, seeds)]
    return parts.run_generator(network, _truncate(path, truncation), vectors)


def discriminate(network: keras.Model, image: Image, labels: tuple[int, ...] = ()) -> Floats:
    """Return the discriminator's logit of each image: unbounded, and higher the more real it looks.

    Args:
        image: (h, w, c); or many, (n, h, w, c), of the size that the network was trained on.
        labels: class index of all images, or of each; needed where the network has classes.
    """
    scorer, groups, channels = parts.part(network, "discriminator"), parts.groups(network), parts.channels(network)
    batch = as_batch(image, (*parts.part(network, "generator").outputs[0].shape[1:3], channels))
    scales = multiscale.stack_scales(batch, scorer.inputs[0].shape[-1] // channels)
    if groups and not labels:
        last = math.prod(groups) - 1
        raise UserError(f"this discriminator needs the class of each image: give labels, from 0 to {last}.")
    return predict(scorer, [scales, *label_vectors(labels, groups, len(batch))])[:, 0]


def classify(network: keras.Model, image: Image) -> Classification:
    """Return a classifier's features and class probabilities of each image; several groups' one after the other.

    Args:
        image: (h, w, c); or many, (n, h, w, c), of the size that the network was trained on.
    """
    parts.part(network, "features")
    batch = as_batch(image, network.inputs[0].shape[1:])
    outputs = [network.predict_on_batch(batch[i : i + BATCH]) for i in range(0, len(batch), BATCH)]
    features, *probabilities = (np.concatenate(each).astype(np.float32) for each in zip(*outputs, strict=True))
    return Classification(features, np.concatenate(probabilities, axis=1))


def edit(
    network: keras.Model,
    attributes: Floats = OF_SEED,
    seed: int = 0,
    labels: tuple[int, ...] = (),
    change: Annotated[Change, tyro.conf.arg(name="")] = Change(),  # noqa: B008 - frozen
) -> Edited:
    """Generate an image, and change its attributes: what the latent vector chooses, then the classes.

    Args:
        attributes: weights of the values of all attributes, (d,) or those of n images, (n, d), such as
            `Edited.attributes` of an earlier call; left out, those of the seed's image.
        seed: of the image.
        labels: class index of the seed's image; left out, the seed decides.
        change: what to change.
    """
    if attributes.size:
        given = editing.check(network, attributes)
    else:
        given = editing.of_seeds(network, [_check_seed(seed)], labels)
    if change.values:
        given = weights_of.change(given, editing.sizes_of(network), change.values, change.amounts)
    return Edited(editing.render(network, given, change.directions), given)


def mix(network: keras.Model, coarse: tuple[int, ...] = (0,), fine: tuple[int, ...] = (1,), size: int = 16) -> Image:
    """Generate images with the shape of one image and the colors of another: style mixing.

    Args:
        coarse: seeds of the images whose styles are used up to `size`.
        fine: seeds of those whose styles are used above; as many.
        size: resolution at which the style changes, in pixels: 4, 8 or 16 for the cats.
    """
    check_range("number of seeds", len(coarse), 1, MAX_MIXED)
    if len(coarse) != len(fine):
        raise UserError(f"there are {len(coarse)} coarse and {len(fine)} fine seeds: give as many.")
    first, second = (editing.of_seeds(network, [_check_seed(seed) for seed in seeds]) for seeds in (coarse, fine))
    return editing.mix(network, first, second, size)


def project(network: keras.Model, image: Image, attributes: Floats = OF_SEED, rounds: int = 5) -> Steps[Projection]:
    """Find the attributes from which the generator makes an image that is as similar as possible to a given one.

    Args:
        image: (h, w, c); center-cropped and resized.
        attributes: weights (d,) to start from, such as a classifier's probabilities; left out, the values of each
            attribute are tried.
        rounds: of 20 steps of gradient descent, 0 to 50.
    """
    check_range("rounds", rounds, 0, MAX_PROJECTION_ROUNDS)
    shape = parts.part(network, "generator").outputs[0].shape[1:3]
    target = as_batch(image, (*shape, parts.channels(network)))[0]
    start = editing.check(network, attributes)[:1] if attributes.size else None
    return (yield from projection.project(network, target, start, rounds))


def train_toy(
    network: keras.Model,
    points: Floats,
    variables: Floats = NEW_RUN,
    options: Annotated[ToyOptions, tyro.conf.arg(name="")] = ToyOptions(),  # noqa: B008 - frozen
    rounds: int = 20,
    seed: int = 0,
) -> Steps[ToyGANState]:
    """Train the toy GAN on 2-D points, and report its state after each round of steps.

    Args:
        points: the real points, (n, 2), or flat as x, y, x, y, …; between -1 and 1.
        variables: `ToyGANState.variables` of an earlier call, to continue from; left out, training starts anew.
        options: the objective and the learning rates.
        rounds: how many, 1 to 1,000.
        seed: of the initial weights, the batches and the latent vectors.
    """
    if network.name != "toy_gan":
        raise UserError(f"this checkpoint is a {network.name}: choose the toy GAN with --checkpoint lab.")
    real = _as_points(points)
    check_range("rounds", rounds, 1, MAX_ROUNDS)
    _check_seed(seed)
    for done in range(rounds):
        state = toy_gan.train_round(network, real, variables, options, seed)
        variables = state.variables
        yield Progress(done + 1, rounds, state, "Round")
    return state


def _generate(
    network: keras.Model, latent: Floats, labels: Sequence[int], seeds: Sequence[int], truncation: float
) -> Image:
    vectors = parts.labels_of_seeds(network, labels, seeds)
    return parts.run_generator(network, _truncate(latent, truncation), vectors)


def _truncate(latent: Floats, truncation: float) -> Floats:
    check_range("truncation", truncation, 0, 1)
    return truncation * latent


def _as_points(points: Floats) -> Floats:
    """Return points (n, 2). Raises UserError if a coordinate is missing, not finite or too large."""
    if points.size < 2 or points.size % 2 or not np.isfinite(points).all() or np.abs(points).max() > MAX_COORDINATE:
        raise UserError(f"points are {points}: give pairs of numbers between -1 and 1, one pair at least.")
    return np.asarray(points.reshape(-1, 2), np.float32)


def _check_seed(seed: int) -> int:
    check_range("seed", seed, 0, latents.SEEDS - 1)
    return seed
