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
from core.training.data import PatchSampler, picture_files, read_split
from core.training.datasets import read_mosaics
from core.training.evaluation import Evaluation, Scores
from core.training.runs import Run

from .degradation import make_small
from .model import build_super_resolver, upscale
from .resampling import CLEAN, REAL, SCALES, brightness, crop, enlarge

MARGIN = 2  # low-resolution pixels cut off each side of a patch, where shrinking saw the patch's border
VALIDATION_PICTURES = 8


@dataclass(frozen=True)
class Config(settings.Settings):
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
    scale, real = SCALES[config.checkpoint], config.checkpoint == REAL
    pictures, validation, test = read_subject(config)
    for picture in test:
        check_size(picture, scale, "a picture to score")
    keras.utils.set_random_seed(config.seed)
    with device.precision(config.precision):
        network = build_super_resolver(scale, config.width, config.blocks)
    if config.start:
        checkpoint.load_matching_weights(network, config.start / WEIGHTS_FILE)
    network.compile(fit.adam(config), loss="mae")
    size = scale * (config.patch + 2 * MARGIN)
    sampler, unseen = PatchSampler(pictures, size), PatchSampler(validation, size)
    batches = Batches(lambda random: draw_pairs(sampler, config.batch, scale, random, real), config.steps, config.seed)
    held_out = draw_pairs(unseen, 64, scale, np.random.default_rng(config.seed), real)
    fit.fit(network, batches, held_out, config, run)

    trained = build_super_resolver(scale, config.width, config.blocks)  # at full precision: as it is served
    trained.set_weights(network.get_weights())
    prefix = "real_" if real else ""
    scores = evaluation.mean(
        score(lambda low: finish(upscale(trained, low)), *pair(picture, scale, i if real else None), scale, prefix)
        for i, picture in enumerate(map(images.from_uint8, test))
    )
    facts = {"subject": config.subject, "pictures": len(sampler.pictures), "sha256": checksum(sampler.pictures)}
    arguments = {"scale": scale, "width": config.width, "blocks": config.blocks}
    provenance = fit.provenance(config, facts, run)
    fit.save(trained, Checkpoint("build_super_resolver", arguments, scores, provenance), run, "float16")
    return scores


def read_subject(config: Config) -> tuple[list[Uint8Image], list[Uint8Image], list[Uint8Image]]:
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
    low = np.stack([make_small(patch, scale, random if real else None) for patch in high])
    border = scale * MARGIN
    return low[:, MARGIN:-MARGIN, MARGIN:-MARGIN], high[:, border:-border, border:-border]


def evaluate(plugin: Plugin, data: Path, lr: Path | None = None, scale: int | None = None) -> Evaluation:
    """Score every scale on every picture of the folder `data`, beside bicubic interpolation, as the papers do.

    Each picture is cropped to a multiple of the scale, shrunk by antialiased bicubic interpolation, restored, and
    scored by PSNR and SSIM on the brightness (BT.601), `scale` pixels shaved off each border. Scores that begin with
    "real_" are of the network for real photos, on pictures with blur, noise and JPEG drawn from fixed seeds. Where a
    checkpoint is named, only that is scored.

    Args:
        data: folder of large pictures.
        lr: folder of small ones to restore in place of shrunk ones, named alike, with or without x2, x4 behind.
        scale: score this scale only.
    """
    names = [plugin.checkpoint] if plugin.checkpoint else [*CLEAN.values(), REAL]
    names = [name for name in names if scale in (None, SCALES[name]) and not (lr and name == REAL)]
    if not names:
        raise UserError(f"--scale is {scale}: use one of {', '.join(map(str, CLEAN))} that the checkpoint has.")
    if lr and scale is None:
        raise UserError("--lr needs --scale: say by how much its pictures are smaller.")
    per_image = []
    for i, path in enumerate(picture_files(data)):
        picture, scores = images.composite_on_white(images.load(path)), Scores()
        for name in names:
            high, low = pair(picture, SCALES[name], i if name == REAL else None, path.name)
            if lr:
                low = read_low(find_low(lr, path, SCALES[name]), high, SCALES[name])
            restore = partial(plugin.run, "upscale", checkpoint=name)
            if not i:
                restore(low)  # the first call compiles
            scores |= score(restore, high, low, SCALES[name], "real_" if name == REAL else "")
        per_image.append({"image": path.name} | scores)
    return Evaluation(evaluation.mean(per_image), per_image, checkpoint=", ".join(names))


def find_low(folder: Path, high: Path, scale: int) -> Path:
    """Return the small picture in `folder` that belongs to `high`. Raises UserError where there is none."""
    by_stem = {path.stem: path for path in picture_files(folder)}
    for stem in (high.stem, f"{high.stem}x{scale}", f"{high.stem}_x{scale}"):
        if stem in by_stem:
            return by_stem[stem]
    raise UserError(f"{folder} holds no small {high.stem}: name it {high.stem}.png or {high.stem}x{scale}.png.")


def read_low(path: Path, high: Image, scale: int) -> Image:
    """Return the small picture at `path`. Raises UserError where it is not 1/`scale` of `high`."""
    low, (height, width) = images.composite_on_white(images.load(path)), high.shape[:2]
    if low.shape[:2] != (height // scale, width // scale):
        raise UserError(
            f"{path.name} is {low.shape[1]} × {low.shape[0]} pixels: at ×{scale} the large picture, cropped, "
            f"has {width} × {height}, so make it {width // scale} × {height // scale}."
        )
    return low


def pair(picture: Image, scale: int, seed: int | None = None, name: str = "the picture") -> tuple[Image, Image]:
    """Return `picture`, cropped to a multiple of `scale`, and a small copy: shrunk, or, with a `seed`, degraded.

    Raises UserError, with its `name`, where it is too small to be scored.
    """
    check_size(picture, scale, name)
    high = crop(picture, scale)
    return high, make_small(high, scale, None if seed is None else np.random.default_rng(seed))


def check_size(picture: Image | Uint8Image, scale: int, name: str) -> None:
    """Raise UserError, with its `name`, for a picture too small to be scored."""
    least = SMALLEST_SCORED + 3 * scale  # two borders are shaved off, and up to one scale's remainder is cropped
    if min(picture.shape[:2]) < least:
        raise UserError(f"{name} is {picture.shape[1]} × {picture.shape[0]} pixels: use at least {least} each way.")


def score(restore: Callable[[Image], Image], high: Image, low: Image, scale: int, prefix: str = "") -> Scores:
    """Return PSNR (dB) and SSIM on the brightness of what `restore` makes of `low`, and bicubic's."""
    began = time.perf_counter()
    restored = restore(low)
    seconds = time.perf_counter() - began
    if restored.shape != high.shape:
        raise UserError(f"these weights do not enlarge {scale} times: name the checkpoint that they are of.")
    ours, bicubic, wanted = (brightness(image, scale) for image in (restored, enlarge(low, scale), high))
    scores = {
        "psnr_y": psnr(ours, wanted),
        "ssim_y": ssim(ours, wanted),
        "bicubic_psnr_y": psnr(bicubic, wanted),
        "bicubic_ssim_y": ssim(bicubic, wanted),
        "seconds_per_output_megapixel": seconds / (high.shape[0] * high.shape[1] / 1e6),
    }
    return {f"{prefix}{name}_x{scale}": value for name, value in scores.items()}
