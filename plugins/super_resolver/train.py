"""Trains the super-resolver on photographs and their shrunk copies, and scores it beside bicubic interpolation."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import keras
import numpy as np

from core import checkpoint, device, evaluation, images, training
from core.checkpoint import Checkpoint
from core.data import Batches, PatchSampler, checksum, picture_files, read_split
from core.errors import UserError
from core.evaluation import Evaluation, Scores
from core.images import Image
from core.manifest import NUMBERS
from core.metrics import luma, psnr, shave, ssim
from core.plugin import Plugin
from core.steps import finish
from core.training import Run

from .model import build_super_resolver, upscale
from .shrinking import crop, enlarge, shrink

SCALES = {"x2": 2, "x4": 4}
MARGIN = 2  # low-resolution pixels cut off each side of a patch, where shrinking saw the patch's border
VALIDATION_PICTURES = 8


@dataclass(frozen=True)
class Config(training.Settings):
    """What the super-resolver's training can be told."""

    checkpoint: Literal["x4", "x2"] = "x4"
    """How many times larger."""
    data: Path | None = Path("data/photos/train")
    """Folder of photographs, large ones."""
    test: Path | None = None
    """Folder of other photographs to score the result on; left out, every so many of --data are kept for it."""
    patch: int = 48
    """Side of a training patch in pixels of the low resolution."""
    width: int = 48
    """Channels."""
    blocks: int = 10
    """Residual blocks."""
    start: Path | None = None
    """Folder of a checkpoint of the same width and blocks, of any scale, to start from; left out, random numbers."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("patch", "width", "blocks"):
            if getattr(self, name) < 1:
                raise UserError(f"--{name} is {getattr(self, name)}: use at least 1.")


def train(config: Config, run: Run) -> Scores:
    """Train on pairs of patches by mean absolute error, and return scores on pictures never trained on."""
    scale = SCALES[config.checkpoint]
    pictures, validation, test = read_split(config.data, config.test, VALIDATION_PICTURES)
    keras.utils.set_random_seed(config.seed)
    with device.precision(config.precision):
        network = build_super_resolver(scale, config.width, config.blocks)
    if config.start:
        checkpoint.fill_alike(network, config.start / NUMBERS)
    network.compile(training.adam(config), loss="mae")
    size = scale * (config.patch + 2 * MARGIN)
    sampler, unseen = PatchSampler(pictures, size), PatchSampler(validation, size)
    batches = Batches(lambda random: draw_pairs(sampler, config.batch, scale, random), config.steps, config.seed)
    held_out = draw_pairs(unseen, 64, scale, np.random.default_rng(config.seed))
    training.fit(network, batches, held_out, config, run)

    trained = build_super_resolver(scale, config.width, config.blocks)  # at full precision: as it is served
    trained.set_weights(network.get_weights())
    scores = evaluation.mean(
        score(lambda low: finish(upscale(trained, low)), picture.astype(np.float32) / np.float32(255), scale)
        for picture in test
    )
    facts = {"subject": "photographs", "pictures": len(pictures), "sha256": checksum(pictures)}
    arguments = {"scale": scale, "width": config.width, "blocks": config.blocks}
    provenance = training.provenance(config, facts, run)
    if config.start:
        provenance["started_from"] = checkpoint.read(config.start).provenance
    training.save(trained, Checkpoint("build_super_resolver", arguments, scores, provenance), run, dtype="float16")
    return scores


def draw_pairs(sampler: PatchSampler, count: int, scale: int, random: np.random.Generator) -> tuple[Image, Image]:
    """Return (low, high): `count` patches shrunk, and as they were, without the border that shrinking changed."""
    high = sampler.draw(count, random)
    low = np.stack([shrink(patch, scale) for patch in high])
    border = scale * MARGIN
    return low[:, MARGIN:-MARGIN, MARGIN:-MARGIN], high[:, border:-border, border:-border]


def evaluate(plugin: Plugin, data: Path, lr: Path | None = None, scale: int | None = None) -> Evaluation:
    """Score every scale on every picture of the folder `data`, beside bicubic interpolation, as the papers do.

    Each picture is cropped to a multiple of the scale, shrunk by antialiased bicubic interpolation, restored, and
    scored by PSNR and SSIM on the brightness (BT.601), `scale` pixels shaved off each border.

    Args:
        data: folder of large pictures.
        lr: folder of small ones to restore in place of shrunk ones, named alike, with or without x2, x4 behind.
        scale: score this scale only.
    """
    scales = {name: each for name, each in SCALES.items() if scale in (None, each)}
    if not scales:
        raise UserError(f"--scale is {scale}: use one of {', '.join(map(str, SCALES.values()))}.")
    if lr and scale is None:
        raise UserError("--lr needs --scale: say by how much its pictures are smaller.")
    per_image = []
    for path in picture_files(data):
        high, scores = images.flatten(images.load(path)), Scores()
        for name, each in scales.items():
            low = images.flatten(images.load(find_low(lr, path, each))) if lr else None

            def restore(small: Image, name: str = name) -> Image:
                large: Image = plugin.run("upscale", small, checkpoint=name)
                return large

            scores |= score(restore, high, each, low)
        per_image.append({"image": path.name} | scores)
    return Evaluation(evaluation.mean(per_image), per_image)


def find_low(folder: Path, high: Path, scale: int) -> Path:
    """Return the small picture in `folder` that belongs to `high`. Raises UserError where there is none."""
    for stem in (high.stem, f"{high.stem}x{scale}", f"{high.stem}_x{scale}"):
        for path in sorted(folder.glob(f"{stem}.*")):
            return path
    raise UserError(f"{folder} holds no small {high.stem}: name it {high.stem}.png or {high.stem}x{scale}.png.")


def score(restore: Callable[[Image], Image], picture: Image, scale: int, low: Image | None = None) -> Scores:
    """Return PSNR (dB) and SSIM on the brightness of what `restore` makes of a shrunk picture, and bicubic's."""
    high = crop(picture, scale)
    small = shrink(high, scale) if low is None else low
    if small.shape[0] * scale != high.shape[0] or small.shape[1] * scale != high.shape[1]:
        raise UserError(
            f"a small picture of {small.shape[1::-1]} pixels does not belong to one of {high.shape[1::-1]}."
        )
    began = time.perf_counter()
    restored = restore(small)
    seconds = time.perf_counter() - began
    bicubic, wanted = brightness(enlarge(small, scale), scale), brightness(high, scale)
    ours = brightness(images.to_uint8(restored).astype(np.float32) / np.float32(255), scale)  # as a file would hold it
    return {
        f"psnr_y_x{scale}": psnr(ours, wanted),
        f"ssim_y_x{scale}": ssim(ours, wanted),
        f"bicubic_psnr_y_x{scale}": psnr(bicubic, wanted),
        f"bicubic_ssim_y_x{scale}": ssim(bicubic, wanted),
        f"seconds_per_output_megapixel_x{scale}": seconds / (high.shape[0] * high.shape[1] / 1e6),
    }


def brightness(image: Image, scale: int) -> Image:
    """Return the brightness of `image` where it is scored."""
    return shave(luma(image), scale)
