"""Training and scoring of the denoiser: clean patches, noise added to them, mean absolute error."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import keras
import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Image, Uint8Image, checksum
from core.imaging.metrics import SMALLEST_SCORED, psnr, ssim
from core.metadata import WEIGHTS_FILE, Checkpoint
from core.networks import checkpoint, device
from core.plugin import Plugin
from core.progress import finish
from core.training import evaluation, fit, settings
from core.training.batches import Batches
from core.training.data import DataError, PatchSampler, picture_files, read_split
from core.training.datasets import read_mosaics
from core.training.evaluation import Evaluation, Scores
from core.training.runs import Run

from .model import build_denoiser, denoise
from .noise import LARGEST_SIGMA, add_noise

SIGMAS = (15, 25, 50)
VALIDATION_PICTURES = 8


@dataclass(frozen=True)
class Config(settings.Settings):
    """What the denoiser's training can be told."""

    checkpoint: Literal["photographs", "digits"] = "photographs"
    """What to train on. A network only knows what it has seen: try it on the other subject."""
    data: Path | None = Path("data/photos/train")
    """Folder of clean photographs, for --checkpoint photographs."""
    test: Path | None = None
    """Folder of other photographs to score the result on; left out, every so many of --data are kept for it."""
    mnist: Path | None = None
    """Folder of MNIST's idx files, for --checkpoint digits; left out, Keras fetches them."""
    patch: int = 96
    """Side of a training patch in pixels, a multiple of 8."""
    widths: tuple[int, ...] = (40, 80, 160)
    """Channels at 1/2, 1/4, 1/8 of the resolution."""
    blocks: tuple[int, ...] = (1, 2, 3)
    """Residual blocks at each of them."""
    loss: Literal["mae", "mse"] = "mae"
    """Mean absolute error learns faster; the mean squared one is what PSNR measures, good for a run's last epochs."""
    start: Path | None = None
    """Folder of a checkpoint of the same widths and blocks to start from; left out, from random numbers."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.widths or len(self.widths) != len(self.blocks) or min(self.widths + self.blocks) < 1:
            raise UserError(f"--widths {self.widths} and --blocks {self.blocks} must be as many, and at least 1 each.")
        if self.patch < 1 or self.patch % 2 ** len(self.widths):
            raise UserError(
                f"--patch is {self.patch}: use a multiple of {2 ** len(self.widths)} (one halving a level)."
            )


def train(config: Config, run: Run) -> Scores:
    """Train on patches with noise of a random σ from 0 to 75, and return scores on pictures never trained on."""
    pictures, validation, test = read_subject(config)
    keras.utils.set_random_seed(config.seed)
    with device.precision(config.precision):
        network = build_denoiser(config.widths, config.blocks)
    if config.start:
        checkpoint.load_weights(network, config.start / WEIGHTS_FILE)
    network.compile(fit.adam(config), loss=config.loss)
    sampler = PatchSampler(pictures, config.patch)
    power = {"mae": 1, "mse": 2}[config.loss]
    batches = Batches(lambda random: draw_pairs(sampler, config.batch, random, power), config.steps, config.seed)
    unseen = draw_pairs(PatchSampler(validation, config.patch), 64, np.random.default_rng(config.seed), power)
    fit.fit(network, batches, unseen, config, run)

    trained = build_denoiser(config.widths, config.blocks)  # at full precision: what is scored is what is served
    trained.set_weights(network.get_weights())
    scores = evaluation.mean(score(partial(run_denoise, trained), picture) for picture in as_images(test))
    facts = {"subject": config.checkpoint, "pictures": len(pictures), "sha256": checksum(pictures)}
    arguments = {"widths": config.widths, "blocks": config.blocks}
    provenance = fit.provenance(config, facts, run)
    fit.save(trained, Checkpoint("build_denoiser", arguments, scores, provenance), run, "float16")
    return scores


def evaluate(plugin: Plugin, data: Path) -> Evaluation:
    """Score the denoiser on every picture of the folder `data`: PSNR and SSIM at σ 15, 25 and 50.

    Noise comes from a fixed seed and is added to the float image, neither clipped nor rounded; the result is
    clipped; PSNR is over RGB, peak 1. Seconds are of the denoising alone, once it is warm.
    """
    files = picture_files(data)

    def run(noisy: Image, sigma: float) -> Image:
        image: Image = plugin.run("denoise", noisy, sigma=sigma).image
        return image

    run(images.composite_on_white(images.load(files[0])), 25)  # the first call compiles
    per_image = [{"image": path.name} | score(run, images.composite_on_white(images.load(path))) for path in files]
    return Evaluation(evaluation.mean(per_image), per_image)


def score(run: Callable[[Image, float], Image], clean: Image) -> Scores:
    """Return PSNR (dB) and SSIM at each σ of `run(noisy, sigma)` on one clean picture, and its speed."""
    scores: Scores = {}
    seconds = 0.0
    for sigma in SIGMAS:
        noisy = add_noise(clean, sigma)
        began = time.perf_counter()
        restored = run(noisy, sigma)
        seconds += time.perf_counter() - began
        scores |= {f"psnr_sigma{sigma}": psnr(restored, clean), f"ssim_sigma{sigma}": ssim(restored, clean)}
    megapixels = clean.shape[0] * clean.shape[1] / 1e6
    return scores | {"seconds_per_megapixel": seconds / len(SIGMAS) / megapixels}


def draw_pairs(
    sampler: PatchSampler, count: int, random: np.random.Generator, power: int = 1
) -> tuple[tuple[Image, Image], Image, NDArray[np.float32]]:
    """Return ((noisy, noise level), clean, weight), each patch with a σ of its own from 0 to 75, small ones more often.

    The larger the σ, the larger the error that cannot be helped; without a weight against it the network neglects
    small ones (trained without, it lost detail even where it was told that there is no noise: 40 dB at σ 0).
    `power` is the loss's: 1 for absolute, 2 for squared errors.
    """
    clean = sampler.draw(count, random)
    level = (LARGEST_SIGMA / 255 * random.random((count, 1, 1, 1)) ** 2).astype(np.float32)
    weight = 0.1 / (level[..., 0] + np.float32(0.03)) ** power  # (n, 1, 1), for the (n, h, w) of the loss
    noisy = clean + level * random.standard_normal(clean.shape, np.float32)
    return (noisy, np.broadcast_to(level, (*clean.shape[:3], 1))), clean, weight


def read_subject(config: Config) -> tuple[list[Uint8Image], list[Uint8Image], list[Uint8Image]]:
    """Return the pictures to train on, to watch the training by, and to score."""
    if config.checkpoint == "digits":
        return read_mosaics(config.mnist, VALIDATION_PICTURES)
    pictures, validation, test = read_split(config.data, config.test, VALIDATION_PICTURES)
    if min(side for picture in test for side in picture.shape[:2]) < SMALLEST_SCORED:
        raise DataError(f"a picture to score has a side below {SMALLEST_SCORED} pixels, too small for SSIM: remove it.")
    return pictures, validation, test


def as_images(pictures: Iterable[Uint8Image]) -> Iterator[Image]:
    """Yield each picture (0 to 255) as an image (0 to 1)."""
    return (images.from_uint8(picture) for picture in pictures)


def run_denoise(network: keras.Model, noisy: Image, sigma: float) -> Image:
    """Return what `denoise` makes of `noisy`."""
    return finish(denoise(network, noisy, sigma)).image
