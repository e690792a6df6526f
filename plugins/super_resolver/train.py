"""Trains the super-resolver on photographs and their shrunk copies, and scores it beside bicubic interpolation."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import keras
import numpy as np

from core import checkpoint, device, evaluation, images, training
from core.checkpoint import Checkpoint
from core.data import Batches, Bytes, PatchSampler, checksum, picture_files, read_split
from core.datasets import read_mosaics
from core.errors import UserError
from core.evaluation import Evaluation, Scores
from core.images import Image
from core.manifest import NUMBERS
from core.metrics import psnr, ssim
from core.plugin import Plugin
from core.steps import finish
from core.training import Run

from .degradation import degrade
from .model import build_super_resolver, upscale
from .shrinking import brightness, crop, enlarge, shrink

SCALES = {"x4": 4, "x3": 3, "x2": 2, "x4_real": 4, "digits": 2}
CLEAN = {scale: f"x{scale}" for scale in (2, 3, 4)}
REAL = {4: "x4_real"}
MARGIN = 2  # low-resolution pixels cut off each side of a patch, where shrinking saw the patch's border
VALIDATION_PICTURES = 8


@dataclass(frozen=True)
class Config(training.Settings):
    """What the super-resolver's training can be told."""

    checkpoint: Literal["x4", "x3", "x2", "x4_real", "digits"] = "x4"
    """How many times larger; x4_real: from pictures that are blurred, noisy and JPEGs; digits: MNIST, twice."""
    data: Path | None = Path("data/photos/train")
    """Folder of photographs, large ones."""
    test: Path | None = None
    """Folder of other photographs to score the result on; left out, every so many of --data are kept for it."""
    mnist: Path | None = None
    """Folder of MNIST's idx files, for --checkpoint digits; left out, Keras fetches them."""
    patch: int = 48
    """Side of a training patch in pixels of the low resolution."""
    width: int = 48
    """Channels."""
    blocks: int = 10
    """Residual blocks."""
    start: Path | None = None
    """Folder of a checkpoint of the same width and blocks, of any scale, to start from; left out, random numbers."""

    @property
    def subject(self) -> str:
        """What the pictures show."""
        return "digits" if self.checkpoint == "digits" else "photographs"

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("patch", "width", "blocks"):
            if getattr(self, name) < 1:
                raise UserError(f"--{name} is {getattr(self, name)}: use at least 1.")


def train(config: Config, run: Run) -> Scores:
    """Train on pairs of patches by mean absolute error, and return scores on pictures never trained on."""
    scale, real = SCALES[config.checkpoint], config.checkpoint in REAL.values()
    pictures, validation, test = read_subject(config)
    keras.utils.set_random_seed(config.seed)
    with device.precision(config.precision):
        network = build_super_resolver(scale, config.width, config.blocks)
    if config.start:
        checkpoint.fill_alike(network, config.start / NUMBERS)
    network.compile(training.adam(config), loss="mae")
    size = scale * (config.patch + 2 * MARGIN)
    sampler, unseen = PatchSampler(pictures, size), PatchSampler(validation, size)
    batches = Batches(lambda random: draw_pairs(sampler, config.batch, scale, random, real), config.steps, config.seed)
    held_out = draw_pairs(unseen, 64, scale, np.random.default_rng(config.seed), real)
    training.fit(network, batches, held_out, config, run)

    trained = build_super_resolver(scale, config.width, config.blocks)  # at full precision: as it is served
    trained.set_weights(network.get_weights())
    prefix = "real_" if real else ""
    scores = evaluation.mean(
        score(lambda low: finish(upscale(trained, low)), *pair(picture, scale, i if real else None), scale, prefix)
        for i, picture in enumerate(map(images.from_uint8, test))
    )
    facts = {"subject": config.subject, "pictures": len(pictures), "sha256": checksum(pictures)}
    arguments = {"scale": scale, "width": config.width, "blocks": config.blocks}
    provenance = training.provenance(config, facts, run)
    training.save(trained, Checkpoint("build_super_resolver", arguments, scores, provenance), run, dtype="float16")
    return scores


def read_subject(config: Config) -> tuple[list[Bytes], list[Bytes], list[Bytes]]:
    """Return the pictures to train on, to watch the training by, and to score."""
    if config.subject == "digits":
        return read_mosaics(config.mnist, VALIDATION_PICTURES)
    return read_split(config.data, config.test, VALIDATION_PICTURES)


