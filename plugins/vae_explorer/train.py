"""Trains autoencoders, plain, variational and conditional ones, on digits, clothes, tiles or pictures of one's own."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
from tqdm import tqdm

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Image
from core.metadata import Checkpoint
from core.networks import checkpoint, device
from core.plugin import Plugin
from core.progress import finish
from core.training import datasets, fit, settings
from core.training.batches import Batches
from core.training.callbacks import Arrays, Snapshots
from core.training.datasets import DIGITS, Dataset
from core.training.evaluation import Evaluation, Scores
from core.training.runs import Run

from . import example_images, latent_plane
from .metrics import Coder, binarise, importance_weighted, knn_accuracy, mean_square, score
from .model import build_autoencoder, build_pca, decode, encode, reconstruct
from .recipes import DIMENSIONS, RECIPES, Kind, Loss, Recipe
from .training import pca
from .training.vae import Schedule, Variational

LARGEST_SIDE = 256  # pixels
WATCHED = 1000  # pictures, by which training is watched; and as many others in its snapshots
MANIFOLD = 14  # pictures along each axis of the plane that is kept
PARTS = "reconstruction", "divergence"


@dataclass(frozen=True)
class Config(settings.Settings):
    """What the training of the autoencoders can be told. What is left out is as the checkpoint's recipe has it."""

    checkpoint: str = "mnist_vae_2"
    """One of those in plugin.toml."""
    data: Path | None = None
    """Folder of the set's files: idx files, or crawl_tiles.npz; left out, Keras fetches digits and clothes."""
    images: Path | None = None
    """Folder of pictures of your own in place of the set, or of a folder for each class; broken ones are skipped."""
    side: int = 32
    """Pixels that each side of a picture of --images is resized to, a multiple of 4."""
    kind: Kind | None = None
    """ae: plain; vae: variational; cvae: variational, and told the class; pca: none, but principal components."""
    dimensions: int | None = None
    """Numbers in a code."""
    loss: Loss | None = None
    """Reconstruction error, summed over a picture: squared (mse), absolute (mae), or Bernoulli's in nats (bce)."""
    beta: float = 1.0
    """Weight of the Kullback-Leibler divergence (https://openreview.net/forum?id=Sy2fzU9gl)."""
    warm_up: int = 5
    """Epochs before that weight is what it is to be; until then it grows."""
    width: int = 16
    """Channels at half the resolution."""
    hidden: tuple[int, ...] = (128,)
    """Units of the dense layers."""
    batch: int = 128
    """Examples in a batch."""
    steps: int = 468
    """Batches in an epoch: with these, one sees as many pictures as MNIST has."""
    start: Path | None = None
    """Folder of a checkpoint of like layers to start from; left out, random numbers."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.checkpoint not in RECIPES:
            raise UserError(f"--checkpoint is {self.checkpoint!r}: use one of {', '.join(RECIPES)}.")
        if not 0 <= self.beta < math.inf or self.warm_up < 0:
            raise UserError(f"--beta is {self.beta} and --warm-up {self.warm_up}: use numbers, none of them negative.")
        if not self.hidden:
            raise UserError("--hidden is empty: give one layer's units at least, such as 64.")
        if not 4 <= self.side <= LARGEST_SIDE or self.side % 4:
            raise UserError(f"--side is {self.side}: use a multiple of 4, at most {LARGEST_SIDE}.")
        if min((self.width, self.recipe.dimensions, *self.hidden)) < 1:
            raise UserError("--width, --dimensions and --hidden must be at least 1.")

    @property
    def source(self) -> str:
        """What the pictures are of: the name of a set, or of a folder of one's own."""
        return self.recipe.subject if self.images is None else self.images.name

    @property
    def recipe(self) -> Recipe:
        """The checkpoint's recipe, with what the flags change of it."""
        changes = {name: getattr(self, name) for name in ("kind", "dimensions", "loss")}
        return replace(
            RECIPES[self.checkpoint], **{name: value for name, value in changes.items() if value is not None}
        )


