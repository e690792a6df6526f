"""Noise: adding Gaussian noise, and estimating the level of any, in NumPy. σ is in 8-bit units: 25 is 25/255 of white.

Few photographs hold noise that is white and independent in red, green and blue: chroma subsampling leaves the fine
noise in luma only, JPEG erases high frequencies, demosaicing correlates neighbors. `estimate_sigma` returns the level
that was added where it is still in the file, and for a camera's noise the level at which the denoiser restores best;
benchmarks/denoise.py prints how well.
"""

from __future__ import annotations

from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.imaging.images import Image
from core.imaging.transparency import fill_transparent

from .memo import once_per_array
from .patch_levels import Level, Patches, stride_of

MAX_SIGMA = 75.0
ROUNDING_SIGMA = 0.4  # rounding to 8 bits alone is noise of 0.29; estimates below this one are called 0

LARGEST_GROWTH = 4.0  # of the luma level from full to half resolution; more is texture

YCBCR = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]], np.float32)
LUMA_OF_WHITE = float(np.linalg.norm(YCBCR[0]))  # σ in luma of noise that has σ 1 in red, green and blue: 0.668
CHROMA_TO_RGB = (1.772**2 + 0.344**2) / 3, (1.402**2 + 0.714**2) / 3  # mean variance in RGB by that of Cb and Cr

# Least level of all channels jointly, over that of independent noise as strong in luma; and least level of chroma over
# that of luma: 1 and 0.95 for independent noise, less where there is texture; 0.1 and 0.1 for cameras and 4:2:0.
NEARLY_WHITE, WHITE = (0.28, 0.11), (0.55, 0.5)
WHITE_GROWTH = 1.15  # of a gray level from full to half resolution, at most; it is 1 for white noise without texture

MONOCHROME = 2.0, 0.05  # standard deviation of colors off their main axis, at most: levels, plus a share of that along

# Best fixed σ over that of white noise with the same luma noise, by the ratio of chroma to luma noise, as measured with
# the network `photographs`. The ratio is 0.6 to 0.95 for white noise after 4:2:0, 1.2 to 1.4 for a camera's noise.
CHROMA_RATIOS, GAINS = (1.03, 1.3), (0.95, 1.54)


def add_noise(image: Image, sigma: float, seed: int = 0) -> Image:
    """Return `image` plus white Gaussian noise, neither clipped nor rounded.

    Args:
        image: (h, w, c), 0 to 1.
        sigma: standard deviation of the noise, 0 to 255.
        seed: seed of the noise.
    """
    noise = np.random.default_rng(seed).standard_normal(image.shape, np.float32)
    return image + noise * np.float32(sigma / 255)


class Noise(NamedTuple):
    """What is known of the noise in an image.

    Attributes:
        is_white: whether it is white, and not a camera's or what JPEG left of white noise.
        sigma: its standard deviation, 0 to 255; None where it is not white: only `estimate_sigma` measures it then.
        shared_gain: see `shared_noise_gain`.
    """

    is_white: bool
    sigma: float | None
    shared_gain: float


@once_per_array
def measure_noise(image: Image) -> Noise:
    """Return what is known of the noise in `image` (h, w, 3 or 4), 0 to 1; below 9 × 9 pixels, that there is none.

    A call asks for it twice, to choose its network and to give this its noise level: it is measured once.
    """
    visible = fill_transparent(image)
    patches = Patches(visible)
    if patches.is_too_small:
        return Noise(is_white=True, sigma=0.0, shared_gain=1.0)
    monochrome = is_monochrome(visible)
    shared_gain = _shared_gain(patches) if monochrome else 1.0
    white = _looks_white(patches, monochrome)
    return Noise(white, _estimate(patches, monochrome) if white else None, shared_gain)


def choose_network(image: Image) -> str:
    """Return the checkpoint for the noise in `image` (h, w, 3 or 4): "photographs" for white noise, else "camera"."""
    return "photographs" if measure_noise(image).is_white else "camera"


def estimate_sigma(image: Image) -> float:
    """Return the standard deviation (0 to 255) of the noise in `image`.

    Noise that is white in RGB is measured on patches of all channels jointly, where it is told from texture best. Where
    fine chroma noise is missing (chroma subsampling, cameras), luma is measured at full and half resolution and chroma
    at a quarter of it. Gray and toned images are measured in one channel.

    Args:
        image: (h, w, 3 or 4), 0 to 1. Below 9 × 9 pixels there are too few patches: 0 is returned.
    """
    measured = measure_noise(image).sigma
    if measured is not None:
        return measured
    visible = fill_transparent(image)
    return _estimate(Patches(visible), is_monochrome(visible))


def _estimate(patches: Patches, monochrome: bool) -> float:
    """Return the standard deviation (0 to 255) of the noise in an image; see `estimate_sigma`."""
    sigma = _across_scales(*_strongest_levels(patches)) if monochrome else _estimate_color(patches)
    return sigma if sigma > ROUNDING_SIGMA else 0.0


