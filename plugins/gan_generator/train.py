"""Trains generators against discriminators, on tiles, digits or pictures of one's own, and scores them."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import keras

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Floats, Image
from core.metadata import Checkpoint
from core.networks import checkpoint
from core.plugin import Plugin
from core.progress import finish
from core.training import fit
from core.training.batches import Batches
from core.training.callbacks import Snapshots
from core.training.datasets import Dataset
from core.training.evaluation import Evaluation, Scores
from core.training.runs import Run

from . import model, reference_set, toy_data, toy_gan
from .adversarial.objective import COLLAPSE, CURES, FAILURES, Preset
from .adversarial.trainer import METRICS, Adversarial, Reseed, choose_optimizer
from .model import build_gan, build_lab, generate, play
from .networks.generator import SMALLEST, grow
from .reference_set import Reference
from .training.batches import draw, read
from .training.classifier import featurise, train_classifier
from .training.config import Config
from .training.recipes import RECIPES

FEWEST = 10  # pictures to learn from
JUDGED = 5000  # pictures, drawn to be scored
REMEMBERED = 32  # pictures, of the same seeds, in each snapshot
WEIGHTS = Path(__file__).parent / "weights"
GENERAL = "cifar10_classifier"  # sees pictures of one's own, of whatever


def train(config: Config, run: Run) -> Scores:
    """Train one checkpoint's network and return its scores."""
    if config.recipe.kind == "lab":
        return train_lab(config, run)
    if config.recipe.kind == "classifier":
        return train_classifier(config, run)
    return train_gan(config, run)


def train_gan(config: Config, run: Run) -> Scores:
    """Train a generator against a discriminator, and return how good its pictures are."""
    recipe, seen = config.recipe, read(config, "train")
    side, coarsest = seen.pictures.shape[1], 2 ** (config.scales - 1)
    if side % coarsest or (grow(side) - side) // 2 % coarsest or side < SMALLEST * coarsest:
        raise UserError(f"--scales is {config.scales}: pictures of {side} pixels cannot be halved so often.")
    if len(seen.pictures) < FEWEST:
        raise UserError(f"there are {len(seen.pictures)} pictures to learn from: {FEWEST} are the least.")
    judged = prepare(config, seen)  # before the hours: what it needs may be missing
    classes = len(seen.classes) if recipe.conditional and len(seen.classes) > 1 else 0
    arguments: dict[str, Any] = {
        "shape": seen.pictures.shape[1:],
        "dimensions": config.dimensions,
        "classes": classes,
        "width": config.width,
        "scales": config.scales,
    }
    keras.utils.set_random_seed(config.seed)
    average = build_gan(**arguments)
    network = build_gan(**arguments)
    if config.start:
        checkpoint.load_matching_weights(network, config.start)
    game = Adversarial(network, average, config.rules, config.seed)
    rates = config.rate, config.discriminator_rate or 3 * config.rate
    schedules = [fit.cosine(replace(config, rate=rate)) for rate in rates] if config.falling else rates
    game.compile(choose_optimizer(*schedules))
    batches = Batches(partial(draw, seen, config, classes), config.steps, config.seed)
    also = [
        Reseed(config.seed),
        Snapshots(run, lambda: {"pictures": images.to_uint8(generate(average, REMEMBERED))}, METRICS),
    ]
    fit.fit(game, batches, None, config, run, also, divergence_factor=math.inf)  # both losses sway, and may grow

    measured = score(average, *judged)
    made = Checkpoint("build_gan", arguments, measured, fit.provenance(config, seen.describe(config.source), run))
    fit.save(average, made, run, "float16")
    return measured


def train_lab(config: Config, run: Run) -> Scores:
    """Let the two small networks of the page's lab play on the ring, by the rules that hold all its modes."""
    network, cure = build_lab(), CURES[COLLAPSE]
    ring = toy_data.TARGETS["ring"]
    rounds = config.epochs * config.steps // toy_gan.STEPS
    standing = finish(play(network, ring.draw(), rules=cure.rules, rates=cure.rates, rounds=rounds, seed=config.seed))
    scores: Scores = {"modes": toy_data.count_modes(standing.points, ring.centres)}
    made = Checkpoint("build_lab", {}, scores, fit.provenance(config, {"subject": "eight points in a ring"}, run))
    fit.save(network, made, run)
    return scores


