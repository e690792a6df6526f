"""Trains GANs on cats, digits or your own images, classifiers and the toy GAN; and scores them."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from pathlib import Path

import keras

from core.errors import UserError, check_range
from core.imaging import images
from core.imaging.images import Image
from core.networks import checkpoint
from core.plugin import Plugin
from core.progress import finish
from core.training import distribution, fit, optimizers
from core.training.batches import Batches
from core.training.callbacks import ReseedNoise, Snapshots, StopOnDivergence
from core.training.datasets import Dataset
from core.training.evaluation import Evaluation, Scores
from core.training.fit import Architecture
from core.training.runs import Run

from . import attribute_scores, composed, model, reference_set, toy_data
from .adversarial.objective import ToyOptions
from .adversarial.trainer import METRICS, GANTrainer, build_optimizer
from .lab_presets import FAILURE_PRESETS, FIX_PRESETS, MODE_COLLAPSE
from .model import Classification, build_gan, build_toy_gan, generate, train_toy
from .networks.generator import BASE_SIDE, round_up_side
from .reference_set import ExtractFeatures, ReferenceSet
from .training.batches import choices, class_groups, read_split, sample_batch
from .training.classifier import extract_features, train_classifier
from .training.config import Config
from .training.recipes import RECIPES

MIN_IMAGES = 10  # to train on
MIN_SCORED, SCORED = 100, 5000  # generated images that are scored
IN_SNAPSHOT = 32  # images, of the same seeds in each
TOY_ROUNDS = 40  # of 50 steps each
WEIGHTS = Path(__file__).parent / "weights"
GENERAL_CLASSIFIER = "cifar10_classifier"  # for images of anything


def train(config: Config, run: Run) -> Scores:
    """Train the network of one checkpoint and return its scores."""
    if config.recipe.kind == "lab":
        return train_toy_gan(config, run)
    if config.recipe.kind == "classifier":
        return train_classifier(config, run)
    return train_gan(config, run)


def train_gan(config: Config, run: Run) -> Scores:
    """Train a generator against a discriminator, and return the scores of the generated images.

    Raises:
        UserError: where there are too few images, or they cannot be halved as often as --scales says.
    """
    training_set = read_split(config, "train")
    check_training_set(config, training_set)
    extract, reference = load_reference(config, training_set)  # first, as something may be missing
    architecture = gan_architecture(config, training_set)
    keras.utils.set_random_seed(config.seed)
    ema, network = architecture.build(), architecture.build(config.precision)
    if config.start:
        checkpoint.load_matching_weights(network, config.start)
    trainer = GANTrainer(network, ema, config.objective, config.seed)
    generator_rate, discriminator_rate = learning_rates(config)
    trainer.compile(build_optimizer(generator_rate, discriminator_rate, momentum(config)))
    sample = partial(sample_batch, training_set, config)
    callbacks = [
        ReseedNoise(config.seed),
        Snapshots(run, lambda: {"pictures": images.to_uint8(generate(ema, IN_SNAPSHOT))}, METRICS),
        StopOnDivergence(run, math.inf),  # losses go up and down as the two networks compete: only NaN is divergence
    ]
    batches = Batches(sample, config.steps, config.seed)
    fit.fit(trainer, batches, None, config, run, callbacks)

    scores = score(ema, extract, reference)
    provenance = fit.provenance(config, training_set.describe(config.source), run)
    return fit.save_result(ema, architecture, scores, provenance, run, "float16")


def check_training_set(config: Config, training_set: Dataset) -> None:
    """Raise UserError where a GAN cannot be trained on `training_set` as `config` says."""
    side, coarsest = training_set.pictures.shape[1], 2 ** (config.scales - 1)
    padding = (round_up_side(side) - side) // 2
    if side % coarsest or padding % coarsest or side < BASE_SIDE * coarsest:
        raise UserError(f"--scales is {config.scales}: pictures of {side} pixels cannot be halved so often.")
    if len(training_set.pictures) < MIN_IMAGES:
        raise UserError(f"there are {len(training_set.pictures)} pictures to train on: use at least {MIN_IMAGES}.")


def gan_architecture(config: Config, training_set: Dataset) -> Architecture:
    """Return the builder and the arguments of the GAN for `training_set`."""
    arguments = {
        "shape": training_set.pictures.shape[1:],
        "dimensions": choices(config, training_set) or config.dimensions,
        "classes": class_groups(config, training_set),
        "width": config.width,
        "scales": config.scales,
        "patch": config.patch,
    }
    return Architecture(build_gan, arguments)


def momentum(config: Config) -> float:
    """Return Adam's β1: none in adversarial training; a reconstruction loss, whose sign changes often, needs it."""
    if not config.reconstruction_weight:
        return 0.0
    return 0.5 if config.adversarial_weight else 0.9


def learning_rates(config: Config) -> list[float] | list[keras.optimizers.schedules.LearningRateSchedule]:
    """Return the learning rates of generator and discriminator, or the schedules of both."""
    rates = [config.rate, config.discriminator_rate or 3 * config.rate]
    return [optimizers.cosine(replace(config, rate=rate)) for rate in rates] if config.cosine_decay else rates


