"""Trains AdaIN's decoder on photos and paintings, and scores feed-forward and iterative style transfer."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np

from core.errors import UserError
from core.imaging import images, resizing
from core.imaging.images import Image, Uint8Image
from core.metadata import WEIGHTS_FILE, CheckpointError
from core.networks import checkpoint, device
from core.networks.checkpoint import StorageDtype
from core.plugin import Plugin
from core.progress import finish
from core.training import data, evaluation, fit, optimizers
from core.training.batches import Batches
from core.training.callbacks import StopOnDivergence
from core.training.data import DataError
from core.training.evaluation import Evaluation, Scores
from core.training.runs import Run

from . import model
from .metrics import StyleScores, score_image
from .networks.decoder import DECODER, DECODER_LAYERS
from .networks.vgg import VGG
from .options import OptimizeOptions
from .training.batches import sample_pairs
from .training.config import Config
from .training.styles import StudentBatches, compute_targets
from .training.trainer import DecoderTrainer, PerceptualTrainer, StudentTrainer
from .vgg_layers import LAYERS

HELD_OUT = 12  # photos and paintings for validation, and for the scores where no test folder is given
VALIDATION_PAIRS = 16
BUNDLED = Path(__file__).parent / "weights" / "adain"  # its VGG computes the losses
SCORED_SIDE = 512  # pixels
VGG_LAYERS = ("preprocess", *LAYERS)
EDGE_LAYERS = "content_half", "style_half", "to_full"  # of the student, next to images: Muon leaves them to Adam

Method = Callable[[Image, Image], Image]  # from a content and a style image to the stylized image
Scorer = Callable[[Image, Image, Image], StyleScores]  # of a stylized, a content and a style image


@dataclass(frozen=True)
class IterativeScoring:
    """Whether and how `evaluate` scores iterative style transfer."""

    iterative: bool = True
    """Score iterative style transfer (Gatys) too, which takes long."""
    size: int = 256
    """Side of its images in pixels."""
    steps: int = 100
    """Evaluations of the loss for each image."""


DEFAULT_SCORING = IterativeScoring()


def train(config: Config, run: Run) -> Scores:
    """Train AdaIN's decoder or the student, and return its scores on held-out photos and paintings."""
    photos, validation_photos, test_photos = data.read_split(config.data, config.test, HELD_OUT)
    paintings, validation_paintings, test_paintings = data.read_split(config.paintings, config.test_paintings, HELD_OUT)
    keras.utils.set_random_seed(config.seed)
    prepare = prepare_student if config.checkpoint == "student" else prepare_decoder
    prepared = prepare(config, Pictures(photos, paintings), Pictures(validation_photos, validation_paintings))
    any_loss = StopOnDivergence(run, math.inf)  # only NaN is divergence: a few pairs have a huge loss
    fit.fit(prepared.trainer, prepared.batches, prepared.validation, config, run, [any_loss])

    network = prepared.architecture.rebuild(prepared.network)
    scores = score_stored(network, prepared.scoring or network, Pictures(test_photos, test_paintings))
    facts = {"subject": "photographs and paintings", "photos": len(photos), "paintings": len(paintings)}
    facts["sha256"] = images.checksum([*photos, *paintings])
    provenance = fit.provenance(config, facts, run)
    return fit.save_result(network, prepared.architecture, scores, provenance, run, choose_storage)


class Pictures(NamedTuple):
    """Photographs and paintings, each (h, w, 3)."""

    photos: Sequence[Uint8Image]
    paintings: Sequence[Uint8Image]


class Prepared(NamedTuple):
    """A network that is ready to be trained."""

    architecture: fit.Architecture
    network: keras.Model
    trainer: PerceptualTrainer
    batches: Batches
    validation: tuple[Any, ...]
    """One batch, held out, in the form that `fit` takes."""
    scoring: keras.Model | None
    """A network whose VGG computes the scores; None for the trained one itself."""