def prepare(config: Config, seen: Dataset) -> tuple[reference_set.Featurise, Reference]:
    """Return what pictures are scored by: the classifier of the set, or the general one, and what it has seen."""
    own, path = WEIGHTS / f"{config.checkpoint}_classifier", reference_set.EXAMPLES / f"{config.checkpoint}.npz"
    is_own = config.images is None and config.subject is None and path.exists()
    look = partial(featurise, checkpoint.load(own if is_own else WEIGHTS / GENERAL, model))
    return look, reference_set.read(path) if is_own else reference_set.make(seen, look)


def score(network: keras.Model, look: reference_set.Featurise, known: Reference) -> Scores:
    """Return how good the pictures of `network` are beside those that are `known`."""
    classes = network.inputs[1].shape[-1] if len(network.inputs) > 1 else 0

    def draw_part(count: int, seed: int, labels: tuple[int, ...]) -> Image:
        return generate(network, count, seed, labels if classes else ())

    return reference_set.score(draw_part, look, known, min(JUDGED, len(known.pictures)))


def evaluate(plugin: Plugin, count: int = JUDGED) -> Evaluation:
    """Score the generators: by what a classifier of their set sees, beside the pictures that they have learnt from.

    `crawl_frechet` is the squared Fréchet distance of the features, `crawl_precision` the share of drawn pictures that
    lie among real ones, `crawl_recall` of real ones among drawn ones, `crawl_modes` how many of 100 groups of real
    pictures are drawn, `crawl_nearest_neighbour_median` how far from the nearest picture learnt from a drawn one is, in
    values from 0 to 1, and `crawl_copies` the share that is nearer than a quarter of its own deviation; so of `mnist`.
    `lab_modes` and `lab_collapse_modes` are how many of eight modes two small networks hold after 2,000 steps by rules
    that cure mode collapse, and by those that bring it about.

    Args:
        count: how many pictures of each generator are drawn, at most 5,000.
    """
    if not 100 <= count <= JUDGED:
        raise UserError(f"--count is {count}: use 100 to {JUDGED}.")
    generators = [name for name, recipe in RECIPES.items() if recipe.kind == "gan"]
    if plugin.checkpoint not in (None, *generators):
        raise UserError(f"{plugin.checkpoint} is no generator: name one of {', '.join(generators)}, or none.")
    scores: Scores = {}
    for name in [plugin.checkpoint] if plugin.checkpoint else generators:
        scores |= {f"{name}_{key}": value for key, value in _score_bundled(plugin, name, count).items()}
    if not plugin.checkpoint:
        presets = {"lab_modes": CURES[COLLAPSE], "lab_collapse_modes": FAILURES[COLLAPSE]}
        scores |= {key: _count_modes(plugin, preset) for key, preset in presets.items()}
    return Evaluation(scores, [], count=count, checkpoint=plugin.checkpoint or "all generators")


def _score_bundled(plugin: Plugin, name: str, count: int) -> Scores:
    def look(pictures: Image) -> Floats:
        features: Floats = plugin.run("recognise", pictures, checkpoint=f"{name}_classifier").features
        return features

    known = reference_set.read(reference_set.EXAMPLES / f"{name}.npz")
    return reference_set.score(partial(plugin.run, "generate", checkpoint=name), look, known, count)


def _count_modes(plugin: Plugin, preset: Preset) -> int:
    """Return how many of the ring's modes are held after a match by a preset's rules."""
    ring = toy_data.TARGETS["ring"]
    standing = plugin.run("play", ring.draw(), toy_gan.NEW, preset.rules, preset.rates, 40, checkpoint="lab")
    return toy_data.count_modes(standing.points, ring.centres)
