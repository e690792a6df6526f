"""Training pairs of noisy and clean patches: white Gaussian noise of a known level, or the noise of cameras."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.imaging.images import Image, Uint8Image
from core.imaging.resizing import resize_bicubic
from core.training.data import PatchSampler

from ..camera import Camera, compress, develop, sample_camera, to_gray
from ..noise import MAX_SIGMA, add_noise

Pairs = tuple[Any, Image, NDArray[np.float32]]  # inputs of the network, clean patches (n, h, w, 3), weights (n, 1, 1)

REDUCTIONS = 1.0, 1.0, 0.75, 0.5  # of photographs made smaller after they were taken, one for each batch
NOISELESS, WHITE, MONOCHROME, LUMA_DENOISED, UNCOMPRESSED = 0.1, 0.2, 0.08, 0.25, 0.2  # shares of the patches
MAX_WHITE_SIGMA = 50.0
FULL_CHROMA_QUALITY = 90  # of JPEGs; from here on, half of them are 4:4:4
JPEG_BLOCK = 8


def sample_white_pairs(sampler: PatchSampler, count: int, random: np.random.Generator, power: int = 1) -> Pairs:
    """Return a training batch: ((noisy, noise level), clean, sample weight).

    Each patch has a σ of its own from 0 to 75, small ones more often. The loss that no network can avoid grows with
    σ; the weights counter that: trained without them, the network lost detail at small σ (40 dB at σ 0).

    Args:
        sampler: where the clean patches come from.
        count: patches in the batch, n.
        random: generator of patches and noise.
        power: exponent of the error in the loss: 1 for absolute, 2 for squared errors.

    Returns:
        Noisy and clean patches (n, h, w, 3), the noise level σ/255 as (n, h, w, 1), weights (n, 1, 1).
    """
    clean = sampler.sample(count, random)
    level = (MAX_SIGMA / 255 * random.random((count, 1, 1, 1)) ** 2).astype(np.float32)
    noisy = clean + level * random.standard_normal(clean.shape, np.float32)
    return (noisy, np.broadcast_to(level, (*clean.shape[:3], 1))), clean, _weight(level[..., 0], power)


class CameraPairSampler:
    """Samples clean patches, and the same patches as cameras and later processing would have left them.

    Most are photographs by random cameras (`camera.sample_camera`), compressed as JPEG; some have white noise or none
    instead, are gray, have less noise in luma, are not compressed, or were made smaller after they were taken.

    Args:
        pictures: clean pictures (h, w, 3) of 8 bits.
        size: side of a patch in pixels.
    """

    def __init__(self, pictures: Sequence[Uint8Image], size: int) -> None:
        self.size = size
        self.samplers = {factor: PatchSampler(list(pictures), round(size / factor)) for factor in REDUCTIONS}

    def sample(self, count: int, random: np.random.Generator, power: int = 1) -> Pairs:
        """Return a training batch (noisy, clean, sample weight); see `sample_white_pairs` for its arguments."""
        patches = self.samplers[REDUCTIONS[random.integers(len(REDUCTIONS))]].sample(count, random)
        pairs = [_degrade(patch, self.size, random) for patch in patches]
        noisy, clean = (np.stack(images) for images in zip(*pairs, strict=True))
        level = np.sqrt(np.square(noisy - clean).mean(axis=(1, 2, 3), keepdims=True))[..., 0]
        return noisy, clean, _weight(level, power)


def _degrade(patch: Image, size: int, random: np.random.Generator) -> tuple[Image, Image]:
    """Return (noisy, clean), (size, size, 3) each, of a clean patch of at least this size."""
    camera = _sample_camera(random)
    clean = to_gray(patch) if camera.monochrome else patch
    kind = random.random()
    if kind < NOISELESS:
        noisy = clean
    elif kind < NOISELESS + WHITE:
        sigma = MAX_WHITE_SIGMA * random.random() ** 2
        noisy = add_noise(patch, sigma, int(random.integers(2**32))).clip(0, 1)
        noisy = to_gray(noisy) if camera.monochrome else noisy
    else:
        noisy = develop(patch, camera, random)
    if len(patch) > size:
        noisy, clean = (resize_bicubic(image, size, size).clip(0, 1) for image in (noisy, clean))
    return (noisy if camera.quality is None else _compress(noisy, camera.quality, random)), clean


def _sample_camera(random: np.random.Generator) -> Camera:
    """Return a random camera, some of which denoise luma, take gray photographs, or do not compress them."""
    camera = sample_camera(random)
    luma_denoised, monochrome, uncompressed = random.random(3) < (LUMA_DENOISED, MONOCHROME, UNCOMPRESSED)
    return replace(
        camera,
        luma_noise=random.uniform(0.2, 1) if luma_denoised else 1.0,
        monochrome=bool(monochrome),
        quality=None if uncompressed else camera.quality,
    )


def _compress(image: Image, quality: int, random: np.random.Generator) -> Image:
    """Return `image` after JPEG compression whose blocks begin anywhere, as in a crop of a photograph."""
    full_chroma = quality >= FULL_CHROMA_QUALITY and random.random() < 0.5
    top, left = random.integers(2 * JPEG_BLOCK, size=2)
    padded = np.pad(image, ((top, 0), (left, 0), (0, 0)), mode="edge")
    return compress(padded, quality, 0 if full_chroma else 2)[top:, left:]


def _weight(level: NDArray[np.float32], power: int) -> NDArray[np.float32]:
    weight: NDArray[np.float32] = 0.1 / (level + np.float32(0.03)) ** power
    return weight
