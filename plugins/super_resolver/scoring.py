"""Scoring of the super-resolver: pairs of high- and low-resolution images, PSNR and SSIM beside bicubic."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Image, Uint8Image
from core.imaging.metrics import SMALLEST_SCORED, psnr, ssim
from core.training.data import scan
from core.training.evaluation import Scores

from .degradation import make_low
from .resampling import crop_to_multiple, scored_luma, upscale_bicubic


def find_low(folder: Path, high: Path, scale: int) -> Path:
    """Return the low-resolution image in `folder` of the file `high`. Raises UserError where there is none."""
    by_stem = {path.stem: path for path in scan(folder).files}
    for stem in (high.stem, f"{high.stem}x{scale}", f"{high.stem}_x{scale}"):
        if stem in by_stem:
            return by_stem[stem]
    raise UserError(
        f"{folder} holds no low-resolution {high.stem}: name it {high.stem}.png or {high.stem}x{scale}.png."
    )


def read_low(path: Path, high: Image, scale: int) -> Image:
    """Return the low-resolution image at `path`. Raises UserError where it is not 1/`scale` of `high`."""
    low, (height, width) = images.composite_on_white(images.load(path)), high.shape[:2]
    if low.shape[:2] != (height // scale, width // scale):
        raise UserError(
            f"{path.name} is {low.shape[1]} × {low.shape[0]} pixels: at ×{scale} the high-resolution image, cropped, "
            f"has {width} × {height}, so make it {width // scale} × {height // scale}."
        )
    return low


def make_pair(picture: Image, scale: int, seed: int | None = None, name: str = "the picture") -> tuple[Image, Image]:
    """Return (high, low): `picture` cropped to a multiple of `scale`, and its low-resolution copy.

    The copy is downscaled or, with a `seed`, degraded. Raises UserError, with the image's `name`, where it is too
    small to be scored.
    """
    check_size(picture, scale, name)
    high = crop_to_multiple(picture, scale)
    return high, make_low(high, scale, None if seed is None else np.random.default_rng(seed))


def check_size(picture: Image | Uint8Image, scale: int, name: str) -> None:
    """Raise UserError, with the image's `name`, where it is too small to be scored."""
    least = SMALLEST_SCORED + 3 * scale  # two borders are cut off, and up to one scale's remainder is cropped
    if min(picture.shape[:2]) < least:
        raise UserError(f"{name} is {picture.shape[1]} × {picture.shape[0]} pixels: use at least {least} each way.")


def score(restore: Callable[[Image], Image], high: Image, low: Image, scale: int, prefix: str = "") -> Scores:
    """Return PSNR (dB) and SSIM on the luma of `restore(low)` and of bicubic interpolation, and the time taken."""
    began = time.perf_counter()
    restored = restore(low)
    seconds = time.perf_counter() - began
    if restored.shape != high.shape:
        raise UserError(f"these weights do not upscale {scale} times: name the checkpoint that they belong to.")
    ours, bicubic, truth = (scored_luma(image, scale) for image in (restored, upscale_bicubic(low, scale), high))
    scores = {
        "psnr_y": psnr(ours, truth),
        "ssim_y": ssim(ours, truth),
        "bicubic_psnr_y": psnr(bicubic, truth),
        "bicubic_ssim_y": ssim(bicubic, truth),
        "seconds_per_output_megapixel": seconds / (high.shape[0] * high.shape[1] / 1e6),
    }
    return {f"{prefix}{name}_x{scale}": value for name, value in scores.items()}
