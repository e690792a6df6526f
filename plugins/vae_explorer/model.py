"""Autoencoders (AE), variational (VAE) and conditional ones (CVAE), and principal component analysis (PCA).

A network here holds two, as layers: `encoder`, from an image to its latent vector (of a VAE to the mean and log
variance of its latent distribution, concatenated), and `decoder`, from a latent vector to an image.
VAE: Kingma and Welling 2014, https://arxiv.org/abs/1312.6114. CVAE, whose encoder and decoder also take the class:
Kingma et al. 2014, https://arxiv.org/abs/1406.5298.
"""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
from keras import layers

from core.errors import UserError, check_range
from core.imaging.images import Floats, Image
from core.imaging.interpolation import slerp
from core.networks import batching
from core.networks.layers import unpack_singleton

from .latents import Encoded
from .networks import prior as learned_prior
from .networks.decoder import assemble_decoder, class_count, latent_dimensions
from .networks.encoder import assemble_encoder, is_variational
from .networks.residual import assemble_residual_decoder, assemble_residual_encoder

MAX_IMAGES = 1024
MAX_SEED = 2**32 - 1
BATCH = 1000  # images that go through a network at once
LOG_VARIANCE_RANGE = -20.0, 20.0  # outside, the standard deviation or its inverse is of no use in float32


def build_autoencoder(
    shape: tuple[int, ...] = (28, 28, 1),
    dimensions: int = 2,
    variational: bool = False,
    classes: int = 0,
    width: int = 16,
    hidden: tuple[int, ...] = (128,),
    pseudo_inputs: int = 0,
) -> keras.Model:
    """Return a convolutional autoencoder, from images (n, *`shape`) in 0 to 1 to their reconstructions.

    Args:
        shape: of an image (h, w, c); height and width are multiples of 4.
        dimensions: size of the latent vector.
        variational: whether the encoder returns a log variance beside each mean.
        classes: of a conditional network, which also takes one-hot labels (n, classes); 0 for all others.
        width: channels at half the resolution; there are twice as many at a quarter.
        hidden: units of the dense layers between the convolutions and the latent vector, at least one layer.
        pseudo_inputs: components of the prior, where it is learned (VampPrior); 0 for the standard normal one. With
            them the network also takes one-hot components, and returns the image of each.
    """
    label = [keras.Input((classes,), name="label")] if classes else []
    image = keras.Input(tuple(shape), name="image")
    encoder = assemble_encoder(image, label, dimensions * (2 if variational else 1), width, hidden)
    latent = keras.Input((dimensions,), name="latent")
    decoder = assemble_decoder(latent, label, tuple(shape), width, hidden)
    mean = encoder(unpack_singleton([image, *label]))[:, :dimensions]
    reconstruction = decoder(unpack_singleton([mean, *label]))
    if pseudo_inputs:
        component = keras.Input((pseudo_inputs,), name="component")
        outputs = [reconstruction, learned_prior.assemble_prior(component, tuple(shape))(component)]
        return keras.Model([image, *label, component], outputs, name="autoencoder")
    return keras.Model(unpack_singleton([image, *label]), reconstruction, name="autoencoder")


def build_residual_vae(shape: tuple[int, ...] = (64, 64, 3), dimensions: int = 32, width: int = 32) -> keras.Model:
    """Return a variational autoencoder with residual blocks, for aligned images in color.

    Args:
        shape: of an image (h, w, c), h equal to w: 16, 32, 64, … pixels.
        dimensions: size of the latent vector.
        width: channels at half of the image's resolution, which is the highest that the network works at.
    """
    image, latent = keras.Input(tuple(shape), name="image"), keras.Input((dimensions,), name="latent")
    encoder = assemble_residual_encoder(image, 2 * dimensions, width)
    decoder = assemble_residual_decoder(latent, tuple(shape), width)
    return keras.Model(image, decoder(encoder(image)[:, :dimensions]), name="residual_vae")


def build_pca(shape: tuple[int, ...] = (28, 28, 1), dimensions: int = 32) -> keras.Model:
    """Return principal component analysis as a network: one linear layer to the latent vector, one back.

    Args:
        shape: of an image (h, w, c).
        dimensions: how many components.
    """
    image, latent = keras.Input(tuple(shape), name="image"), keras.Input((dimensions,), name="latent")
    components = layers.Dense(dimensions, name="encoder_components")(layers.Flatten(name="encoder_flatten")(image))
    encoder = keras.Model(image, components, name="encoder")
    pixels = layers.Dense(math.prod(shape), name="decoder_components")(latent)
    decoder = keras.Model(latent, layers.Reshape(tuple(shape), name="decoder_image")(pixels), name="decoder")
    return keras.Model(image, decoder(encoder(image)), name="pca")