def train(config: Config, run: Run) -> Scores:
    """Train one network and return its scores on pictures never trained on."""
    recipe = config.recipe
    known, unseen = (
        datasets.read_dataset_or_folder(recipe.subject, config.data, config.images, config.side, split)
        for split in ("train", "test")
    )
    if recipe.kind == "cvae" and len(known.classes) < 2:
        raise UserError("a cvae is told the class, and there is one: put the pictures of each into its own folder.")
    if recipe.kind == "pca":
        return train_components(known, unseen, config, run)
    kept = min(WATCHED, max(1, len(known.pictures) // 10))
    watched, seen = known.part(slice(kept)), known.part(slice(kept, None))
    keras.utils.set_random_seed(config.seed)
    arguments: dict[str, Any] = {
        "shape": seen.pictures.shape[1:],
        "dimensions": recipe.dimensions,
        "variational": recipe.kind != "ae",
        "classes": len(seen.classes) if recipe.kind == "cvae" else 0,
        "width": config.width,
        "hidden": config.hidden,
    }
    with device.precision(config.precision):
        model = Variational(build_autoencoder(**arguments), recipe.loss, config.seed)
    if config.start:
        checkpoint.load_matching_weights(model.network, config.start)
    model.compile(fit.adam(config, clip=10))
    batches = Batches(lambda random: draw(seen, config, random), config.steps, config.seed)
    also: list[keras.callbacks.Callback] = [Schedule(config.beta, config.warm_up, config.seed)]
    if recipe.dimensions == 2 and recipe.kind != "cvae":
        shown = images.from_uint8(unseen.pictures[:WATCHED])
        also.append(Snapshots(run, partial(show_plane, model.network, shown), PARTS))
    fit.fit(model, batches, draw(watched, config), config, run, also)

    trained = build_autoencoder(**arguments)  # at full precision: as it is served
    trained.set_weights(model.network.get_weights())
    if recipe.kind == "vae":
        pca.sort_codes(trained, images.from_uint8(watched.pictures))
    checkpoint.quantize(trained, recipe.storage)
    coder = Coder(partial(encode, trained), partial(decode, trained))
    labels = tuple(unseen.labels.tolist()) if recipe.kind == "cvae" else ()
    scores = score(coder, unseen, labels, recipe.binary)
    made = Checkpoint("build_autoencoder", arguments, scores, fit.provenance(config, seen.describe(config.source), run))
    fit.save(trained, made, run, recipe.storage)
    return scores


def train_components(seen: Dataset, unseen: Dataset, config: Config, run: Run) -> Scores:
    """Find the principal components, and return the error on other pictures that each number of them leaves."""
    arguments: dict[str, Any] = {"shape": seen.pictures.shape[1:], "dimensions": config.recipe.dimensions}
    network = build_pca(**arguments)
    pca.fill(network, images.from_uint8(seen.pictures))
    test, scores = images.from_uint8(unseen.pictures), Scores()
    for keep in [count for count in DIMENSIONS if count <= config.recipe.dimensions]:
        scores[f"mse_{keep}"] = mean_square(reconstruct(network, test, keep=keep), test)
    made = Checkpoint("build_pca", arguments, scores, fit.provenance(config, seen.describe(config.source), run))
    fit.save(network, made, run, "float16")
    return scores


def show_plane(network: keras.Model, test: Image) -> Arrays:
    """Return the pictures drawn all over a plane of codes, in bytes, and the `places` (n, 2) of `test` pictures there.

    Places are as `Plane` has them.
    """
    codes, log_variances = encode(network, test)
    plane = latent_plane.find(codes, log_variances)
    manifold = images.make_grid(decode(network, plane.codes_at(example_images.grid(MANIFOLD))), MANIFOLD)
    return {"manifolds": images.to_uint8(manifold), "places": plane.places_of(codes).astype(np.float16)}


def draw(seen: Dataset, config: Config, random: np.random.Generator | None = None) -> tuple[Any, Image]:
    """Return (inputs, what they are to become): a batch, or, without `random`, all pictures."""
    every = np.arange(len(seen.pictures))
    chosen = every if random is None else random.integers(len(every), size=config.batch)
    example_images = images.from_uint8(seen.pictures[chosen])
    if config.recipe.mirrored and random:
        datasets.random_flip(example_images, random)
    if config.recipe.binary:
        example_images = binarise(example_images, random or np.random.default_rng(0))
    if config.recipe.kind == "cvae":
        return (example_images, np.eye(len(seen.classes), dtype=np.float32)[seen.labels[chosen]]), example_images
    return example_images, example_images


def evaluate(plugin: Plugin, data: Path | None = None, samples: int = 500) -> Evaluation:
    """Score the networks of digits on MNIST's test split.

    `mnist_2d_mse784_plus_kl` is the lessons' loss of the two-dimensional network, one code drawn for each picture;
    `mnist_2d_knn_accuracy` how often most of the ten nearest codes, among the test pictures', are of a picture's own
    class; `mnist_nll_iw500` the negative log-likelihood in nats of pictures binarised once, at random, by seed 0, for
    the network of 32 numbers, by importance weights; `mnist_ae_mse_8` the mean squared error of a pixel.

    Args:
        data: folder of MNIST's idx files; left out, the same 10,000 pictures as they are bundled.
        samples: how many importance weights for each picture; 0 leaves the likelihood out, which takes minutes.
    """
    if plugin.checkpoint:
        raise UserError(f"{plugin.checkpoint} alone is not scored: leave the checkpoint and its weights out.")
    if samples < 0:
        raise UserError(f"--samples is {samples}: use 0 or more.")
    bundled = example_images.read("mnist")
    test = Dataset(images.to_uint8(bundled.pictures), bundled.labels, DIGITS)
    test = datasets.read("mnist", data, "test") if data else test

    def coder(checkpoint: str) -> Coder:
        return Coder(*(partial(plugin.run, verb, checkpoint=checkpoint) for verb in ("encode", "decode")))

    shown = images.from_uint8(test.pictures)
    plane, large = score(coder("mnist_vae_2"), test), score(coder("mnist_vae_binary"), test, binary=True)
    codes = plugin.run("encode", shown, checkpoint="mnist_vae_2").mean
    scores: Scores = {
        "mnist_2d_mse784_plus_kl": plane["squared_error_plus_divergence"],
        "mnist_2d_knn_accuracy": knn_accuracy(codes, test.labels),
        "mnist_negative_elbo": large["negative_elbo"],
        "mnist_active_units": large["active_units"],
    }
    for count in DIMENSIONS:
        for method in ("ae", "vae"):
            scores[f"mnist_{method}_mse_{count}"] = score(coder(f"mnist_{method}_{count}"), test)["mse"]
        compressed = plugin.run("reconstruct", shown, keep=count, checkpoint="mnist_pca")
        scores[f"mnist_pca_mse_{count}"] = mean_square(shown, compressed)
    if samples:
        steps = importance_weighted(coder("mnist_vae_binary"), binarise(shown, np.random.default_rng(0)), samples)
        with tqdm(total=len(shown), desc="likelihood", disable=None, leave=False) as bar:
            scores[f"mnist_nll_iw{samples}"] = -float(finish(steps, lambda progress: bar.update()).mean())
    return Evaluation(scores, [], count=len(shown), checkpoint="all of digits")
