"""The lesson's DCGAN beside the GAN generator, trained for the same time; the bundled GAN; modes of Stacked MNIST.

    python -m benchmarks.gan --data FOLDER_OF_MNIST [--stacked-seconds 600]

The lesson is lesson 10 of Microsoft's AI for Beginners
(https://github.com/microsoft/AI-For-Beginners/blob/main/lessons/4-ComputerVision/10-GANs/README.md). Its DCGAN
(generator 0.86 M, discriminator 0.39 M parameters, Adam at 0.0001, 1,000 steps of 32) is the first row, with its
discriminator truly training; ours is then trained from scratch for as many seconds as that took, on the same machine.
Fréchet distances are computed on the features of the bundled classifiers, between 5,000 generated images and the whole
training set.

Stacked MNIST (https://arxiv.org/abs/1712.04086) are images of three random digits, one in each color channel: 1,000
modes. Counted is how many of them 25,600 generated images cover, for a GAN without classes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from benchmarks.vae import Clock
from core import registry
from core.engine import LocalEngine
from core.imaging import images
from core.imaging.images import Floats, Image
from core.plugin import Plugin
from core.training import datasets
from core.training.batches import Batches
from plugins.gan_generator import reference_set
from plugins.gan_generator.adversarial.objective import Objective
from plugins.gan_generator.adversarial.trainer import GANTrainer, build_optimizer
from plugins.gan_generator.model import build_gan, generate

BATCH = 32  # the lesson's
STACKED_IMAGES = 25_600  # as in the paper
RATE = 8e-4
NAMES = ("frechet", "precision", "recall", "modes", "nearest_neighbor_median", "copy_fraction")


def build_lesson_generator() -> keras.Model:
    """Return the lesson's generator, from latent vectors (n, 100) to images (n, 28, 28, 1) in -1 to 1."""
    network = keras.Sequential([keras.Input((100,)), layers.Dense(128 * 7 * 7, "relu"), layers.Reshape((7, 7, 128))])
    for width in (128, 64):
        network.add(layers.UpSampling2D())
        network.add(layers.Conv2D(width, 3, padding="same"))
        network.add(layers.BatchNormalization(momentum=0.8))
        network.add(layers.Activation("relu"))
    network.add(layers.Conv2D(1, 3, padding="same", activation="tanh"))
    return network


def build_lesson_discriminator() -> keras.Model:
    """Return the lesson's discriminator, from images (n, 28, 28, 1) to the probability that each is real, (n, 1)."""
    network = keras.Sequential([keras.Input((28, 28, 1))])
    for i, width in enumerate((32, 64, 128, 256)):
        network.add(layers.Conv2D(width, 3, 1 if i == 3 else 2, padding="same"))
        if i == 1:
            network.add(layers.ZeroPadding2D(((0, 1), (0, 1))))
        if i:
            network.add(layers.BatchNormalization(momentum=0.8))
        network.add(layers.LeakyReLU(0.2))
        network.add(layers.Dropout(0.25))
    network.add(layers.Flatten())
    network.add(layers.Dense(1, "sigmoid"))
    return network


def _score(find_discriminator: Callable[[], keras.Model], pictures: Any) -> Any:
    """Return the probabilities that `pictures` are real, as in training, but without updating moving averages."""
    discriminator = find_discriminator()
    weights = [each.value for each in discriminator.trainable_variables]
    others = [each.value for each in discriminator.non_trainable_variables]
    probabilities, _ = discriminator.stateless_call(weights, others, pictures, training=True)
    return probabilities


class GeneratorTrainer(keras.Model):  # type: ignore[misc]
    """Trains a generator against a discriminator whose weights stay as they are.

    Keras tracks, and would train, a network that is an attribute, in a list or a dict too; so a function refers to the
    discriminator. TensorFlow reads its variables anew in each step.
    """

    def __init__(self, generator: keras.Model, discriminator: keras.Model) -> None:
        super().__init__()
        self.generator, self.score = generator, partial(_score, lambda: discriminator)

    def call(self, latents: Any) -> Any:
        """Return the generated images."""
        return self.generator(latents)

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, *_: Any, **__: Any) -> Any:
        """Return the cross-entropy of the discriminator's output, with "real" as the target."""
        probability = self.score(y_pred)
        return ops.mean(ops.binary_crossentropy(ops.ones_like(probability), probability))


def train_lesson(real_images: Image, steps: int) -> tuple[keras.Model, float]:
    """Return the lesson's generator after so many `steps`, and the seconds that they took."""
    generator, discriminator = build_lesson_generator(), build_lesson_discriminator()
    discriminator.compile(keras.optimizers.Adam(1e-4), "binary_crossentropy")
    trainer = GeneratorTrainer(generator, discriminator)
    trainer.compile(keras.optimizers.Adam(1e-4))
    random = np.random.default_rng(0)
    began = time.monotonic()
    for _ in range(steps):
        real = real_images[random.integers(len(real_images), size=BATCH)] * 2 - 1
        latents = random.standard_normal((BATCH, 100), np.float32)
        discriminator.train_on_batch(real, np.ones((BATCH, 1)))
        discriminator.train_on_batch(np.asarray(generator(latents)), np.zeros((BATCH, 1)))
        trainer.train_on_batch(latents, np.zeros((BATCH, 1)))
    return generator, time.monotonic() - began