def prepare_decoder(config: Config, training: Pictures, held_out: Pictures) -> Prepared:
    """Prepare the training of AdaIN's decoder."""
    architecture = fit.Architecture(model.build_style_transfer, {"widths": config.widths})
    network = architecture.build(config.precision)
    load_initial_weights(network, config)
    trainer = DecoderTrainer(network, config)
    trainer.compile(optimizers.adam(config, clip=1.0))
    sample = partial(sample_pairs, *training, config.batch, config.side)
    batches = Batches(lambda random: (sample(random),), config.steps, config.seed)
    random = np.random.default_rng(config.seed)
    validation = sample_pairs(*held_out, VALIDATION_PAIRS, config.side, random)
    return Prepared(architecture, network, trainer, batches, (validation,), None)


def prepare_student(config: Config, training: Pictures, held_out: Pictures) -> Prepared:
    """Prepare the training of the student; the VGG of its losses is the bundled one, or that of `--vgg`."""
    architecture = fit.Architecture(model.build_student, {"width": config.width, "blocks": config.blocks})
    network = architecture.build(config.precision)
    if config.start:
        checkpoint.load_weights(network, config.start)
    with device.precision(config.precision):
        scoring = checkpoint.load(BUNDLED, model)
    vgg = scoring.get_layer(VGG)
    if config.vgg:
        load_layers(vgg, VGG_LAYERS, config.vgg, "--vgg")
    trainer = StudentTrainer(network, vgg, config)
    trainer.compile(optimizers.make_optimizer(config, EDGE_LAYERS))
    random = np.random.default_rng(config.seed)
    sample, validate = (
        StudentBatches(each.photos, compute_targets(vgg, each.paintings, count, config.style_side, random), config.side)
        for each, count in ((training, config.style_crops), (held_out, VALIDATION_PAIRS))
    )
    batches = Batches(partial(sample.sample, config.batch), config.steps, config.seed)
    validation = validate.sample(VALIDATION_PAIRS, random)
    return Prepared(architecture, network, trainer, batches, validation, scoring)


def load_initial_weights(network: keras.Model, config: Config) -> None:
    """Load the initial weights: those of a checkpoint, or those of the VGG and, if given, of a decoder."""
    if config.start:
        checkpoint.load_weights(network, config.start)
        return
    load_layers(network.get_layer(VGG), VGG_LAYERS, config.vgg or BUNDLED / WEIGHTS_FILE, "--vgg")
    if config.decoder:
        load_layers(network.get_layer(DECODER), DECODER_LAYERS, config.decoder, "--decoder")


def load_layers(network: keras.Model, names: Sequence[str], path: Path, flag: str) -> None:
    """Load the kernels and biases of the layers `names` from a safetensors file.

    Args:
        network: holds the layers.
        names: of the layers; the file holds `<name>/kernel` and `<name>/bias` for each, and may hold others.
        path: of the file.
        flag: the command line flag that named the file, for the error.

    Raises:
        UserError: where the file does not hold them.
    """
    try:
        weights = checkpoint.read_weights(path)
        for name in names:
            network.get_layer(name).set_weights([weights[f"{name}/{part}"] for part in ("kernel", "bias")])
    except (KeyError, ValueError, CheckpointError) as error:
        raise UserError(
            f"{flag} is {path}, which does not hold the weights of {network.name} ({error}): see the model card."
        ) from None


def choose_storage(path: str) -> StorageDtype:
    """Return how a variable is stored: the VGG's, which computes the losses, as float16, the decoder's as int8."""
    return "float16" if path.split("/")[0] in VGG_LAYERS else "int8"


