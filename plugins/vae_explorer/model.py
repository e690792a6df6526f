"""Autoencoders: a picture to a few numbers, its code, and back (Kingma and Welling 2014, https://arxiv.org/abs/1312.6114).

A network here holds two: `encoder`, from a picture to its code, or, where it is variational, to the mean of its code
and the log of the variance, one behind the other; and `decoder`, from a code to a picture. Those of a conditional
network also take the class (Kingma et al. 2014, https://arxiv.org/abs/1406.5298).
"""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
from keras import layers

from core.errors import UserError
from core.imaging.images import Floats, Image
from core.imaging.interpolation import slerp
from core.imaging.resizing import center_crop_resize
from core.networks.layers import one_or_more

from .latents import Encoded

MOST_SAMPLES = 1024
AT_ONCE = 1000  # pictures through a network
LOG_VARIANCES = -20.0, 20.0  # further out, float32 has no standard deviation


def build_autoencoder(
    shape: tuple[int, ...] = (28, 28, 1),
    dimensions: int = 2,
    variational: bool = False,
    classes: int = 0,
    width: int = 16,
    hidden: tuple[int, ...] = (128,),
) -> keras.Model:
    """Return the network from (n, *`shape`) in 0 to 1 to the same; where there are `classes`, also from (n, classes).

    The sides of `shape` are multiples of 4. `width` channels at half the resolution, twice as many at a quarter, then
    dense layers of `hidden` units to the code of `dimensions` numbers; the decoder is the encoder's mirror.
    """
    label = [keras.Input((classes,), name="label")] if classes else []
    picture = keras.Input(tuple(shape), name="picture")
    encoder = _build_encoder(picture, label, dimensions * (2 if variational else 1), width, hidden)
    code = keras.Input((dimensions,), name="code")
    decoder = _build_decoder(code, label, tuple(shape), width, hidden)
    mean = encoder(one_or_more([picture, *label]))[:, :dimensions]
    return keras.Model(one_or_more([picture, *label]), decoder(one_or_more([mean, *label])), name="autoencoder")


def build_pca(shape: tuple[int, ...] = (28, 28, 1), dimensions: int = 32) -> keras.Model:
    """Return principal component analysis as a network: one dense layer to a code, one back, nothing bent."""
    picture, code = keras.Input(tuple(shape), name="picture"), keras.Input((dimensions,), name="code")
    components = layers.Dense(dimensions, name="encoder_components")(layers.Flatten(name="encoder_flat")(picture))
    encoder = keras.Model(picture, components, name="encoder")
    pixels = layers.Dense(math.prod(shape), name="decoder_components")(code)
    decoder = keras.Model(code, layers.Reshape(tuple(shape), name="decoder_pixels")(pixels), name="decoder")
    return keras.Model(picture, decoder(encoder(picture)), name="pca")


def _build_encoder(picture: Any, label: list[Any], outputs: int, width: int, hidden: tuple[int, ...]) -> keras.Model:
    x = layers.Conv2D(width, 3, 2, padding="same", activation="relu", name="encoder_half")(picture)
    x = layers.Conv2D(2 * width, 3, 2, padding="same", activation="relu", name="encoder_quarter")(x)
    x = layers.Flatten(name="encoder_flat")(x)
    for i, units in enumerate(hidden):
        x = layers.Concatenate(name=f"encoder_label{i}")([x, *label]) if label else x
        x = layers.Dense(units, activation="relu", name=f"encoder_dense{i}")(x)
    x = layers.Dense(outputs, dtype="float32", name="encoder_code")(x)
    return keras.Model(one_or_more([picture, *label]), x, name="encoder")


