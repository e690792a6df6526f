"""GANs that generate small images, classifiers that score them, and a toy GAN on 2-D points.

Generative adversarial networks (Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661). A GAN here is one network
that holds two: `generator`, from a latent vector and a class to an image, and `discriminator`, from an image and a
class to a logit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Annotated, NamedTuple

import keras
import numpy as np
import tyro
from keras import layers

from core.errors import UserError, check_range
from core.imaging.images import Floats, Image
from core.networks.batching import BATCH, as_batch, predict
from core.networks.layers import unpack_singleton
from core.progress import Progress, Steps

from . import latents, multiscale, toy_gan
from .adversarial.objective import ToyOptions
from .networks import discriminator, generator
from .networks.labels import label_inputs, label_vectors, suffix
from .toy_gan import NEW_RUN, ToyGANState

MAX_IMAGES = 1024
MAX_STOPS = 12
FEATURES = 64
MAX_ROUNDS = 1000
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
    images = keras.Input(tuple(shape), name="images")
    x = layers.Rescaling(2, -1, name="classifier_rescaling")(images)
    for i in range(3):
        for part in "ab":
            x = layers.Conv2D(width * 2**i, 3, padding="same", use_bias=False, name=f"classifier_size{i}_{part}")(x)
            x = layers.BatchNormalization(name=f"classifier_size{i}_{part}_norm")(x)
            x = layers.Activation("relu", name=f"classifier_size{i}_{part}_act")(x)
        x = layers.MaxPooling2D(2, name=f"classifier_size{i}_pool")(x)
    x = layers.Dropout(0.3, name="classifier_dropout")(layers.Flatten(name="classifier_flatten")(x))
    features = layers.Dense(FEATURES, activation="tanh", dtype="float32", name="features")(x)
    softmax = partial(layers.Dense, activation="softmax", dtype="float32")
    groups = (classes,) if isinstance(classes, int) else classes
    probabilities = [softmax(each, name=f"probabilities{suffix(i)}")(features) for i, each in enumerate(groups)]
    return keras.Model(images, [features, *probabilities], name="classifier")


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
    return _generate(network, latents.from_seeds(seeds, _dimensions(network)), labels, seeds, truncation)


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
    latent = latents.from_seeds([_check_seed(seed)], _dimensions(network))
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
    stops = latents.from_seeds([_check_seed(seed) for seed in seeds], _dimensions(network))
    path, weights = latents.interpolate_path(stops, steps)
    vectors = [weights @ each for each in _label_vectors(network, labels, seeds)]
    return _run_generator(network, path, vectors, truncation)


def discriminate(network: keras.Model, image: Image, labels: tuple[int, ...] = ()) -> Floats:
    """Return the discriminator's logit of each image: unbounded, and higher the more real it looks.

    Args:
        image: (h, w, c); or many, (n, h, w, c), of the size that the network was trained on.
        labels: class index of all images, or of each; needed where the network has classes.
    """
    scorer, groups, channels = _part(network, "discriminator"), _groups(network), _channels(network)
    batch = as_batch(image, (*_part(network, "generator").outputs[0].shape[1:3], channels))
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
    _part(network, "features")
    batch = as_batch(image, network.inputs[0].shape[1:])
    outputs = [network.predict_on_batch(batch[i : i + BATCH]) for i in range(0, len(batch), BATCH)]
    features, *probabilities = (np.concatenate(each).astype(np.float32) for each in zip(*outputs, strict=True))
    return Classification(features, np.concatenate(probabilities, axis=1))


def train_toy(
    network: keras.Model,
    points: Floats,
    variables: Floats = NEW_RUN,
    options: Annotated[ToyOptions, tyro.conf.arg(name="")] = ToyOptions(),  # noqa: B008 - frozen
    rounds: int = 20,
    seed: int = 0,
) -> Steps[ToyGANState]:
    """Train the toy GAN on 2-D points, and report its state after each round of 50 steps.

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


def _dimensions(network: keras.Model) -> int:
    dimensions: int = _part(network, "generator").inputs[0].shape[-1]
    return dimensions


def _groups(network: keras.Model) -> tuple[int, ...]:
    """Return how many classes each group has, () for a network without classes."""
    return tuple(label.shape[-1] for label in _part(network, "generator").inputs[1:])


def _channels(network: keras.Model) -> int:
    """Return the channels of one image: the output may have several scales, stacked, or a pixel shuffle before it."""
    part = _part(network, "generator")
    channels: int = min(part.outputs[0].shape[-1], part.get_layer("generator_size4_to_rgb").filters)
    return channels


def _part(network: keras.Model, name: str) -> keras.Model:
    """Return the layer, or the network within `network`, called `name`. Raises UserError where there is none."""
    known = [layer.name for layer in network.layers]
    if name not in known:
        raise UserError(f"this checkpoint is a {network.name} without {name}: choose another with --checkpoint.")
    return network.get_layer(name)


def _generate(
    network: keras.Model, latent: Floats, labels: Sequence[int], seeds: Sequence[int], truncation: float
) -> Image:
    return _run_generator(network, latent, _label_vectors(network, labels, seeds), truncation)


def _run_generator(network: keras.Model, latent: Floats, labels: Sequence[Floats], truncation: float) -> Image:
    """Return images (n, h, w, c) of latent vectors (n, d) and weights of the classes, (n, classes) of each group."""
    check_range("truncation", truncation, 0, 1)
    outputs = predict(_part(network, "generator"), [truncation * latent, *labels])
    images: Image = outputs[..., : _channels(network)].clip(0, 1)
    return images


def _label_vectors(network: keras.Model, labels: Sequence[int], seeds: Sequence[int]) -> list[Floats]:
    """Return the class of each seed as a one-hot vector (n, classes) of each group; none without classes."""
    groups = _groups(network)
    if labels and not groups:
        raise UserError(f"labels are {tuple(labels)}: leave them out, this checkpoint has no classes.")
    return label_vectors(labels or latents.labels_from_seeds(seeds, math.prod(groups)), groups, len(seeds))


def _as_points(points: Floats) -> Floats:
    """Return points (n, 2). Raises UserError if a coordinate is missing, not finite or too large."""
    if points.size < 2 or points.size % 2 or not np.isfinite(points).all() or np.abs(points).max() > MAX_COORDINATE:
        raise UserError(f"points are {points}: give pairs of numbers between -1 and 1, one pair at least.")
    return np.asarray(points.reshape(-1, 2), np.float32)


def _check_seed(seed: int) -> int:
    check_range("seed", seed, 0, latents.SEEDS - 1)
    return seed
