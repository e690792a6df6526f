"""Training and evaluation of the denoiser: noise is added to clean patches, the network predicts the clean patch."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import keras
import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Image, Uint8Image, checksum
from core.imaging.metrics import SMALLEST_SCORED, psnr, ssim
from core.networks import checkpoint
from core.plugin import Plugin
from core.progress import finish
from core.training import evaluation, fit, optimizers, settings
from core.training.batches import Batches
from core.training.data import DataError, PatchSampler, picture_files, read_split
from core.training.datasets import read_mosaics
from core.training.evaluation import Evaluation, Scores
from core.training.fit import Architecture
from core.training.runs import Run

from .model import build_denoiser, denoise
from .noise import MAX_SIGMA, add_noise

SIGMAS = (15, 25, 50)
VALIDATION_PICTURES = 8
VALIDATION_PATCHES = 64


@dataclass(frozen=True)
class Config(settings.Settings):
    """Settings of the denoiser's training."""

    checkpoint: Literal["photographs", "digits"] = "photographs"
    """Which checkpoint to train: its name is the kind of images that it is trained on."""
    data: Path | None = Path("data/photos/train")
    """Folder of clean photographs, for --checkpoint photographs."""
    test: Path | None = None
    """Folder of held-out photographs to score the result on; left out, some of --data are held out."""
    mnist: Path | None = None
    """Folder of MNIST's idx files, for --checkpoint digits; left out, Keras downloads them."""
    patch: int = 96
    """Side of a training patch in pixels, a multiple of 8."""
    widths: tuple[int, ...] = (40, 80, 160)
    """Channels at 1/2, 1/4, 1/8 of the resolution."""
    blocks: tuple[int, ...] = (1, 2, 3)
    """Residual blocks at each of these resolutions."""
    loss: Literal["mae", "mse"] = "mae"
    """Mean absolute error (mae) converges faster; mean squared error (mse) is what PSNR measures: use it last."""
    start: Path | None = None
    """Folder of a checkpoint of the same widths and blocks to start from; left out, random initialization."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.widths or len(self.widths) != len(self.blocks) or min(self.widths + self.blocks) < 1:
            raise UserError(f"--widths {self.widths} and --blocks {self.blocks} must be as many, and at least 1 each.")
        if self.patch < 1 or self.patch % 2 ** len(self.widths):
            raise UserError(
                f"--patch is {self.patch}: use a multiple of {2 ** len(self.widths)} (one halving a level)."
            )

    @property
    def architecture(self) -> Architecture:
        """The network to train."""
        return Architecture(build_denoiser, {"widths": self.widths, "blocks": self.blocks})


def train(config: Config, run: Run) -> Scores:
    """Train on patches with noise of a random σ from 0 to 75, and return scores on held-out images."""
    pictures, validation, test = read_subject(config)
    keras.utils.set_random_seed(config.seed)
    network = config.architecture.build(config.precision)
    if config.start:
        checkpoint.load_weights(network, config.start)
    network.compile(optimizers.adam(config), loss=config.loss)
    sampler = PatchSampler(pictures, config.patch)
    power = {"mae": 1, "mse": 2}[config.loss]
    batches = Batches(lambda random: sample_pairs(sampler, config.batch, random, power), config.steps, config.seed)
    held_out = PatchSampler(validation, config.patch)
    unseen = sample_pairs(held_out, VALIDATION_PATCHES, np.random.default_rng(config.seed), power)
    fit.fit(network, batches, unseen, config, run)

    trained = config.architecture.rebuild(network)
    scores = score_pictures(trained, test)
    data = {"subject": config.checkpoint, "pictures": len(pictures), "sha256": checksum(pictures)}
    return fit.save_result(
        trained, config.architecture, scores, fit.provenance(config, data, run), run, storage="float16"
    )


def score_pictures(network: keras.Model, pictures: list[Uint8Image]) -> Scores:
    """Return the mean scores of `network` over clean `pictures`; see `score`."""

    def run(noisy: Image, sigma: float) -> Image:
        return finish(denoise(network, noisy, sigma)).image

    return evaluation.mean(score(run, images.from_uint8(picture)) for picture in pictures)


def evaluate(plugin: Plugin, data: Path) -> Evaluation:
    """Score the denoiser on every image of the folder `data`: PSNR and SSIM at σ 15, 25 and 50.

    Noise comes from a fixed seed and is added to the float image, neither clipped nor rounded; the result is
    clipped; PSNR is over RGB, peak 1. Seconds are those of the denoising alone, after a warm-up call.
    """
    files = picture_files(data)

    def run(noisy: Image, sigma: float) -> Image:
        image: Image = plugin.run("denoise", noisy, sigma=sigma).image
        return image

    run(images.composite_on_white(images.load(files[0])), 25)  # the first call compiles
    per_image = [{"image": path.name} | score(run, images.composite_on_white(images.load(path))) for path in files]
    return Evaluation(evaluation.mean(per_image), per_image)


def score(run: Callable[[Image, float], Image], clean: Image) -> Scores:
    """Return PSNR (dB) and SSIM at each σ of `run(noisy, sigma)` on one clean image, and seconds per megapixel."""
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


def sample_pairs(
    sampler: PatchSampler, count: int, random: np.random.Generator, power: int = 1
) -> tuple[tuple[Image, Image], Image, NDArray[np.float32]]:
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
    weight = 0.1 / (level[..., 0] + np.float32(0.03)) ** power
    noisy = clean + level * random.standard_normal(clean.shape, np.float32)
    return (noisy, np.broadcast_to(level, (*clean.shape[:3], 1))), clean, weight


def read_subject(config: Config) -> tuple[list[Uint8Image], list[Uint8Image], list[Uint8Image]]:
    """Return the images to train on, those of the validation loss, and those to score."""
    if config.checkpoint == "digits":
        return read_mosaics(config.mnist, VALIDATION_PICTURES)
    pictures, validation, test = read_split(config.data, config.test, VALIDATION_PICTURES)
    if min(side for picture in test for side in picture.shape[:2]) < SMALLEST_SCORED:
        raise DataError(f"a picture to score has a side below {SMALLEST_SCORED} pixels, too small for SSIM: remove it.")
    return pictures, validation, test