def score_stored(network: keras.Model, scoring: keras.Model, pictures: Pictures) -> Scores:
    """Return the mean scores of a float32 network, quantized as it is stored, on pairs of photos and paintings.

    Args:
        network: from `build_style_transfer` or `build_student`.
        scoring: its VGG computes the scores.
        pictures: the first photo is stylized with the first painting, and so on.
    """
    checkpoint.quantize(network, choose_storage)

    def stylize(photo: Image, painting: Image) -> Image:
        return finish(model.stylize(network, photo, painting))

    def scorer(*pictures: Image) -> StyleScores:
        return finish(score_image(scoring, *pictures))

    pairs = zip(*map(crop_squares, pictures), strict=False)
    return evaluation.mean(score_method("feedforward", stylize, scorer, *pair)[1] for pair in pairs)


def evaluate(
    plugin: Plugin,
    content: Path,
    style: Path,
    stylized: Path | None = None,
    scoring: IterativeScoring = DEFAULT_SCORING,
) -> Evaluation:
    """Score feed-forward and iterative style transfer on pairs of a photo and a painting: the first with the first, ….

    Both see the center squares: feed-forward at 512 × 512 pixels, iterative at `size`. `…_content_loss`, `…_style_loss`
    and `…_moments_loss` are what the verb `score` returns; `…_seconds` is the time per image, compilation excluded for
    feed-forward.

    Args:
        content: folder of photos.
        style: folder of paintings; the shorter folder is repeated.
        stylized: folder of images by another method to score as well, as `given_…`: one per pair, sorted by name.
        scoring: whether and how iterative style transfer is scored.
    """
    pairs = pair_files(content, style)
    given = data.picture_files(stylized) if stylized else []
    if stylized and len(given) != len(pairs):
        raise DataError(f"{stylized} holds {len(given)} images for {len(pairs)} pairs: give one for each.")
    options = OptimizeOptions(size=scoring.size, steps=scoring.steps)
    scorer, stylize = partial(plugin.run, "score"), partial(plugin.run, "stylize")

    def optimize(photo: Image, painting: Image) -> Image:
        image: Image = plugin.run("optimize", photo, painting, options=options).image
        return image

    stylize(*(load_square(path, SCORED_SIDE) for path in pairs[0]))  # the first call compiles

    def score_pair(index: int) -> Scores:
        large, small = ([load_square(path, side) for path in pairs[index]] for side in (SCORED_SIDE, scoring.size))
        scores = score_method("feedforward", stylize, scorer, *large)[1]
        if scoring.iterative:
            scores |= score_method("iterative", optimize, scorer, *small)[1]
        if given:
            image = load_square(given[index], SCORED_SIDE)
            scores |= score_method("given", lambda *_: image, scorer, *large)[1]
        return scores

    names = [" × ".join(path.stem for path in pair) for pair in pairs]
    rows = evaluation.rows(names, plugin.map(score_pair, range(len(pairs))))
    return Evaluation(evaluation.mean(rows), rows)


def pair_files(content: Path, style: Path) -> list[tuple[Path, Path]]:
    """Return the pairs of the images in two folders, sorted by name; the shorter folder is repeated."""
    photos, paintings = (data.picture_files(folder) for folder in (content, style))
    return list(islice(zip(cycle(photos), cycle(paintings), strict=False), max(len(photos), len(paintings))))


def score_method(name: str, method: Method, scorer: Scorer, content: Image, style: Image) -> tuple[Image, Scores]:
    """Return the stylized image of `method`, and its losses and seconds, their names prefixed with `name`."""
    start = time.perf_counter()
    image = method(content, style)
    seconds = time.perf_counter() - start
    losses = scorer(image, content, style)._asdict()
    return image, {f"{name}_{key}": value for key, value in (losses | {"seconds": seconds}).items()}


def load_square(path: Path, side: int) -> Image:
    """Return the center square of an image file, (side, side, 3)."""
    return resizing.center_crop_resize(images.composite_on_white(images.load(path)), (side, side, 3))


def crop_squares(pictures: Sequence[Uint8Image]) -> Iterator[Image]:
    """Yield the center square of each image (h, w, 3) at the size that is scored."""
    return (resizing.center_crop_resize(images.from_uint8(each), (SCORED_SIDE, SCORED_SIDE, 3)) for each in pictures)