def train_ours(sample: Callable[[np.random.Generator], Any], seconds: float, **arguments: Any) -> keras.Model:
    """Return the EMA of our GAN, of `build_gan(**arguments)`, after `seconds` on the batches that `sample` returns."""
    keras.utils.set_random_seed(0)
    objective = Objective(gradient_penalty_weight=0.5, mode_seeking_weight=0.1, ema_steps=300)
    trainer = GANTrainer(build_gan(**arguments), build_gan(**arguments), objective, 0)
    trainer.compile(build_optimizer(RATE, 3 * RATE))
    clock = Clock(seconds, falling=False)
    trainer.fit(Batches(sample, 10_000, 0), epochs=100, verbose=0, shuffle=False, callbacks=[clock])
    return trainer.ema


def measure(generate: reference_set.GenerateImages, plugin: Plugin, name: str, count: int = 5000) -> Floats:
    """Return the scores `NAMES` of `count` generated images against the reference set of the checkpoint `name`."""

    def extract_features(pictures: Image) -> Floats:
        return np.asarray(plugin.run("classify", pictures, checkpoint=f"{name}_classifier").features)

    reference = reference_set.read(reference_set.EXAMPLES / f"{name}.npz")
    scores = reference_set.score(generate, extract_features, reference, count)
    return np.array([scores[key] for key in NAMES])


def row(title: str, values: Floats) -> str:
    return f"| {title} | {' | '.join(f'{value:.2f}' if value < 10 else f'{value:.1f}' for value in values)} |"


def compare_on_mnist(plugin: Plugin, folder: Path, steps: int) -> list[str]:
    """Return the rows of the lesson's DCGAN, of our GAN after the same time, and of the bundled one."""
    training_set = datasets.read("mnist", folder, "train")
    pictures = images.from_uint8(training_set.pictures)
    lesson, seconds = train_lesson(pictures, steps)

    def sample(random: np.random.Generator) -> Any:
        chosen = random.integers(len(pictures), size=64)
        return ((pictures[chosen], np.eye(10, dtype=np.float32)[training_set.labels[chosen]]),)

    ours = train_ours(sample, seconds, shape=(28, 28, 1), classes=10, width=8)

    def generate_lesson(count: int, seed: int, labels: tuple[int, ...]) -> Image:
        """Generate with batch statistics: with the moving averages, all images are alike (Fréchet distance near 70)."""
        latents = np.random.default_rng(seed).standard_normal((count, 100), np.float32)
        parts = [lesson(latents[start : start + 256], training=True) for start in range(0, count, 256)]
        return (np.concatenate([np.asarray(part) for part in parts]) / 2 + 0.5).astype(np.float32)

    generators: dict[str, Callable[..., Image]] = {
        f"the lesson's DCGAN, {steps:,} steps, {seconds:.0f} s": generate_lesson,
        f"Darkroom after {seconds:.0f} s": partial(generate, ours),
        "Darkroom, bundled": partial(plugin.run, "generate", checkpoint="mnist"),
    }
    scores = {title: measure(each, plugin, "mnist") for title, each in generators.items()}
    of_lesson = next(iter(scores.values()))[0]
    return [row(f"MNIST: {title}", each) + f" {each[0] / of_lesson:.3f} |" for title, each in scores.items()]


def count_stacked_modes(plugin: Plugin, folder: Path, seconds: float) -> str:
    """Return how many of Stacked MNIST's modes are covered after so many seconds of training, in words."""
    digits = images.from_uint8(datasets.read("mnist", folder, "train").pictures)[..., 0]

    def sample(random: np.random.Generator) -> Any:
        return (digits[random.integers(len(digits), size=(64, 3))].transpose(0, 2, 3, 1),)

    ours = train_ours(sample, seconds, shape=(28, 28, 3), width=16)
    generated = np.concatenate([generate(ours, 512, seed) for seed in range(0, STACKED_IMAGES, 512)])
    classes = [
        plugin.run("classify", generated[..., i : i + 1], checkpoint="mnist_classifier").probabilities.argmax(axis=1)
        for i in range(3)
    ]
    shares = np.bincount(classes[0] * 100 + classes[1] * 10 + classes[2], minlength=1000) / len(generated)
    covered = shares[shares > 0]
    divergence = float((covered * np.log(covered * 1000)).sum())
    return f"Stacked MNIST after {seconds:.0f} s: {len(covered)} of 1,000 modes, {divergence:.2f} nats from uniform"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of MNIST's idx files; left out, Keras fetches them")
    parser.add_argument("--steps", type=int, default=1000, help="of the lesson's network")
    parser.add_argument("--stacked-seconds", type=float, default=0, help="of training on Stacked MNIST; 0: none")
    flags = parser.parse_args()
    plugin = Plugin(registry.find("gan_generator"), LocalEngine())
    print(f"| | {' | '.join(NAMES)} | of the lesson's |\n|{'---|' * 8}")
    print("\n".join(compare_on_mnist(plugin, flags.data, flags.steps)), flush=True)
    if flags.stacked_seconds:
        print(count_stacked_modes(plugin, flags.data, flags.stacked_seconds))


if __name__ == "__main__":
    main()
