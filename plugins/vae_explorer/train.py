"""Training and scoring of autoencoders (AE, VAE, CVAE) and PCA on MNIST, Fashion-MNIST, game tiles or own images."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import keras
import numpy as np
from tqdm import tqdm

from core.errors import UserError, check_range
from core.imaging import images
from core.imaging.images import Image
from core.networks import checkpoint, device
from core.plugin import Plugin
from core.progress import finish
from core.training import datasets, distribution, fit, optimizers
from core.training.batches import Batches
from core.training.callbacks import ReseedNoise, Snapshots
from core.training.datasets import DIGITS, Dataset
from core.training.evaluation import Evaluation, Scores
from core.training.fit import Architecture, save_result
from core.training.runs import Run

from . import example_images
from .latents import COMPARED_DIMENSIONS
from .metrics import Codec, binarize, importance_weighted_log_likelihood, knn_accuracy, mean_squared_error, score
from .model import build_autoencoder, build_pca, build_residual_vae, decode, encode, reconstruct
from .networks.prior import encode_prior, set_pseudo_inputs
from .sharpness import sharpness
from .training.adversarial import AAETrainer
from .training.batches import sample_batch, validation_batch
from .training.config import Config
from .training.importance import ImportanceWeightedTrainer
from .training.latent_order import sort_latent_dimensions
from .training.pca import fit_pca
from .training.plane_snapshot import snapshot_plane
from .training.recipes import Recipe
from .training.vae import KLWarmup, VAETrainer

VALIDATION_COUNT = 1000  # images for the validation loss, and as many test images in snapshots
TEST_COUNT = 2000  # images for the final scores, of data sets whose images are composed
CLIP_NORM = 10  # of the gradients
CURVES = "reconstruction_error", "kl_divergence"


def train(config: Config, run: Run) -> Scores:
    """Train one network and return its scores on test images."""
    recipe: Recipe = config.recipe
    data, test = (
        datasets.read_dataset_or_folder(recipe.subject, config.data, config.images, config.side, split)
        for split in ("train", "test")
    )
    if recipe.kind == "cvae" and len(data.classes) < 2:
        raise UserError("a cvae needs two classes at least: put the images of each class into a folder of its own.")
    if recipe.kind == "pca":
        return train_pca(data, test, config, run)
    training_set, validation, test = _hold_out_validation(data, test)
    architecture = _architecture(training_set, config)
    network = architecture.rebuild(_fit(architecture, training_set, validation, test, config, run))
    if recipe.kind == "vae":
        sort_latent_dimensions(network, images.from_uint8(validation.pictures))
    checkpoint.quantize(network, recipe.storage)  # the scored network is the one that will be loaded
    labels = tuple(test.labels.tolist()) if recipe.kind == "cvae" else ()
    codec = Codec(partial(encode, network), partial(decode, network), encode_prior(network))
    scores = score(codec, test, labels, recipe.binary)
    provenance = fit.provenance(config, training_set.describe(config.source), run)
    return save_result(network, architecture, scores, provenance, run, recipe.storage)


def _hold_out_validation(data: Dataset, test: Dataset) -> tuple[Dataset, Dataset, Dataset]:
    """Return the images for training, for the validation loss and for the final scores.

    Those for validation are the first of `data`. Where images have attributes they are composed when they are chosen,
    and there are too many to compose all: those for validation and for the final scores are then chosen from `test`.
    """
    count = min(VALIDATION_COUNT, max(1, len(data.pictures) // 10))
    if data.attributes:
        held_out = test.sample(count + TEST_COUNT)
        return data, held_out.part(slice(count)), held_out.part(slice(count, None))
    return data.part(slice(count, None)), data.part(slice(count)), test


def train_pca(data: Dataset, test: Dataset, config: Config, run: Run) -> Scores:
    """Fit principal components and return the mean squared error on test images for each number of them."""
    distribution.refuse("principal components")
    architecture = Architecture(build_pca, {"shape": data.pictures.shape[1:], "dimensions": config.recipe.dimensions})
    network = architecture.build()
    fit_pca(network, images.from_uint8(data.pictures))
    pictures = images.from_uint8(test.pictures)
    scores = {
        f"mse_{keep}": mean_squared_error(reconstruct(network, pictures, keep=keep), pictures)
        for keep in COMPARED_DIMENSIONS
        if keep <= config.recipe.dimensions
    }
    provenance = fit.provenance(config, data.describe(config.source), run)
    return save_result(network, architecture, scores, provenance, run, "float16")


def _architecture(data: Dataset, config: Config) -> Architecture:
    recipe: Recipe = config.recipe
    if recipe.residual:
        shape = data.pictures.shape[1:]
        arguments = {"shape": shape, "dimensions": recipe.dimensions, "width": config.width}
        return Architecture(build_residual_vae, arguments)
    arguments = {
        "shape": data.pictures.shape[1:],
        "dimensions": recipe.dimensions,
        "variational": recipe.kind in ("vae", "cvae"),
        "classes": len(data.classes) if recipe.kind == "cvae" else 0,
        "width": config.width,
        "hidden": config.hidden,
        "pseudo_inputs": config.pseudo_inputs if config.prior == "vamp" else 0,
    }
    return Architecture(build_autoencoder, arguments)


def _fit(
    architecture: Architecture, training_set: Dataset, validation: Dataset, test: Dataset, config: Config, run: Run
) -> keras.Model:
    """Return the trained network, in the precision that it was trained in."""
    recipe: Recipe = config.recipe
    keras.utils.set_random_seed(config.seed)
    with device.precision(config.precision):  # of the trainer too: under mixed_float16 Keras scales its loss
        model = _trainer(architecture.build(config.precision), config)
    if config.prior == "vamp":
        set_pseudo_inputs(model.network, images.from_uint8(training_set.sample(config.pseudo_inputs).pictures))
    if config.start:
        checkpoint.load_matching_weights(model.network, config.start)
    model.compile(optimizers.adam(config, clip=CLIP_NORM))
    callbacks: list[keras.callbacks.Callback] = [KLWarmup(config.beta, config.warm_up), ReseedNoise(config.seed)]
    if recipe.dimensions == 2 and recipe.kind != "cvae":
        shown = images.from_uint8(test.pictures[:VALIDATION_COUNT])
        callbacks.append(Snapshots(run, partial(snapshot_plane, model.network, shown), CURVES))
    batches = Batches(partial(sample_batch, training_set, config), config.steps, config.seed)
    fit.fit(model, batches, validation_batch(validation, config), config, run, callbacks)
    return model.network


def _trainer(network: keras.Model, config: Config) -> VAETrainer:
    recipe: Recipe = config.recipe
    if recipe.kind == "aae":
        return AAETrainer(network, recipe.loss, config.seed)
    if config.prior == "vamp" or config.samples > 1:
        return ImportanceWeightedTrainer(network, recipe.loss, config.seed, config.samples)
    return VAETrainer(network, recipe.loss, config.seed)


def evaluate(plugin: Plugin, data: Path | None = None, samples: int = 500) -> Evaluation:
    """Score the MNIST networks on MNIST's test split, and the VAE of cats on bundled cats that are held out.

    `mnist_2d_mse784_plus_kl`: 784 times the mean squared error plus the KL divergence of `mnist_vae_2`, through one
    sampled latent vector for each image. `mnist_2d_knn_accuracy`: leave-one-out accuracy of a classifier by the ten
    nearest latent vectors of `mnist_vae_2`. `mnist_negative_elbo`, `mnist_active_units` and `mnist_nll_iw500`: of
    `mnist_vae_binary` on binarized images; the last is the negative log-likelihood in nats by importance weighting.
    `mnist_ae_mse_8` and similar: mean squared error of a pixel with 8 latent dimensions, by AE, VAE or PCA;
    `mnist_aae_mse_2`: by the adversarial autoencoder. Those of cats: see `score_cats`.

    Args:
        data: folder of MNIST's idx files; left out, the same 10,000 images as bundled.
        samples: importance weights for each image; 0 leaves out the log-likelihood, which takes minutes.
    """
    if plugin.checkpoint:
        raise UserError(f"{plugin.checkpoint} cannot be scored alone: leave the checkpoint and its weights out.")
    check_range("--samples", samples, 0)
    test = datasets.read("mnist", data, "test") if data else _bundled_test_split()
    pictures = images.from_uint8(test.pictures)
    codec = partial(_codec, plugin)
    map_scores, binary_scores = score(codec("mnist_vae_2"), test), score(codec("mnist_vae_binary"), test, binary=True)
    latents = codec("mnist_vae_2").encode(pictures).mean
    scores: Scores = {
        "mnist_2d_mse784_plus_kl": map_scores["squared_error_plus_kl"],
        "mnist_2d_knn_accuracy": knn_accuracy(latents, test.labels),
        "mnist_negative_elbo": binary_scores["negative_elbo"],
        "mnist_active_units": binary_scores["active_units"],
    }
    for dimensions in COMPARED_DIMENSIONS:
        for kind in ("ae", "vae"):
            scores[f"mnist_{kind}_mse_{dimensions}"] = score(codec(f"mnist_{kind}_{dimensions}"), test)["mse"]
        by_pca = plugin.run("reconstruct", pictures, keep=dimensions, checkpoint="mnist_pca")
        scores[f"mnist_pca_mse_{dimensions}"] = mean_squared_error(pictures, by_pca)
    scores["mnist_aae_mse_2"] = score(codec("mnist_aae_2"), test)["mse"]
    scores |= score_cats(codec("cats_vae_32"), plugin)
    if samples:
        scores[f"mnist_nll_iw{samples}"] = _negative_log_likelihood(codec("mnist_vae_binary"), pictures, samples)
    return Evaluation(scores, [], count=len(pictures), checkpoint="all mnist checkpoints, and cats_vae_32")


def score_cats(codec: Codec, plugin: Plugin) -> Scores:
    """Return the scores of the VAE of cats on the bundled cats, which it was not trained on.

    `cats_mse`, `cats_kl_divergence` and `cats_active_units`: see `metrics.score`. `cats_sharpness_…`: the mean absolute
    Laplacian of those cats (heldout), of their reconstructions, of samples, and of those of the GAN generator (gan).
    """
    held_out = example_images.read(example_images.CATS)
    scores = score(codec, Dataset(images.to_uint8(held_out.pictures), held_out.labels, ()))
    sampled = plugin.run("sample", len(held_out.pictures), checkpoint="cats_vae_32")
    sharp = {
        "heldout": held_out.pictures,
        "reconstructed": codec.decode(codec.encode(held_out.pictures).mean),
        "sampled": sampled,
        "gan": example_images.read_gan_samples(),
    }
    kept = {f"cats_{name}": scores[name] for name in ("mse", "kl_divergence", "active_units")}
    return kept | {f"cats_sharpness_{name}": sharpness(pictures) for name, pictures in sharp.items()}


def _bundled_test_split() -> Dataset:
    bundled = example_images.read("mnist")
    return Dataset(images.to_uint8(bundled.pictures), bundled.labels, DIGITS)


def _codec(plugin: Plugin, checkpoint: str) -> Codec:
    encode, decode = (partial(plugin.run, verb, checkpoint=checkpoint) for verb in ("encode", "decode"))
    return Codec(encode, decode)


def _negative_log_likelihood(codec: Codec, pictures: Image, samples: int) -> float:
    """Return the mean over `pictures`, binarized by seed 0, in nats."""
    steps = importance_weighted_log_likelihood(codec, binarize(pictures, np.random.default_rng(0)), samples)
    with tqdm(total=len(pictures), desc="log-likelihood", disable=None, leave=False) as bar:
        return -float(finish(steps, lambda progress: bar.update()).mean())