def _build_decoder(
    code: Any, label: list[Any], shape: tuple[int, ...], width: int, hidden: tuple[int, ...]
) -> keras.Model:
    height, breadth, channels = shape
    x = layers.Concatenate(name="decoder_label")([code, *label]) if label else code
    for i, units in enumerate(reversed(hidden)):
        x = layers.Dense(units, activation="relu", name=f"decoder_dense{i}")(x)
    x = layers.Dense(height // 4 * (breadth // 4) * 2 * width, activation="relu", name="decoder_unflat")(x)
    x = layers.Reshape((height // 4, breadth // 4, 2 * width), name="decoder_quarter")(x)
    x = layers.Conv2D(4 * width, 3, padding="same", activation="relu", name="decoder_to_half")(x)
    x = keras.ops.depth_to_space(x, 2)
    x = layers.Conv2D(width, 3, padding="same", activation="relu", name="decoder_half")(x)
    x = layers.Conv2D(4 * channels, 3, padding="same", name="decoder_to_whole")(x)
    x = layers.Activation("sigmoid", dtype="float32", name="decoder_pixels")(keras.ops.depth_to_space(x, 2))
    return keras.Model(one_or_more([code, *label]), x, name="decoder")


def dimensions_of(model: keras.Model) -> int:
    """Return how many numbers a code of `model` has; no verb, since those take a `network`."""
    dimensions: int = model.get_layer("decoder").inputs[0].shape[-1]
    return dimensions


def classes_of(model: keras.Model) -> int:
    """Return how many classes `model` is told apart, 0 where it is told none."""
    inputs = model.get_layer("decoder").inputs
    classes: int = inputs[1].shape[-1] if len(inputs) > 1 else 0
    return classes


def is_variational(model: keras.Model) -> bool:
    """Return whether the encoder of `model` gives a variance beside each mean."""
    return bool(model.get_layer("encoder").outputs[0].shape[-1] == 2 * dimensions_of(model))


def encode(network: keras.Model, image: Image, labels: tuple[int, ...] = ()) -> Encoded:
    """Find the code of a picture.

    Args:
        image: the picture; or many, (n, h, w, c), of the size that the network was trained for.
        labels: the class of it, or of each, which conditional networks need.
    """
    pictures, dimensions = _as_pictures(network, image), dimensions_of(network)
    encoded = _predict(network, "encoder", pictures, labels)
    mean, log_variance = encoded[:, :dimensions], np.clip(encoded[:, dimensions:], *LOG_VARIANCES)
    if not is_variational(network):
        log_variance = np.full_like(mean, -np.inf)
    return Encoded(mean, log_variance) if image.ndim == 4 else Encoded(mean[0], log_variance[0])


def decode(network: keras.Model, codes: Floats, labels: tuple[int, ...] = ()) -> Image:
    """Draw the picture that a code stands for.

    Args:
        codes: the code's numbers; or many codes, (n, dimensions).
        labels: the class of it, or of each, which conditional networks need.
    """
    many = np.atleast_2d(codes).astype(np.float32)
    if many.ndim != 2 or many.shape[1] != dimensions_of(network) or not np.isfinite(many).all():
        raise UserError(f"a code of this checkpoint has {dimensions_of(network)} finite numbers, not {codes}.")
    pictures = _predict(network, "decoder", many, labels)
    return pictures if codes.ndim == 2 else pictures[0]


def sample(network: keras.Model, count: int = 16, seed: int = 0, labels: tuple[int, ...] = ()) -> Image:
    """Draw pictures of codes that are themselves drawn from the standard normal distribution.

    Args:
        count: how many.
        seed: of the codes.
        labels: the class of them all, or of each, which conditional networks need.
    """
    if not 1 <= count <= MOST_SAMPLES:
        raise UserError(f"count is {count}: use 1 to {MOST_SAMPLES}.")
    if not 0 <= seed < 2**32:
        raise UserError(f"seed is {seed}: use 0 to {2**32 - 1}.")
    return decode(
        network, np.random.default_rng(seed).standard_normal((count, dimensions_of(network)), np.float32), labels
    )


def reconstruct(network: keras.Model, image: Image, labels: tuple[int, ...] = (), keep: int | None = None) -> Image:
    """Draw what is left of a picture that went through its code's mean.

    Args:
        image: the picture; or many, (n, h, w, c), of the size that the network was trained for.
        labels: the class of it, or of each, which conditional networks need.
        keep: how many of the code's numbers are kept, the others being zero; left out, all.
    """
    codes = np.array(encode(network, image, labels).mean)
    if keep is not None and not 0 <= keep <= dimensions_of(network):
        raise UserError(f"keep is {keep}: use 0 to {dimensions_of(network)}.")
    if keep is not None:
        codes[..., keep:] = 0
    return decode(network, codes, labels)


def morph(
    network: keras.Model,
    first: Image,
    last: Image,
    steps: int = 10,
    spherical: bool = False,
    labels: tuple[int, ...] = (),
) -> Image:
    """Draw the pictures on the way from one to another, both ends among them, (steps, h, w, c).

    Args:
        first: the picture to start from.
        last: the picture to arrive at.
        steps: how many pictures to draw.
        spherical: whether the way is an arc, along which codes keep their length (Shoemake 1985), or straight.
        labels: the class of all, which conditional networks need.
    """
    if not 2 <= steps <= MOST_SAMPLES:
        raise UserError(f"steps is {steps}: use 2 to {MOST_SAMPLES}.")
    start, end = (encode(network, image, labels).mean for image in (first, last))
    along = np.linspace(0, 1, steps, dtype=np.float32)[:, None]
    return decode(network, slerp(start, end, along) if spherical else (1 - along) * start + along * end, labels)


def _as_pictures(network: keras.Model, image: Image) -> Image:
    """Return many pictures as they are, if they fit; one as a batch, made to fit."""
    shape = network.get_layer("encoder").inputs[0].shape[1:]
    if image.ndim == 3:
        return image[None] if image.shape == shape else center_crop_resize(image, shape)[None]
    if image.shape[1:] != shape:
        raise UserError(f"pictures of {image.shape[1:]} do not fit this checkpoint: make them {shape}.")
    return image


def _predict(network: keras.Model, part: str, values: Any, labels: tuple[int, ...]) -> Image:
    classes = classes_of(network)
    if classes and not labels:
        raise UserError(f"this checkpoint is told the class: give labels, from 0 to {classes - 1}.")
    if labels and not classes:
        raise UserError(f"labels are {labels}, and this checkpoint is told no class: leave them out.")
    each = _one_hot(labels, classes, len(values)) if classes else None
    predict = network.get_layer(part).predict_on_batch
    parts = [slice(start, start + AT_ONCE) for start in range(0, len(values), AT_ONCE)]
    results = [predict(values[some] if each is None else [values[some], each[some]]) for some in parts]
    return np.concatenate(results).astype(np.float32)


def _one_hot(labels: tuple[int, ...], classes: int, count: int) -> Floats:
    each = np.asarray(labels if len(labels) == count else tuple(labels) * count)
    if len(each) != count or each.dtype.kind != "i" or each.min() < 0 or each.max() >= classes:
        raise UserError(f"labels are {labels}: give one, or one for each picture, from 0 to {classes - 1}.")
    return np.asarray(np.eye(classes, dtype=np.float32)[each])
