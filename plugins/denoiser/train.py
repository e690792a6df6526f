"""Training of the denoiser: noise is added to clean patches, and the network predicts the clean patch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import keras
import numpy as np

from core.errors import UserError
from core.imaging.images import Uint8Image, checksum
from core.imaging.metrics import SMALLEST_SCORED
from core.networks import checkpoint
from core.networks.checkpoint import StorageDtype
from core.training import fit, optimizers, settings
from core.training.batches import Batches
from core.training.data import DataError, PatchSampler, read_split
from core.training.datasets import read_mosaics
from core.training.evaluation import Scores
from core.training.fit import Architecture
from core.training.runs import Run

from .model import build_denoiser
from .scoring import evaluate, score_pictures
from .training.pairs import CameraPairSampler, Pairs, sample_white_pairs
from .training.starting import load_start

VALIDATION_PICTURES = 8
VALIDATION_PATCHES = 64
ADAM_LAYERS = ["down0", "noise"]  # the first and the last layer, which Muon leaves to Adam

__all__ = ["Config", "evaluate", "train"]


@dataclass(frozen=True)
class Config(settings.OptimizerSettings):
    """Settings of the denoiser's training."""

    checkpoint: Literal["photographs", "camera", "digits"] = "photographs"
    """photographs, digits: white noise on such images; camera: blind, for photographs as cameras leave them."""
    data: Path | None = Path("data/photos/train")
    """Folder of clean photographs, for --checkpoint photographs and camera."""
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
        arguments = {"widths": self.widths, "blocks": self.blocks}
        return Architecture(build_denoiser, arguments | ({"blind": True} if self.is_blind else {}))

    @property
    def is_blind(self) -> bool:
        """Whether the network is not given the noise level."""
        return self.checkpoint == "camera"


def train(config: Config, run: Run) -> Scores:
    """Train on patches with noise, white of a random σ from 0 to 75 or a camera's, and return held-out scores."""
    pictures, validation, test = read_subject(config)
    keras.utils.set_random_seed(config.seed)
    network = config.architecture.build(config.precision)
    if config.start:
        load_start(network, config.start)
    network.compile(optimizers.make_optimizer(config, ADAM_LAYERS), loss=config.loss)
    power = {"mae": 1, "mse": 2}[config.loss]
    sample = make_sampler(config, pictures)
    batches = Batches(lambda random: sample(config.batch, random, power), config.steps, config.seed)
    unseen = make_sampler(config, validation)(VALIDATION_PATCHES, np.random.default_rng(config.seed), power)
    fit.fit(network, batches, unseen, config, run)

    trained = config.architecture.rebuild(network)
    checkpoint.quantize(trained, storage_of)
    scores = score_pictures(trained, test, "camera" if config.is_blind else "white")
    data = {"subject": config.checkpoint, "pictures": len(pictures), "sha256": checksum(pictures)}
    return fit.save_result(trained, config.architecture, scores, fit.provenance(config, data, run), run, storage_of)


def storage_of(path: str) -> StorageDtype:
    """Return the dtype that a weight is stored in, by its path: int8 at the lowest resolution, else float16.

    Two thirds of the weights are there. As int8 they cost less than 0.001 dB; all others too, they cost 0.05 dB.
    """
    return "int8" if path.startswith("middle_") else "float16"


def make_sampler(config: Config, pictures: list[Uint8Image]) -> Callable[[int, np.random.Generator, int], Pairs]:
    """Return a function that samples a batch of training pairs from `pictures`."""
    if config.is_blind:
        return CameraPairSampler(pictures, config.patch).sample
    return partial(sample_white_pairs, PatchSampler(pictures, config.patch))


def read_subject(config: Config) -> tuple[list[Uint8Image], list[Uint8Image], list[Uint8Image]]:
    """Return the images to train on, those of the validation loss, and those to score."""
    if config.checkpoint == "digits":
        return read_mosaics(config.mnist, VALIDATION_PICTURES)
    pictures, validation, test = read_split(config.data, config.test, VALIDATION_PICTURES)
    if min(side for picture in test for side in picture.shape[:2]) < SMALLEST_SCORED:
        raise DataError(f"a picture to score has a side below {SMALLEST_SCORED} pixels, too small for SSIM: remove it.")
    return pictures, validation, test
