"""A simulation of the noise of cameras: from a finished photograph back to the sensor, noise, and forward again.

After Brooks et al. 2019, "Unprocessing Images for Learned Raw Denoising" (https://arxiv.org/abs/1811.11127), whose
ranges of color matrices, gains and noise levels are used here, with a demosaicing step and JPEG compression added.
Cameras also denoise: often the fine noise of luma is weaker in a file than that of color, or there is no color at all.
The clean photograph itself is what a denoiser should restore.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - `Image` is the array

from core.imaging import images
from core.imaging.images import Image

from .noise import YCBCR

Matrix = NDArray[np.float64]
Kernel = list[list[float]]

SHOT_NOISE = 1e-4, 1.2e-2  # variance per unit of linear intensity: from low to high ISO
TONE_GAMMA = 2.2
BRIGHTEST_UNSCALED = 0.9  # intensities above are not darkened fully when gains are inverted: see `_invert_gains`
JPEG_SUBSAMPLING = 2  # Pillow's name for 4:2:0
QUALITIES = 60, 98
LUMA = YCBCR[0]

# XYZ to camera RGB of four cameras of the Darmstadt Noise Dataset, as published with the paper.
XYZ_TO_CAMERAS = np.array(
    [
        [[1.0234, -0.2969, -0.2266], [-0.5625, 1.6328, -0.0469], [-0.0703, 0.2188, 0.6406]],
        [[0.4913, -0.0541, -0.0202], [-0.613, 1.3513, 0.2906], [-0.1564, 0.2151, 0.7183]],
        [[0.838, -0.263, -0.0639], [-0.2887, 1.0725, 0.2496], [-0.0627, 0.1427, 0.5438]],
        [[0.6596, -0.2079, -0.0562], [-0.4782, 1.3016, 0.1933], [-0.097, 0.1581, 0.5181]],
    ]
)
SRGB_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)

# Filters of Malvar, He & Cutler 2004, "High-quality linear interpolation for demosaicing of Bayer-patterned color
# images", https://doi.org/10.1109/ICASSP.2004.1326587, in eighths.
GREEN_FILTER: Kernel = [[0, 0, -1, 0, 0], [0, 0, 2, 0, 0], [-1, 2, 4, 2, -1], [0, 0, 2, 0, 0], [0, 0, -1, 0, 0]]
IN_ROW_FILTER: Kernel = [[0, 0, 0.5, 0, 0], [0, -1, 0, -1, 0], [-1, 4, 5, 4, -1], [0, -1, 0, -1, 0], [0, 0, 0.5, 0, 0]]
DIAGONAL_FILTER: Kernel = [
    [0, 0, -1.5, 0, 0],
    [0, 2, 0, 2, 0],
    [-1.5, 0, 6, 0, -1.5],
    [0, 2, 0, 2, 0],
    [0, 0, -1.5, 0, 0],
]


@dataclass(frozen=True)
class Camera:
    """One camera, its settings and the light of one photograph.

    Attributes:
        shot: variance of the shot noise per unit of linear intensity.
        read: variance of the read noise.
        red_gain: white balance of red.
        blue_gain: white balance of blue.
        brightness: digital gain of all three channels.
        color_matrix: (3, 3), linear sRGB to camera RGB; its rows sum to 1.
        quality: of the JPEG, 1 to 100; None leaves the compression out.
        luma_noise: share of the noise in luma that the camera's own denoising leaves, 0 to 1.
        monochrome: whether the photograph is gray.
    """

    shot: float
    read: float
    red_gain: float = 2.0
    blue_gain: float = 1.7
    brightness: float = 1.25
    color_matrix: Matrix | None = None
    quality: int | None = 92
    luma_noise: float = 1.0
    monochrome: bool = False

    @property
    def matrix(self) -> Matrix:
        """The color matrix, or the mean of those of four cameras where none is given."""
        return mix_color_matrix(np.ones(4)) if self.color_matrix is None else self.color_matrix

    @property
    def gains(self) -> Matrix:
        """The factors (3,) that white balance and brightness apply to red, green and blue."""
        return self.brightness * np.array([self.red_gain, 1.0, self.blue_gain])


def sample_camera(
    random: np.random.Generator, shot: tuple[float, float] = SHOT_NOISE, quality: tuple[int, int] = QUALITIES
) -> Camera:
    """Return a random camera: shot noise log-uniform, read noise that follows it, a mixture of four color matrices.

    Args:
        random: generator of all choices.
        shot: lowest and highest variance of the shot noise.
        quality: lowest and highest quality of the JPEG.
    """
    level = float(np.exp(random.uniform(*np.log(shot))))
    return Camera(
        shot=level,
        read=read_noise(level, random.normal(0, 0.26)),
        red_gain=random.uniform(1.9, 2.4),
        blue_gain=random.uniform(1.5, 1.9),
        brightness=1 / max(random.normal(0.8, 0.1), 0.3),
        color_matrix=mix_color_matrix(random.uniform(1e-8, 1, 4)),
        quality=int(random.integers(quality[0], quality[1] + 1)),
    )


def read_noise(shot: float, deviation: float = 0.0) -> float:
    """Return the variance of the read noise that goes with a level of shot noise, by the paper's regression.

    Args:
        shot: variance of the shot noise per unit of linear intensity.
        deviation: of the logarithm from the regression line; 0.26 is its standard deviation among cameras.
    """
    return float(np.exp(2.18 * np.log(shot) + 1.20 + deviation))


def mix_color_matrix(weights: NDArray[np.float64]) -> Matrix:
    """Return linear sRGB to camera RGB (3, 3), the mean of four cameras' by `weights`, white kept as white."""
    xyz_to_camera = np.tensordot(weights / weights.sum(), XYZ_TO_CAMERAS, axes=1)
    matrix = xyz_to_camera @ SRGB_TO_XYZ
    mixed: Matrix = matrix / matrix.sum(axis=1, keepdims=True)
    return mixed


