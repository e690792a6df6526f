"""Generators of pictures and the discriminators that they learnt from, and classifiers to measure them by.

Generative adversarial networks (Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661). Such a network holds two:
`generator`, from a code and a class to a picture, and `discriminator`, from a picture and a class to an opinion.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers

from core.errors import UserError
from core.imaging.images import Floats, Image
from core.imaging.resizing import center_crop_resize
from core.networks.layers import one_or_more
from core.progress import Progress, Steps

from . import latents, multiscale, toy_gan
from .adversarial.objective import Rules
from .networks.discriminator import assemble_discriminator
from .networks.generator import assemble_generator
from .toy_gan import NEW, Standing

MOST_PICTURES = 1024
MOST_STOPS = 12
AT_ONCE = 256  # pictures through a network
FEATURES = 64
MOST_ROUNDS = 1000
LARGEST_POINT = 10.0

FAIR = Rules()


class Recognised(NamedTuple):
    """What a classifier sees in each picture."""

    features: Floats
    """(n, 64): where pictures that look alike lie close."""
    probabilities: Floats
    """(n, classes), which sum up to 1."""


def build_gan(
    shape: tuple[int, int, int] = (32, 32, 3),
    dimensions: int = 64,
    classes: int = 0,
    width: int = 16,
    scales: int = 1,
) -> keras.Model:
    """Return the network from codes (n, `dimensions`) in a normal distribution to pictures, and opinions of them.

    Pictures are (n, *`shape`), square, in 0 to 1, `width` channels at the finest size and up to four times as many
    below; opinions (n, 1) are the higher the more real. Where there are `classes`, it also takes (n, classes).
    `scales` pictures, each half as fine as the one before, lie behind each other if there is more than one.
    """
    code = keras.Input((dimensions,), name="code")
    label = [keras.Input((classes,), name="label")] if classes else []
    height, breadth, channels = shape
    generator = assemble_generator((height, breadth, channels), dimensions, classes, width, scales)
    picture = generator(one_or_more([code, *label]))
    opinion = assemble_discriminator((height, breadth, channels), classes, width, scales)(
        one_or_more([picture, *label])
    )
    return keras.Model(one_or_more([code, *label]), [picture, opinion], name="gan")


def build_classifier(shape: tuple[int, int, int] = (32, 32, 3), classes: int = 10, width: int = 24) -> keras.Model:
    """Return the network from pictures (n, *`shape`) in 0 to 1 to features (n, 64) and probabilities (n, classes)."""
    picture = keras.Input(tuple(shape), name="picture")
    x = layers.Rescaling(2, -1, name="classifier_pixels")(picture)
    for i in range(3):
        for part in "ab":
            x = layers.Conv2D(width * 2**i, 3, padding="same", use_bias=False, name=f"classifier_size{i}_{part}")(x)
            x = layers.BatchNormalization(name=f"classifier_size{i}_{part}_norm")(x)
            x = layers.Activation("relu", name=f"classifier_size{i}_{part}_bend")(x)
        x = layers.MaxPooling2D(2, name=f"classifier_size{i}_shrink")(x)
    x = layers.Dropout(0.3, name="classifier_drop")(layers.Flatten(name="classifier_flat")(x))
    features = layers.Dense(FEATURES, activation="tanh", dtype="float32", name="features")(x)
    probabilities = layers.Dense(classes, activation="softmax", dtype="float32", name="probabilities")(features)
    return keras.Model(picture, [features, probabilities], name="classifier")


def build_lab(dimensions: int = 4, width: int = 64) -> keras.Model:
    """Return two small dense networks that play on points of a plane, in the same form as `build_gan`."""
    return toy_gan.build(dimensions, width)


def generate(
    network: keras.Model, count: int = 16, seed: int = 0, labels: tuple[int, ...] = (), truncation: float = 1.0
) -> Image:
    """Draw pictures that have never been.

    Args:
        count: how many.
        seed: of the first; the next are of the numbers that follow. Each number has a picture of its own.
        labels: the class of them all, or of each; left out, each seed has one.
        truncation: 1 draws what there is; towards 0, codes come closer to their mean
            (https://arxiv.org/abs/1809.11096): better pictures on the whole, and more alike.
    """
    _check(1 <= count <= MOST_PICTURES, "count", count, f"1 to {MOST_PICTURES}")
    seeds = latents.count_up(_check_seed(seed), count)
    return _draw(network, latents.from_seeds(seeds, _dimensions(network)), _one_hot(network, labels, seeds), truncation)


def vary(
    network: keras.Model,
    seed: int = 0,
    count: int = 11,
    amount: float = 0.3,
    labels: tuple[int, ...] = (),
    truncation: float = 1.0,
) -> Image:
    """Draw one picture, then others whose codes lie about it.

    Args:
        seed: of the picture.
        count: how many others.
        amount: how far from it they are, 0 to 1, where nothing of it is left.
        labels: its class; left out, the seed has one.
        truncation: 1 draws what there is; towards 0, codes come closer to their mean.
    """
    _check(1 <= count <= MOST_PICTURES, "count", count, f"1 to {MOST_PICTURES}")
    _check(0 <= amount <= 1, "amount", amount, "0 to 1")
    one = latents.from_seeds([_check_seed(seed)], _dimensions(network))
    about = np.concatenate([one, latents.turn(one[0], amount, seed, count)])
    return _draw(network, about, _one_hot(network, labels, [seed] * (count + 1)), truncation)


def walk(
    network: keras.Model,
    seeds: tuple[int, ...] = (0, 1, 2, 3),
    steps: int = 8,
    labels: tuple[int, ...] = (),
    truncation: float = 1.0,
) -> Image:
    """Draw the way from picture to picture, along arcs between their codes; classes fade into each other.

    Args:
        seeds: of the pictures that the way leads through, two or more.
        steps: how many from one to the next.
        labels: the class of them all, or of each; left out, each seed has one.
        truncation: 1 draws what there is; towards 0, codes come closer to their mean.
    """
    _check(2 <= len(seeds) <= MOST_STOPS, "number of seeds", len(seeds), f"2 to {MOST_STOPS}")
    _check(1 <= steps <= MOST_PICTURES // len(seeds), "steps", steps, f"1 to {MOST_PICTURES // len(seeds)}")
    stops = latents.from_seeds([_check_seed(seed) for seed in seeds], _dimensions(network))
    way, shares = latents.follow(stops, steps)
    labels_on_the_way = _one_hot(network, labels, seeds)
    return _draw(network, way, shares @ labels_on_the_way, truncation)


def judge(network: keras.Model, image: Image, labels: tuple[int, ...] = ()) -> Floats:
    """Ask the discriminator how real a picture looks: a number without a measure, the higher the more real.

    Args:
        image: the picture; or many, (n, h, w, c), of the size that the network was trained on.
        labels: the class of it, or of each, where the network is told one.
    """
    discriminator, classes, channels = _part(network, "discriminator"), _classes(network), _channels(network)
    pictures = _as_pictures((*_part(network, "generator").outputs[0].shape[1:3], channels), image)
    seen = multiscale.stack(pictures, discriminator.inputs[0].shape[-1] // channels)
    if not classes:
        return _predict(discriminator, [seen])[:, 0]
    if not labels:
        raise UserError(f"this discriminator is told the class: give labels, from 0 to {classes - 1}.")
    return _predict(discriminator, [seen, _one_hot(network, labels, [0] * len(pictures))])[:, 0]


def recognise(network: keras.Model, image: Image) -> Recognised:
    """Ask a classifier what it sees.

    Args:
        image: the picture; or many, (n, h, w, c), of the size that the network was trained on.
    """
    _part(network, "features")
    pictures = _as_pictures(network.inputs[0].shape[1:], image)
    parts = [network.predict_on_batch(part) for part in _cut(pictures)]
    return Recognised(*(np.concatenate(each).astype(np.float32) for each in zip(*parts, strict=True)))


def play(
    network: keras.Model,
    points: Floats,
    state: Floats = NEW,
    rules: Rules = FAIR,
    rates: tuple[float, float] = (1e-3, 1e-3),
    rounds: int = 20,
    seed: int = 0,
) -> Steps[Standing]:
    """Let the lab's two networks play on points of a plane, and tell how they stand after each round of 50 steps.

    Args:
        points: the real ones, (n, 2), or x and y by turns; between -1 and 1.
        state: of the match to go on with; left out, one begins.
        rules: how they play.
        rates: learning rates of the generator and of the discriminator.
        rounds: how many.
        seed: of the weights that a match begins with, and of the chance in it.
    """
    if network.name != "lab":
        raise UserError(f"this checkpoint is a {network.name}: name the lab's by --checkpoint lab.")
    target = _as_points(points)
    _check(1 <= rounds <= MOST_ROUNDS, "rounds", rounds, f"1 to {MOST_ROUNDS}")
    _check(all(0 < rate <= 1 for rate in rates), "rates", rates, "numbers above 0, at most 1")
    for done in range(rounds):
        standing = toy_gan.play(network, target, state, rules, rates, _check_seed(seed))
        state = standing.state
        yield Progress(done + 1, rounds, standing)
    return standing


def _dimensions(network: keras.Model) -> int:
    dimensions: int = _part(network, "generator").inputs[0].shape[-1]
    return dimensions


def _classes(network: keras.Model) -> int:
    inputs = _part(network, "generator").inputs
    classes: int = inputs[1].shape[-1] if len(inputs) > 1 else 0
    return classes


def _channels(network: keras.Model) -> int:
    """Return how many channels a picture has, of which there may be several behind each other."""
    channels: int = _part(network, "generator").get_layer("generator_size4_paint").filters
    return channels


def _part(network: keras.Model, name: str) -> keras.Model:
    known = [layer.name for layer in network.layers]
    if name not in known:
        raise UserError(f"this checkpoint is a {network.name}, without {name}: name another by --checkpoint.")
    return network.get_layer(name)


def _draw(network: keras.Model, latent: Floats, labels: Floats, truncation: float) -> Image:
    """Return the pictures of codes (n, d) and of classes (n, classes), which need not be whole."""
    _check(0 <= truncation <= 1, "truncation", truncation, "0 to 1")
    values = [truncation * latent, labels] if labels.size else [truncation * latent]
    pictures: Image = _predict(_part(network, "generator"), values)[..., : _channels(network)].clip(0, 1)
    return pictures


def _one_hot(network: keras.Model, labels: Sequence[int], seeds: Sequence[int]) -> Floats:
    """Return the class of each seed as (n, classes), of no width where the network is told none."""
    classes = _classes(network)
    if not classes:
        _check(not len(labels), "labels", labels, "none: this checkpoint is told no class")
        return np.empty((len(seeds), 0), np.float32)
    each = labels if len(labels) == len(seeds) else list(labels) * len(seeds)
    each = each if len(labels) else latents.labels_from_seeds(seeds, classes)
    if len(each) != len(seeds) or not all(0 <= label < classes for label in each):
        raise UserError(f"labels are {labels}: give one, or one for each picture, from 0 to {classes - 1}.")
    return np.asarray(np.eye(classes, dtype=np.float32)[list(each)])


def _as_pictures(shape: tuple[int, ...], image: Image) -> Image:
    """Return many pictures as they are, if they have the `shape`; one as a batch, made to have it."""
    if image.ndim == 3:
        fitted: Image = image if image.shape == shape else center_crop_resize(image, shape)
        return fitted[None]
    _check(image.shape[1:] == shape, "size of the pictures", image.shape[1:], shape)
    return image


def _predict(network: keras.Model, values: list[Floats]) -> Image:
    parts = [network.predict_on_batch(one_or_more(list(some))) for some in zip(*map(_cut, values), strict=True)]
    return np.concatenate(parts).astype(np.float32)


def _as_points(points: Floats) -> Floats:
    """Return numbers as points (n, 2) that can be played on."""
    if points.size < 2 or points.size % 2 or not np.isfinite(points).all() or np.abs(points).max() > LARGEST_POINT:
        raise UserError(f"points are {points}: give pairs of numbers between -1 and 1, one pair at least.")
    return np.asarray(points.reshape(-1, 2), np.float32)


def _cut(values: Floats) -> list[Floats]:
    return [values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE)]


def _check(holds: Any, what: str, value: Any, remedy: Any) -> None:
    if not holds:
        raise UserError(f"{what} is {value}: use {remedy}.")


def _check_seed(seed: int) -> int:
    _check(0 <= seed < latents.SEEDS, "seed", seed, f"0 to {latents.SEEDS - 1}")
    return seed