def train_toy_gan(config: Config, run: Run) -> Scores:
    """Train the toy GAN of the Lab on the ring, with the preset that covers all its modes."""
    distribution.refuse("toy GANs")
    architecture = Architecture(build_toy_gan, {})
    network, ring = architecture.build(), toy_data.DISTRIBUTIONS["ring"]
    options = FIX_PRESETS[MODE_COLLAPSE].options
    rounds = config.epochs * config.steps // options.steps
    state = finish(train_toy(network, ring.sample(), options=options, rounds=rounds, seed=config.seed))
    scores: Scores = {"modes": toy_data.count_modes(state.points, ring.centers)}
    provenance = fit.provenance(config, {"subject": "eight points in a ring"}, run)
    return fit.save_result(network, architecture, scores, provenance, run)


def load_reference(config: Config, training_set: Dataset) -> tuple[ExtractFeatures, ReferenceSet]:
    """Return a classifier's feature extractor and the reference set, with which generated images are scored.

    They are the bundled ones of the checkpoint, where it is trained on its own data set; else the general classifier,
    and a reference set that is computed from the training set.
    """
    own, path = WEIGHTS / f"{config.checkpoint}_classifier", reference_set.EXAMPLES / f"{config.checkpoint}.npz"
    is_own = config.images is None and config.subject is None and path.exists()
    extract = partial(extract_features, checkpoint.load(own if is_own else WEIGHTS / GENERAL_CLASSIFIER, model))
    return extract, reference_set.read(path) if is_own else reference_set.build(
        training_set, extract, config.recipe.attributes
    )


def score(network: keras.Model, extract: ExtractFeatures, reference: ReferenceSet) -> Scores:
    """Return the scores of images that `network` generates, up to 5,000: see `reference_set.score`."""
    has_classes = len(network.inputs) > 1

    def generate_part(count: int, seed: int, labels: tuple[int, ...]) -> Image:
        return generate(network, count, seed, labels if has_classes else ())

    return reference_set.score(generate_part, extract, reference, min(SCORED, len(reference.pictures)))


def evaluate(plugin: Plugin, count: int = SCORED) -> Evaluation:
    """Score the generators on the features of a classifier of their data set, and the toy GAN.

    `mnist_frechet` is the squared Fréchet distance of the features of generated images to those of the training set,
    `mnist_precision` the share of generated images in the manifold of the real ones, `mnist_recall` that of real
    images in the manifold of the generated ones, `mnist_modes` how many of 100 clusters of real images are covered,
    `mnist_nearest_neighbor_median` the median RMS difference to the nearest training image (pixel values are 0 to 1),
    and `mnist_copy_fraction` the fraction for which it is below a quarter of the image's own standard deviation. Those
    of `cats`, and of held-out cats beside them, are described in `attribute_scores.score`.
    `lab_modes` and `lab_collapse_modes` are how many of eight modes the toy GAN covers after 2,000 steps: with the
    settings that fix mode collapse, and with those that cause it.

    Args:
        count: images of each generator, at most 5,000.
    """
    check_range("--count", count, MIN_SCORED, SCORED)
    bundled = plugin.record.ready_manifest.checkpoints
    generators = [name for name, recipe in RECIPES.items() if recipe.kind == "gan" and name in bundled]
    if plugin.checkpoint not in (None, *generators):
        raise UserError(f"{plugin.checkpoint} is no generator: name one of {', '.join(generators)}, or none.")
    scores: Scores = {}
    for name in [plugin.checkpoint] if plugin.checkpoint else generators:
        scores |= {f"{name}_{key}": value for key, value in _score_checkpoint(plugin, name, count).items()}
    if not plugin.checkpoint:
        presets = {"lab_modes": FIX_PRESETS[MODE_COLLAPSE], "lab_collapse_modes": FAILURE_PRESETS[MODE_COLLAPSE]}
        scores |= {key: _count_toy_modes(plugin, preset.options) for key, preset in presets.items()}
    return Evaluation(scores, [], count=count, checkpoint=plugin.checkpoint or "all generators")


def _score_checkpoint(plugin: Plugin, name: str, count: int) -> Scores:
    def classify(pictures: Image) -> Classification:
        found: Classification = plugin.run("classify", pictures, checkpoint=f"{name}_classifier")
        return found

    reference = reference_set.read(reference_set.EXAMPLES / f"{name}.npz")
    generate_images = partial(plugin.run, "generate", checkpoint=name)
    if name == composed.CHECKPOINT:
        return attribute_scores.score(generate_images, classify, reference, count)
    return reference_set.score(generate_images, lambda pictures: classify(pictures).features, reference, count)


def _count_toy_modes(plugin: Plugin, options: ToyOptions) -> int:
    """Return how many of the ring's modes the toy GAN covers after 2,000 steps."""
    ring = toy_data.DISTRIBUTIONS["ring"]
    state = plugin.run("train_toy", ring.sample(), options=options, rounds=TOY_ROUNDS, checkpoint="lab")
    return toy_data.count_modes(state.points, ring.centers)