def photograph(image: Image, camera: Camera, random: np.random.Generator) -> Image:
    """Return `image` as `camera` would have taken it: with sensor noise, demosaiced, developed and compressed.

    Args:
        image: the clean photograph (h, w, 3), 0 to 1, at least 2 × 2 pixels.
        camera: the camera and its settings.
        random: generator of the noise.
    """
    developed = develop(image, camera, random)
    return developed if camera.quality is None else compress(developed, camera.quality)


def develop(image: Image, camera: Camera, random: np.random.Generator) -> Image:
    """Return `image` as `photograph` does, but before the compression."""
    raw = mosaic(unprocess(image, camera))
    variance = camera.shot * raw + camera.read
    noisy = raw + np.sqrt(variance) * random.standard_normal(raw.shape, np.float32)
    developed = process(demosaic(noisy.clip(0, 1)), camera)
    if camera.luma_noise < 1:
        removed = (1 - camera.luma_noise) * (developed - image) @ LUMA
        developed = (developed - removed[..., None]).clip(0, 1)
    return to_gray(developed) if camera.monochrome else developed


def to_gray(image: Image) -> Image:
    """Return the luma of `image` (h, w, 3), in three equal channels."""
    return np.repeat((image @ LUMA)[..., None], 3, axis=-1)


def unprocess(image: Image, camera: Camera) -> Image:
    """Return the linear camera RGB (h, w, 3) of a finished photograph: tone curve, gamma, colors, gains undone."""
    linear = _invert_tone(image.astype(np.float64).clip(0, 1)) ** TONE_GAMMA
    return _invert_gains(linear @ camera.matrix.T, camera.gains).clip(0, 1).astype(np.float32)


def process(linear: Image, camera: Camera) -> Image:
    """Return the finished photograph of linear camera RGB (h, w, 3): white balance, colors, gamma, tone curve."""
    balanced = (linear * camera.gains).clip(0, 1)
    srgb = (balanced @ np.linalg.inv(camera.matrix).T).clip(1e-8, 1)
    encoded = srgb ** (1 / TONE_GAMMA)
    developed: Image = (3 * encoded**2 - 2 * encoded**3).astype(np.float32)
    return developed


def mosaic(image: Image) -> Image:
    """Return what a sensor under a Bayer filter (red, green / green, blue) records of `image` (h, w, 3), as (h, w)."""
    raw = image[..., 1].copy()
    raw[::2, ::2] = image[::2, ::2, 0]
    raw[1::2, 1::2] = image[1::2, 1::2, 2]
    return raw


def demosaic(raw: Image) -> Image:
    """Return the colors (h, w, 3) of a Bayer mosaic (h, w) by Malvar, He & Cutler's linear interpolation."""
    green, in_row, diagonal = (_filter(raw, kernel) for kernel in (GREEN_FILTER, IN_ROW_FILTER, DIAGONAL_FILTER))
    in_column = _filter(raw.T, IN_ROW_FILTER).T
    image = np.repeat(raw[..., None], 3, axis=-1)
    for own, other in ((0, 2), (2, 0)):  # at red pixels, then at blue ones
        start = own // 2
        image[start::2, start::2, 1] = green[start::2, start::2]
        image[start::2, start::2, other] = diagonal[start::2, start::2]
        image[start::2, 1 - start :: 2, own] = in_row[start::2, 1 - start :: 2]
        image[start::2, 1 - start :: 2, other] = in_column[start::2, 1 - start :: 2]
    return image


def compress(image: Image, quality: int, subsampling: int = JPEG_SUBSAMPLING) -> Image:
    """Return `image` (h, w, 3) as it is after JPEG compression.

    Args:
        image: 0 to 1.
        quality: 1 to 100.
        subsampling: of the chroma channels: 0 for none (4:4:4), 2 for halved both ways (4:2:0).
    """
    file = BytesIO()
    pillow.fromarray(images.to_uint8(image)).save(file, "JPEG", quality=quality, subsampling=subsampling)
    with pillow.open(file) as compressed:
        return images.from_uint8(np.asarray(compressed.convert("RGB")))


def _invert_tone(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the inverse of the tone curve 3x² - 2x³."""
    inverse: NDArray[np.float64] = 0.5 - np.sin(np.arcsin(1 - 2 * values) / 3)
    return inverse


def _invert_gains(linear: NDArray[np.float64], gains: Matrix) -> NDArray[np.float64]:
    """Return `linear` divided by `gains`, but white kept white: highlights are clipped in a sensor, not darker."""
    gray = linear.mean(axis=-1, keepdims=True)
    mask = np.square(np.maximum(gray - BRIGHTEST_UNSCALED, 0) / (1 - BRIGHTEST_UNSCALED))
    divided: NDArray[np.float64] = linear * np.maximum(mask + (1 - mask) / gains, 1 / gains)
    return divided


def _filter(raw: Image, kernel: Kernel) -> Image:
    """Return `raw` (h, w) under a 5 × 5 filter in eighths, mirrored at the border (which keeps the mosaic's phase)."""
    mode = "reflect" if min(raw.shape) > 2 else "symmetric"
    padded = np.pad(raw, 2, mode=mode)  # type: ignore[call-overload]
    height, width = raw.shape
    result = np.zeros_like(raw)
    for row, weights in enumerate(kernel):
        for column, weight in enumerate(weights):
            if weight:
                result += np.float32(weight / 8) * padded[row : row + height, column : column + width]
    return result
