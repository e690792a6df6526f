"""Training and evaluation of the super-resolver on pairs of high- and low-resolution patches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import keras
import numpy as np

from core.errors import UserError, check_range
from core.imaging import images
from core.imaging.images import Image, Uint8Image, checksum
from core.plugin import Plugin
from core.progress import finish
from core.training import evaluation, fit, optimizers, settings
from core.training.batches import Batches
from core.training.data import PatchSampler, picture_files, read_split
from core.training.datasets import read_mosaics
from core.training.evaluation import Evaluation, Scores
from core.training.fit import Architecture
from core.training.runs import Run

from .degradation import make_low
from .model import build_super_resolver, upscale
from .resampling import CLEAN_CHECKPOINTS, REAL_CHECKPOINT, SCALES
from .scoring import check_size, find_low, make_pair, read_low, score
from .training.pairs import PairSampler, make_pairs
from .training.widening import load_narrower_weights

Sample = Callable[[int, np.random.Generator], tuple[Image, Image]]  # of a batch (low, high), given its size
MARGIN = 2  # low-resolution pixels cut off each side of a patch, where the filter reached over the patch's border
VALIDATION_PICTURES = 8
VALIDATION_PATCHES = 64
ADAM_LAYERS = ["head", "subpixels"]  # the first and the last layer, which Muon leaves to Adam


@dataclass(frozen=True)
class Config(settings.OptimizerSettings):
    """Settings of the super-resolver's training."""

    checkpoint: Literal["x4", "x3", "x2", "x4_real", "digits"] = "x4"
    """The upscaling factor; x4_real: for blurred, noisy and JPEG-compressed inputs; digits: MNIST, ×2."""
    data: Path | None = Path("data/photos/train")
    """Folder of large photographs."""
    test: Path | None = None
    """Folder of held-out photographs to score the result on; left out, some of --data are held out."""
    mnist: Path | None = None
    """Folder of MNIST's idx files, for --checkpoint digits; left out, Keras downloads them."""
    teacher: Path | None = None
    """Folder of another network's outputs for the downscaled --data, same names, as targets; for x4, x3 and x2."""
    patch: int = 48
    """Side of a training patch in low-resolution pixels."""
    width: int = 48
    """Channels."""
    blocks: int = 10
    """Residual blocks."""
    start: Path | None = None
    """Folder of a checkpoint of at most this width and blocks, of any scale, to start from; else random weights."""

    @property
    def scale(self) -> int:
        """The upscaling factor."""
        return SCALES[self.checkpoint]

    @property
    def real(self) -> bool:
        """Whether low-resolution patches are degraded rather than only downscaled."""
        return self.checkpoint == REAL_CHECKPOINT

    @property
    def subject(self) -> str:
        """The kind of images."""
        return "digits" if self.checkpoint == "digits" else "photographs"

    @property
    def architecture(self) -> Architecture:
        """The network to train."""
        arguments = {"scale": self.scale, "width": self.width, "blocks": self.blocks}
        return Architecture(build_super_resolver, arguments)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("patch", "width", "blocks"):
            check_range(f"--{name}", getattr(self, name), 1)
        if self.teacher and self.checkpoint not in CLEAN_CHECKPOINTS.values():
            raise UserError(
                f"--teacher is not for {self.checkpoint}: use it with {', '.join(CLEAN_CHECKPOINTS.values())}."
            )


def train(config: Config, run: Run) -> Scores:
    """Train on pairs of patches by mean absolute error, and return scores on held-out images."""
    pictures, validation, test = read_subject(config)
    for picture in test:
        check_size(picture, config.scale, "a picture to score")
    keras.utils.set_random_seed(config.seed)
    network = config.architecture.build(config.precision)
    if config.start:
        load_narrower_weights(network, config.start)
    network.compile(optimizers.make_optimizer(config, ADAM_LAYERS), loss="mae")
    sample, sample_held_out = make_samplers(config, pictures, validation)
    batches = Batches(partial(sample, config.batch), config.steps, config.seed)
    held_out = sample_held_out(VALIDATION_PATCHES, np.random.default_rng(config.seed))
    fit.fit(network, batches, held_out, config, run)

    trained = config.architecture.rebuild(network)
    scores = score_pictures(trained, test, config)
    data = {"subject": config.subject, "pictures": len(pictures), "sha256": checksum(pictures)}
    return fit.save_result(
        trained, config.architecture, scores, fit.provenance(config, data, run), run, storage="float16"
    )


