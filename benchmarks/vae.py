"""The lessons' variational autoencoder as it was published, faults and all, and ours, trained for the same wall time.

    python -m benchmarks.vae --seconds 300 [--data FOLDER]

Both have two dimensions and learn MNIST; scored is 784 times the mean squared error plus the Kullback-Leibler
divergence in nats, one code drawn for each test picture. The lessons' network (784-512-2-512-784, rmsprop, batches of
128) draws its codes with a deviation of exp(s), and computes the divergence as if s were the logarithm of the variance,
which is 2s: as it is trained, so it is scored, once by its own formula and once by the right one.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from core.imaging import images
from core.training import datasets
from plugins.vae_explorer.model import build_autoencoder
from plugins.vae_explorer.training import vae

BATCH = 128
RATE = 1e-3


class Lesson(keras.Model):  # type: ignore[misc]
    """The lessons' network and its loss."""

    def __init__(self) -> None:
        super().__init__()
        self.noise = keras.random.SeedGenerator(0)
        self.hidden, self.mean, self.s = layers.Dense(512, "relu"), layers.Dense(2), layers.Dense(2)
        self.decoder = keras.Sequential([layers.Dense(512, "relu"), layers.Dense(784, "sigmoid")])

    def call(self, flat: Any) -> Any:
        """Return the picture drawn from one code, its mean and s."""
        hidden = self.hidden(flat)
        mean, s = self.mean(hidden), self.s(hidden)
        code = mean + ops.exp(s) * keras.random.normal(ops.shape(mean), seed=self.noise)
        return self.decoder(code), mean, s

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, *_: Any, **__: Any) -> Any:
        """Return the loss with s where the logarithm of the variance belongs."""
        picture, mean, s = y_pred
        return ops.mean(vae.error(y, picture, "mse") + vae.divergence(mean, s))


class Clock(keras.callbacks.Callback):  # type: ignore[misc]
    """Stops training when the time is up; meanwhile the rate falls along half a cosine, if it is to."""

    def __init__(self, seconds: float, falling: bool) -> None:
        super().__init__()
        self.seconds, self.falling, self.began = seconds, falling, time.monotonic()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Set the rate, and end the epoch where the time is up."""
        gone = (time.monotonic() - self.began) / self.seconds
        if self.falling and batch % 50 == 0:
            self.model.optimizer.learning_rate.assign(RATE * (0.5 + 0.5 * np.cos(np.pi * min(gone, 1))))
        self.model.stop_training = gone >= 1

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """End training where the time is up."""
        self.model.stop_training = time.monotonic() - self.began >= self.seconds


def train(model: keras.Model, pictures: Any, seconds: float, falling: bool) -> int:
    """Train for `seconds`, and return after how many epochs that was."""
    return len(model.fit(pictures, pictures, BATCH, 10_000, 0, [Clock(seconds, falling)]).epoch)


def score(model: keras.Model, test: Any, log_variances_per_s: int) -> float:
    """Return 784 · MSE + divergence on `test` pictures; the log of the variance is so many times the last output."""
    drawn, mean, s = (ops.convert_to_tensor(part) for part in model.predict(test, 1000, verbose=0))
    return float(ops.mean(vae.error(test, drawn, "mse") + vae.divergence(mean, log_variances_per_s * s)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of MNIST's idx files; left out, Keras fetches them")
    parser.add_argument("--seconds", type=float, default=300, help="of training, for each")
    flags = parser.parse_args()
    seen, test = (images.from_uint8(datasets.read("mnist", flags.data, split).pictures) for split in ("train", "test"))
    keras.utils.set_random_seed(0)
    lesson = Lesson()
    lesson.compile("rmsprop")
    lesson_epochs = train(lesson, seen.reshape(-1, 784), flags.seconds, falling=False)
    ours = vae.Variational(build_autoencoder(variational=True, hidden=(512, 256, 256)), "mse", 0)
    ours.compile(keras.optimizers.Adam(RATE))
    our_epochs = train(ours, seen, flags.seconds, falling=True)
    flat = test.reshape(-1, 784)
    print(f"{flags.seconds:g} seconds of training each\n")
    print("| | epochs | 784 · MSE + KL |\n|---|---|---|")
    print(f"| the lessons' network, by its own formula | {lesson_epochs} | {score(lesson, flat, 1):.2f} |")
    print(f"| the same, by the right one | {lesson_epochs} | {score(lesson, flat, 2):.2f} |")
    print(f"| Darkroom | {our_epochs} | {score(ours, test, 1):.2f} |")


if __name__ == "__main__":
    main()