def draw_pairs(
    sampler: PatchSampler, count: int, scale: int, random: np.random.Generator, real: bool = False
) -> tuple[Image, Image]:
    """Return (low, high): `count` patches made small, and as they were, without the border that shrinking changed.

    They are shrunk, or, where `real`, degraded.
    """
    high = sampler.draw(count, random)
    low = np.stack([degrade(patch, scale, random) if real else shrink(patch, scale) for patch in high])
    border = scale * MARGIN
    return low[:, MARGIN:-MARGIN, MARGIN:-MARGIN], high[:, border:-border, border:-border]


def evaluate(plugin: Plugin, data: Path, lr: Path | None = None, scale: int | None = None) -> Evaluation:
    """Score every scale on every picture of the folder `data`, beside bicubic interpolation, as the papers do.

    Each picture is cropped to a multiple of the scale, shrunk by antialiased bicubic interpolation, restored, and
    scored by PSNR and SSIM on the brightness (BT.601), `scale` pixels shaved off each border. Scores that begin with
    "real_" are of the network for real photos, on pictures with blur, noise and JPEG drawn from fixed seeds.

    Args:
        data: folder of large pictures.
        lr: folder of small ones to restore in place of shrunk ones, named alike, with or without x2, x4 behind.
        scale: score this scale only.
    """
    if scale not in (None, *CLEAN):
        raise UserError(f"--scale is {scale}: use one of {', '.join(map(str, CLEAN))}.")
    if lr and scale is None:
        raise UserError("--lr needs --scale: say by how much its pictures are smaller.")
    scales = [each for each in CLEAN if scale in (None, each)]
    for each in scales:  # the first call compiles
        for name in {CLEAN[each], REAL.get(each, CLEAN[each])}:
            plugin.run("upscale", np.zeros((8, 8, 3), np.float32), checkpoint=name)
    per_image = []
    for i, path in enumerate(picture_files(data)):
        picture, scores = images.flatten(images.load(path)), Scores()
        for each in scales:
            high, low = pair(picture, each)
            if lr:
                low = images.flatten(images.load(find_low(lr, path, each)))
            scores |= score(partial(plugin.run, "upscale", checkpoint=CLEAN[each]), high, low, each)
            if each in REAL and not lr:
                low = pair(picture, each, seed=i)[1]
                scores |= score(partial(plugin.run, "upscale", checkpoint=REAL[each]), high, low, each, "real_")
        per_image.append({"image": path.name} | scores)
    return Evaluation(evaluation.mean(per_image), per_image)


def find_low(folder: Path, high: Path, scale: int) -> Path:
    """Return the small picture in `folder` that belongs to `high`. Raises UserError where there is none."""
    for stem in (high.stem, f"{high.stem}x{scale}", f"{high.stem}_x{scale}"):
        for path in sorted(folder.glob(f"{stem}.*")):
            return path
    raise UserError(f"{folder} holds no small {high.stem}: name it {high.stem}.png or {high.stem}x{scale}.png.")


def pair(picture: Image, scale: int, seed: int | None = None) -> tuple[Image, Image]:
    """Return `picture`, cropped to a multiple of `scale`, and a small copy: shrunk, or, with a `seed`, degraded."""
    high = crop(picture, scale)
    return high, shrink(high, scale) if seed is None else degrade(high, scale, np.random.default_rng(seed))


def score(restore: Callable[[Image], Image], high: Image, low: Image, scale: int, prefix: str = "") -> Scores:
    """Return PSNR (dB) and SSIM on the brightness of what `restore` makes of `low`, and bicubic's."""
    if high.shape[:2] != (scale * low.shape[0], scale * low.shape[1]):
        raise UserError(f"a small picture of {low.shape[1::-1]} pixels does not belong to one of {high.shape[1::-1]}.")
    began = time.perf_counter()
    restored = restore(low)
    seconds = time.perf_counter() - began
    ours, bicubic, wanted = (brightness(image, scale) for image in (restored, enlarge(low, scale), high))
    scores = {
        "psnr_y": psnr(ours, wanted),
        "ssim_y": ssim(ours, wanted),
        "bicubic_psnr_y": psnr(bicubic, wanted),
        "bicubic_ssim_y": ssim(bicubic, wanted),
        "seconds_per_output_megapixel": seconds / (high.shape[0] * high.shape[1] / 1e6),
    }
    return {f"{prefix}{name}_x{scale}": value for name, value in scores.items()}
