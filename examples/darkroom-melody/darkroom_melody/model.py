"""Melody: a variational autoencoder of two-bar melodies, and what can be done in its latent space."""

from __future__ import annotations

import keras
import numpy as np

from core.errors import UserError, check_range
from core.imaging.images import Floats
from core.imaging.interpolation import slerp
from core.networks import batching

from . import attributes, held_out
from .melody import REST, STEPS, Tokens, fit
from .midi import Midi
from .network import assemble_decoder, assemble_encoder, latent_dimensions
from .performance import Performance, perform

MAX_SEED, MAX_MELODIES, MOST_CHANGE = 2**32 - 1, 32, 6.0
LABELED = 1000  # held-out melodies that attribute vectors, and the distribution of samples, are found from
WRONG_LATENT = "a latent vector of this checkpoint has {} finite numbers, not {}."


def build_vae(dimensions: int = 96, width: int = 96) -> keras.Model:
    """Build a variational autoencoder from tokens (n, 32) to the logits of their reconstructions (n, 32, tokens).

    Args:
        dimensions: size of the latent vector.
        width: channels of the convolutions.
    """
    tokens, latent = keras.Input((STEPS,), dtype="int32", name="tokens"), keras.Input((dimensions,), name="latent")
    encoder, decoder = assemble_encoder(tokens, dimensions, width), assemble_decoder(latent, width)
    return keras.Model(tokens, decoder(encoder(tokens)[:, :dimensions]), name="vae")


def encode(network: keras.Model, melody: Midi) -> Floats:
    """Return the latent vector of the first two bars of a melody.

    Args:
        melody: the melody; or several (n, 32).
    """
    melodies = melody if melody.ndim == 2 else fit(melody)[None]
    means = batching.predict(network.get_layer("encoder"), [melodies.astype(np.int32)])[:, : latent_dimensions(network)]
    return means if melody.ndim == 2 else means[0]


def decode(network: keras.Model, latents: Floats) -> Midi:
    """Return the most likely melody for a latent vector.

    Args:
        latents: the latent vector; or several (n, dimensions).
    """
    vectors, dimensions = np.atleast_2d(latents).astype(np.float32), latent_dimensions(network)
    if vectors.ndim != 2 or vectors.shape[1] != dimensions or not np.isfinite(vectors).all():
        raise UserError(WRONG_LATENT.format(dimensions, latents))
    melodies: Tokens = batching.predict(network.get_layer("decoder"), [vectors]).argmax(axis=-1)
    melodies[melodies[:, 0] == 0, 0] = REST  # nothing is there to hold on to
    return melodies if latents.ndim == 2 else melodies[0]


def reconstruct(network: keras.Model, melody: Midi) -> Performance:
    """Encode two bars of a melody, and decode their latent vector.

    Args:
        melody: its first two bars are used.
    """
    return perform(decode(network, encode(network, fit(melody)[None])))


def sample(network: keras.Model, count: int = 1, seed: int = 0, temperature: float = 0.6) -> Performance:
    """Decode latent vectors sampled from a normal distribution with the mean and covariance of those of known melodies.

    It lies closer to melodies than the prior, the standard normal distribution, does: the weight of the KL divergence
    was low.

    Args:
        count: how many melodies, which follow each other, 1 to 32.
        seed: of the latent vectors.
        temperature: what their standard deviation is multiplied by, 0 to 2; lower is plainer.
    """
    check_range("count", count, 1, MAX_MELODIES)
    check_range("seed", seed, 0, MAX_SEED)
    check_range("temperature", temperature, 0, 2)
    known = encode(network, held_out.melodies()[:LABELED])
    _, deviations, axes = np.linalg.svd(known - known.mean(axis=0), full_matrices=False)
    noise = np.random.default_rng(seed).standard_normal((count, latent_dimensions(network)))
    latents = known.mean(axis=0) + temperature * noise @ (deviations[:, None] / len(known) ** 0.5 * axes)
    return perform(decode(network, latents.astype(np.float32)))


def interpolate(network: keras.Model, first: Midi, last: Midi, count: int = 7) -> Performance:
    """Decode latent vectors on the way from one melody to another.

    Args:
        first: its first two bars are where the way begins.
        last: its first two bars are where it ends.
        count: how many melodies, which follow each other, 2 to 32.
    """
    check_range("count", count, 2, MAX_MELODIES)
    ends = encode(network, np.stack([fit(first), fit(last)]))
    along = np.linspace(0, 1, count, dtype=np.float32)[:, None]
    return perform(decode(network, slerp(ends[0], ends[1], along)))


def change_attributes(network: keras.Model, melody: Midi, density: float = 0, pitch_range: float = 0) -> Performance:
    """Move the latent vector of a melody along attribute vectors.

    Args:
        melody: its first two bars are changed.
        density: how far to go along the vector to more notes, -6 to 6.
        pitch_range: how far to go along the vector to notes that are further apart, -6 to 6.
    """
    for name, value in (("density", density), ("pitch_range", pitch_range)):
        check_range(name, value, -MOST_CHANGE, MOST_CHANGE)
    known = held_out.melodies()[:LABELED]
    vectors = attributes.find_vectors(encode(network, known), attributes.measure(known))
    moved = encode(network, melody) + np.array([density, pitch_range], np.float32) @ vectors
    return perform(decode(network, moved[None]))