def _looks_white(patches: Patches, monochrome: bool) -> bool:
    """Return whether the noise in an image is white; see `is_white`."""
    if monochrome:
        full, half = _strongest_levels(patches)
        return 2 * half.flat <= WHITE_GROWTH * full.flat
    return _is_white(patches, patches.level(YCBCR[0]), WHITE)


def is_monochrome(image: Image) -> bool:
    """Return whether the colors of `image` (h, w, 3) lie on a line, as in gray and sepia images."""
    halved = _halve(image)  # in which luma and chroma are alike after chroma subsampling
    stride = stride_of(halved)
    colors = halved[::stride, ::stride].reshape(-1, 3).astype(np.float64) * 255
    unclipped = colors[colors.max(axis=1) < 254]  # a toned highlight bends the line where one channel is clipped
    deviations = np.sqrt(np.linalg.eigvalsh(np.cov(unclipped if len(unclipped) > 1 else colors, rowvar=False)).clip(0))
    levels, share = MONOCHROME
    return bool(deviations[1] <= levels + share * deviations[2])


def shared_noise_gain(image: Image) -> float:
    """Return the noise of all channels of `image` (h, w, 3) together over that of the strongest, where it is shared.

    The gain is √3 for gray images, whose channels have the same noise, less for toned ones, and 1 for color images. A
    network trained on noise that is independent in the channels has to be given a level that much higher: with it,
    the results for gray images gained 3 to 17 dB.
    """
    patches = Patches(image)
    return 1.0 if patches.is_too_small or not is_monochrome(image) else _shared_gain(patches)


def _shared_gain(patches: Patches) -> float:
    """Return `shared_noise_gain` of a gray or toned image."""
    contrasts = _contrasts(patches.image)
    strongest = int(np.argmax(contrasts))
    if not contrasts[strongest]:
        return 1.0
    independent = patches.joint_level > patches.level(_one_channel(strongest)).flat / 2
    return 1.0 if independent else float(np.linalg.norm(contrasts) / contrasts[strongest])


def _contrasts(image: Image) -> Image:
    """Return the standard deviation (3,) of each channel."""
    stride = stride_of(image)
    contrasts: NDArray[Any] = np.std(image[::stride, ::stride], axis=(0, 1))
    return contrasts


def _one_channel(index: int) -> Image:
    """Return weights (3,) that select one channel."""
    weights = np.zeros(3, np.float32)
    weights[index] = 1
    return weights


def _strongest_levels(patches: Patches) -> tuple[Level, Level]:
    """Return the noise levels of the channel with the strongest contrast, at full and at half resolution."""
    strongest = _one_channel(int(np.argmax(_contrasts(patches.image))))
    return patches.level(strongest), Patches(_halve(patches.image)).level(strongest)


def _estimate_color(patches: Patches) -> float:
    """Return the noise level of an image whose colors are not on a line."""
    full = patches.level(YCBCR[0])
    if _is_white(patches, full, NEARLY_WHITE):
        return patches.joint_level
    half = _halve(patches.image)
    luma = _across_scales(full, Patches(half).level(YCBCR[0]))
    quarter = Patches(_halve(half))
    levels = (4 * quarter.level(weights).flat for weights in YCBCR[1:])
    chroma = sqrt(sum(share * level**2 for share, level in zip(CHROMA_TO_RGB, levels, strict=True)))
    gain = float(np.interp(chroma / luma, CHROMA_RATIOS, GAINS)) if luma else 1.0
    return max(patches.joint_level, gain * luma / LUMA_OF_WHITE)


def _is_white(patches: Patches, luma: Level, least: tuple[float, float]) -> bool:
    """Return whether the noise of a color image is about as strong at all frequencies and in all channels.

    Args:
        patches: of the image.
        luma: its noise level in luma.
        least: see `WHITE`.
    """
    least_jointly, least_in_chroma = least
    if patches.joint_level < least_jointly * luma.noise / LUMA_OF_WHITE:
        return False
    fine_chroma = sum(patches.level(weights).flat for weights in YCBCR[1:]) / 2
    return fine_chroma >= least_in_chroma * luma.noise


def _across_scales(full: Level, half: Level) -> float:
    """Return one level from those at full and at half resolution, each as far as it is noise and not texture.

    Halving divides white noise by two; noise of which JPEG or demosaicing left the low frequencies becomes less small.
    """
    coarse = min(2 * half.flat, LARGEST_GROWTH * full.flat)
    return full.noise + half.homogeneity * max(coarse - full.noise, 0)


def _halve(image: Image) -> Image:
    """Return the means of 2 × 2 pixels of `image`, (h // 2, w // 2, c)."""
    height, width = (side // 2 * 2 for side in image.shape[:2])
    even = image[:height, :width]
    halved: NDArray[Any] = (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4
    return halved