def encode(network: keras.Model, image: Image, labels: tuple[int, ...] = ()) -> Encoded:
    """Return the latent vector of an image: its mean and, of a VAE, its log variance.

    Args:
        image: the image; or a batch (n, h, w, c) of the size that the network was trained for.
        labels: the class of all, or of each; required by conditional networks, not allowed otherwise.
    """
    pictures = batching.as_batch(image, network.get_layer("encoder").inputs[0].shape[1:])
    dimensions = latent_dimensions(network)
    encoded = _predict(network, "encoder", pictures, labels)
    mean, log_variance = encoded[:, :dimensions], np.clip(encoded[:, dimensions:], *LOG_VARIANCE_RANGE)
    if not is_variational(network):
        log_variance = np.full_like(mean, -np.inf)
    return Encoded(mean, log_variance) if image.ndim == 4 else Encoded(mean[0], log_variance[0])


def decode(network: keras.Model, latents: Floats, labels: tuple[int, ...] = ()) -> Image:
    """Return the image that a latent vector is decoded to.

    Args:
        latents: the latent vector; or several (n, dimensions).
        labels: the class of all, or of each; required by conditional networks, not allowed otherwise.
    """
    vectors, dimensions = np.atleast_2d(latents).astype(np.float32), latent_dimensions(network)
    if vectors.ndim != 2 or vectors.shape[1] != dimensions or not np.isfinite(vectors).all():
        raise UserError(f"a latent vector of this checkpoint has {dimensions} finite numbers, not {latents}.")
    pictures = _predict(network, "decoder", vectors, labels)
    return pictures if latents.ndim == 2 else pictures[0]


def sample(network: keras.Model, count: int = 16, seed: int = 0, labels: tuple[int, ...] = ()) -> Image:
    """Return images (count, h, w, c) decoded from latent vectors sampled from the prior.

    It is the standard normal distribution, unless the prior of the network is learned.

    Args:
        count: how many images, 1 to 1024.
        seed: of the latent vectors.
        labels: the class of all, or of each; required by conditional networks, not allowed otherwise.
    """
    check_range("count", count, 1, MAX_IMAGES)
    check_range("seed", seed, 0, MAX_SEED)
    return decode(network, _sample_prior(network, count, np.random.default_rng(seed)), labels)


def reconstruct(network: keras.Model, image: Image, labels: tuple[int, ...] = (), keep: int | None = None) -> Image:
    """Return an image encoded to its (mean) latent vector and decoded again.

    Args:
        image: the image; or a batch (n, h, w, c) of the size that the network was trained for.
        labels: the class of all, or of each; required by conditional networks, not allowed otherwise.
        keep: how many of the first latent dimensions to keep, the others being set to 0; left out, all.
    """
    latents = np.array(encode(network, image, labels).mean)
    if keep is not None:
        check_range("keep", keep, 0, latent_dimensions(network))
        latents[..., keep:] = 0
    return decode(network, latents, labels)


def interpolate(
    network: keras.Model,
    first: Image,
    last: Image,
    steps: int = 10,
    spherical: bool = False,
    labels: tuple[int, ...] = (),
) -> Image:
    """Return images (steps, h, w, c) decoded from latent vectors interpolated between those of two images.

    Args:
        first: the image to start from; its reconstruction is the first result.
        last: the image to end at; its reconstruction is the last result.
        steps: how many images, 2 to 1024.
        spherical: whether to interpolate along an arc (slerp, Shoemake 1985), which keeps the latent vectors' length,
            or linearly.
        labels: the class of all; required by conditional networks, not allowed otherwise.
    """
    check_range("steps", steps, 2, MAX_IMAGES)
    start, end = (encode(network, image, labels).mean for image in (first, last))
    fractions = np.linspace(0, 1, steps, dtype=np.float32)[:, None]
    latents = slerp(start, end, fractions) if spherical else (1 - fractions) * start + fractions * end
    return decode(network, latents, labels)


def _sample_prior(network: keras.Model, count: int, random: np.random.Generator) -> Floats:
    """Return latent vectors (count, dimensions)."""
    noise = random.standard_normal((count, latent_dimensions(network)), np.float32)
    prior = learned_prior.encode_prior(network)
    if prior is None:
        return noise
    chosen = random.integers(len(prior.mean), size=count)
    return np.asarray(prior.mean[chosen] + np.exp(prior.log_variance[chosen] / 2) * noise, np.float32)


def _predict(network: keras.Model, part: str, values: Any, labels: tuple[int, ...]) -> Image:
    """Return the output of the "encoder" or "decoder" of `network`; raise UserError where labels do not match it."""
    classes = class_count(network)
    if classes and not labels:
        raise UserError(f"this checkpoint is conditional: give labels, from 0 to {classes - 1}.")
    if labels and not classes:
        raise UserError(f"labels are {labels}, but this checkpoint is not conditional: leave them out.")
    label = [batching.one_hot(labels, classes, len(values))] if classes else []
    return batching.predict(network.get_layer(part), [values, *label], BATCH)
