"""Scores of the denoiser on held-out pictures: white noise of known levels, or cameras' noise, from fixed seeds."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import keras
import numpy as np

from core.imaging import images
from core.imaging.images import Image, Uint8Image
from core.imaging.metrics import psnr, ssim
from core.plugin import Plugin
from core.progress import finish
from core.training import evaluation
from core.training.data import picture_files
from core.training.evaluation import Evaluation, Scores

from .camera import SHOT_NOISE, photograph, sample_camera
from .model import denoise
from .noise import add_noise

SIGMAS = (15, 25, 50)
SHOT_LEVELS = dict(zip(("low", "medium", "high"), np.geomspace(*SHOT_NOISE, 4)[:-1], strict=True))  # the lowest of each
SHOT_RANGE = (SHOT_NOISE[1] / SHOT_NOISE[0]) ** (1 / len(SHOT_LEVELS))

Pipeline = Literal["white", "camera"]
Denoise = Callable[[Image, float | None], Image]  # of a noisy image and its σ, None where it is not known


def evaluate(plugin: Plugin, data: Path, pipeline: Pipeline = "white") -> Evaluation:
    """Score the denoiser on every image of the folder `data` by PSNR (RGB, peak 1) and SSIM.

    Noise comes from a fixed seed, and the result is clipped. Seconds are those of the denoising alone, after a
    warm-up call.

    Args:
        plugin: the denoiser.
        data: folder of clean images.
        pipeline: white: white noise of σ 15, 25 and 50, neither clipped nor rounded, at the known σ. camera: for each
            of three ranges of ISO a random camera with its noise, demosaicing and JPEG at 60 to 98.
    """
    files = picture_files(data)

    def run(noisy: Image, sigma: float | None) -> Image:
        image: Image = plugin.run("denoise", noisy, sigma=sigma).image
        return image

    run(images.composite_on_white(images.load(files[0])), None)  # the first call compiles

    def score_file(path: Path) -> Scores:
        return score(run, images.composite_on_white(images.load(path)), pipeline)

    per_image = evaluation.rows([path.name for path in files], plugin.map(score_file, files))
    return Evaluation(evaluation.mean(per_image), per_image)


def score_pictures(network: keras.Model, pictures: list[Uint8Image], pipeline: Pipeline = "white") -> Scores:
    """Return the mean scores of `network` over clean `pictures`; see `score`."""

    def run(noisy: Image, sigma: float | None) -> Image:
        return finish(denoise(network, noisy, sigma)).image

    return evaluation.mean(score(run, images.from_uint8(picture), pipeline) for picture in pictures)


def score(run: Denoise, clean: Image, pipeline: Pipeline = "white") -> Scores:
    """Return PSNR (dB) and SSIM of `run` on one clean image at each noise level, and seconds per megapixel."""
    scores: Scores = {}
    seconds = 0.0
    cases = make_cases(clean, pipeline)
    for name, (noisy, sigma) in cases.items():
        began = time.perf_counter()
        restored = run(noisy, sigma)
        seconds += time.perf_counter() - began
        scores |= {f"psnr_{name}": psnr(restored, clean), f"ssim_{name}": ssim(restored, clean)}
    megapixels = clean.shape[0] * clean.shape[1] / 1e6
    return scores | {"seconds_per_megapixel": seconds / len(cases) / megapixels}


def make_cases(clean: Image, pipeline: Pipeline) -> dict[str, tuple[Image, float | None]]:
    """Return noisy versions of `clean` by name, each with its σ, or None where no single σ describes the noise."""
    if pipeline == "white":
        return {f"sigma{sigma}": (add_noise(clean, sigma), sigma) for sigma in SIGMAS}
    return {f"camera_{name}": (_photograph(clean, shot), None) for name, shot in SHOT_LEVELS.items()}


def _photograph(clean: Image, lowest_shot: float) -> Image:
    """Return `clean` with the noise of a random camera; which one depends on the picture's size and content."""
    random = np.random.default_rng([int(lowest_shot * 1e9), int(clean.sum())])
    return photograph(clean, sample_camera(random, (lowest_shot, lowest_shot * SHOT_RANGE)), random)