def make_samplers(config: Config, pictures: list[Uint8Image], validation: list[Uint8Image]) -> tuple[Sample, Sample]:
    """Return the functions that sample batches (low, high) for training and for the validation loss.

    Patches are cut from pictures that are downscaled once; for real photos, each patch is degraded on its own.
    The targets of the training are those in `config.teacher`, if given; those of the validation never are.
    """
    if config.real:
        size = config.scale * (config.patch + 2 * MARGIN)
        training, held_out = PatchSampler(pictures, size), PatchSampler(validation, size)
        return partial(sample_degraded_pairs, training), partial(sample_degraded_pairs, held_out)
    targets = read_split(config.teacher, None, VALIDATION_PICTURES)[0] if config.teacher else None
    pairs, held_out_pairs = make_pairs(pictures, config.scale, targets), make_pairs(validation, config.scale)
    return PairSampler(pairs, config.patch).sample, PairSampler(held_out_pairs, config.patch).sample


def score_pictures(network: keras.Model, pictures: list[Uint8Image], config: Config) -> Scores:
    """Return the mean scores of `network` over high-resolution `pictures`; see `score`."""

    def restore(low: Image) -> Image:
        return finish(upscale(network, low))

    prefix = "real_" if config.real else ""
    pairs = (
        make_pair(images.from_uint8(picture), config.scale, i if config.real else None)
        for i, picture in enumerate(pictures)
    )
    return evaluation.mean(score(restore, *pair, config.scale, prefix) for pair in pairs)


def read_subject(config: Config) -> tuple[list[Uint8Image], list[Uint8Image], list[Uint8Image]]:
    """Return the images to train on, those of the validation loss, and those to score."""
    if config.subject == "digits":
        return read_mosaics(config.mnist, VALIDATION_PICTURES)
    return read_split(config.data, config.test, VALIDATION_PICTURES)


def sample_degraded_pairs(sampler: PatchSampler, count: int, random: np.random.Generator) -> tuple[Image, Image]:
    """Return a batch (low, high) of patches for `x4_real`, each degraded on its own.

    Args:
        sampler: where the high-resolution patches come from; each is `2 * scale * MARGIN` pixels larger than asked
            for, and this margin is cut off after downscaling.
        count: patches in the batch.
        random: generator of patches and degradations.
    """
    scale = SCALES[REAL_CHECKPOINT]
    high = sampler.sample(count, random)
    low = np.stack([make_low(patch, scale, random) for patch in high])
    border = scale * MARGIN
    return low[:, MARGIN:-MARGIN, MARGIN:-MARGIN], high[:, border:-border, border:-border]


def evaluate(plugin: Plugin, data: Path, lr: Path | None = None, scale: int | None = None) -> Evaluation:
    """Score every scale on every image of the folder `data`, beside bicubic interpolation, as the papers do.

    Each image is cropped to a multiple of the scale, downscaled by antialiased bicubic interpolation, restored, and
    scored by PSNR and SSIM on the luma (BT.601), `scale` pixels cut off each border. Scores that begin with "real_" are
    those of the checkpoint for real photos, on images with blur, noise and JPEG compression from fixed seeds. If a
    checkpoint is named, only that one is scored.

    Args:
        data: folder of high-resolution images.
        lr: folder of low-resolution images to restore instead; same names, with or without the suffix x2, x3 or x4.
        scale: score this scale only.
    """
    names = [plugin.checkpoint] if plugin.checkpoint else [*CLEAN_CHECKPOINTS.values(), REAL_CHECKPOINT]
    names = [name for name in names if scale in (None, SCALES[name]) and not (lr and name == REAL_CHECKPOINT)]
    if not names:
        raise UserError(
            f"--scale is {scale}: use one of {', '.join(map(str, CLEAN_CHECKPOINTS))} that the checkpoint has."
        )
    if lr and scale is None:
        raise UserError("--lr needs --scale: say by how much its pictures are smaller.")
    files = picture_files(data)
    restore = {name: partial(plugin.run, "upscale", checkpoint=name) for name in names}

    def pairs_of(index: int) -> Iterator[tuple[str, Image, Image]]:
        picture, name = images.composite_on_white(images.load(files[index])), files[index].name
        for checkpoint in names:
            scale = SCALES[checkpoint]
            high, low = make_pair(picture, scale, index if checkpoint == REAL_CHECKPOINT else None, name)
            yield checkpoint, high, read_low(find_low(lr, files[index], scale), high, scale) if lr else low

    def score_file(index: int) -> Scores:
        scores = Scores()
        for checkpoint, high, low in pairs_of(index):
            prefix = "real_" if checkpoint == REAL_CHECKPOINT else ""
            scores |= score(restore[checkpoint], high, low, SCALES[checkpoint], prefix)
        return scores

    for checkpoint, _, low in pairs_of(0):
        restore[checkpoint](low)  # the first call compiles
    per_image = evaluation.rows([path.name for path in files], plugin.map(score_file, range(len(files))))
    return Evaluation(evaluation.mean(per_image), per_image, checkpoint=", ".join(names))
