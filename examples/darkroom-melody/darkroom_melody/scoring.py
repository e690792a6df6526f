"""Scores of the network as in MusicVAE: reconstruction, and interpolation against that in data space.

https://arxiv.org/abs/1803.05428, sections 5.1 and 5.2. The decoder has nothing to feed back, so that its accuracy
free-running and teacher-forced is the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.imaging.images import Floats
from core.imaging.interpolation import slerp
from core.training.evaluation import Scores

from . import attributes
from .language_model import LanguageModel
from .melody import FIRST_NOTE, Tokens

FRACTIONS = np.linspace(0, 1, 11, dtype=np.float32)  # of the way from one melody to another
CHANGE = 4.0  # length of the way along an attribute vector
SEED = 0


class Coder(NamedTuple):
    """A network as two functions: from melodies (n, 32) to latent vectors (n, dimensions), and back."""

    encode: Callable[[Tokens], Floats]
    decode: Callable[[Floats], Tokens]


class Interpolations(NamedTuple):
    """Of interpolations in the latent space and in data space, the mean at each of `FRACTIONS`: (2, 11).

    Attributes:
        hamming: share of steps at which the melody differs from the first one.
        moved: share of steps at which it differs from the melody before it, from the second one on: (2, 10).
        cost: nats per step that a language model of folk tunes gives it: lower is more like a melody.
    """

    hamming: NDArray[np.float64]
    moved: NDArray[np.float64]
    cost: NDArray[np.float64]


def score(coder: Coder, melodies: Tokens) -> Scores:
    """Return all scores of a network on held-out melodies (n, 32): half of them train the language model."""
    melodies = np.random.default_rng(SEED).permutation(melodies)  # neighbors are of one tune
    latents = coder.encode(melodies)
    scores = score_reconstruction(melodies, coder.decode(latents)) | score_attributes(coder, melodies, latents)
    model = LanguageModel(melodies[1::2])
    latent, data = range(2)
    ways = interpolate(coder, melodies[::2], model)
    for name, way in (("latent", latent), ("data", data)):
        scores[f"interpolation_cost_{name}"] = float(ways.cost[way][1:-1].mean())
        scores[f"interpolation_largest_move_{name}"] = float(ways.moved[way].max())
    scores["interpolation_cheaper_steps"] = float((ways.cost[latent] < ways.cost[data])[1:-1].mean())
    scores["interpolation_smoother_steps"] = float((ways.moved[latent] < ways.moved[data]).mean())
    return {name: round(value, 4) for name, value in scores.items()}


def score_reconstruction(melodies: Tokens, decoded: Tokens) -> Scores:
    """Return the share of steps, of notes and of whole melodies that are right."""
    is_right = melodies == decoded
    return {
        "accuracy": float(is_right.mean()),
        "accuracy_of_notes": float(is_right[melodies >= FIRST_NOTE].mean()),
        "exact": float(is_right.all(axis=1).mean()),
    }


def score_attributes(coder: Coder, melodies: Tokens, latents: Floats) -> Scores:
    """Return by how many of its standard deviations each attribute grows along its vector."""
    known, others = slice(None, None, 2), slice(1, None, 2)
    measured = attributes.measure(melodies)
    vectors = attributes.find_vectors(latents[known], measured[known])
    before, spread = attributes.measure(coder.decode(latents[others])), measured.std(axis=0) + attributes.TINY
    scores = {}
    for i, name in enumerate(attributes.NAMES):
        after = attributes.measure(coder.decode(latents[others] + CHANGE * vectors[i]))
        scores[f"{name}_moved"] = float(((after - before).mean(axis=0) / spread)[i])
    return scores


def interpolate(coder: Coder, melodies: Tokens, model: LanguageModel) -> Interpolations:
    """Return what interpolations are like between each melody (n, 32) and the next one."""
    firsts, lasts = melodies[0:-1:2], melodies[1::2]
    ends = coder.encode(firsts), coder.encode(lasts)
    vectors = np.stack([slerp(first, last, FRACTIONS[:, None]) for first, last in zip(*ends, strict=True)])
    latent = coder.decode(vectors.reshape(-1, vectors.shape[-1])).reshape(*vectors.shape[:2], -1)
    ways = [way.swapaxes(0, 1) for way in (latent, mix(firsts, lasts, FRACTIONS))]  # (11, n, 32)
    hamming = [[float((melody != way[0]).mean()) for melody in way] for way in ways]
    moved = [[float((after != before).mean()) for before, after in itertools.pairwise(way)] for way in ways]
    cost = [[model.cost(melody) for melody in way] for way in ways]
    return Interpolations(*map(np.array, (hamming, moved, cost)))


def mix(firsts: Tokens, lasts: Tokens, along: NDArray[np.floating[Any]]) -> Tokens:
    """Return interpolations in data space: each step is taken from one of both melodies at random.

    Args:
        firsts: where they begin, (n, 32).
        lasts: where they end, (n, 32).
        along: (m,) fractions of the way, which are the probabilities of the last one.

    Returns:
        (n, m, 32).
    """
    drawn = np.random.default_rng(SEED).uniform(size=(len(firsts), len(along), firsts.shape[1]))
    return np.where(drawn < along[:, None], lasts[:, None], firsts[:, None])
