"""The VAE of a published lesson, unchanged, and Darkroom's, trained for the same wall time.

    python -m benchmarks.vae --seconds 300 [--data FOLDER]

Both have two latent dimensions and are trained on MNIST. The score is 784 times the mean squared error plus the KL
divergence in nats, with one latent vector sampled for each test image. The lesson is Microsoft's AI for Beginners,
lesson 9, Autoencoders:
https://github.com/microsoft/AI-For-Beginners/blob/main/lessons/4-ComputerVision/09-Autoencoders/README.md
Its VAE (784-512-2-512-784, RMSprop, batches of 128) samples latent vectors with a standard deviation of exp(s), but
computes the KL divergence as if s were the log variance, which is 2s. It is trained like that, and scored twice: by
its own formula and by the correct one.
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


class LessonVAE(keras.Model):  # type: ignore[misc]
    """The lesson's VAE and its loss."""

    def __init__(self) -> None:
        super().__init__()
        self.noise = keras.random.SeedGenerator(0)
        self.hidden, self.mean, self.s = layers.Dense(512, "relu"), layers.Dense(2), layers.Dense(2)
        self.decoder = keras.Sequential([layers.Dense(512, "relu"), layers.Dense(784, "sigmoid")])

    def call(self, flat: Any) -> Any:
        """Return the image decoded from one sampled latent vector, its mean and s, the log of its deviation."""
        hidden = self.hidden(flat)
        mean, s = self.mean(hidden), self.s(hidden)
        latent = mean + ops.exp(s) * keras.random.normal(ops.shape(mean), seed=self.noise)
        return self.decoder(latent), mean, s

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, *_: Any, **__: Any) -> Any:
        """Return the loss, with s in place of the log variance, as published."""
        image, mean, s = y_pred
        return ops.mean(vae.reconstruction_error(y, image, "mse") + vae.kl_divergence(mean, s))


class Clock(keras.callbacks.Callback):  # type: ignore[misc]
    """Stops training after a number of seconds; where `falling`, the learning rate follows a cosine down to 0."""

    def __init__(self, seconds: float, falling: bool) -> None:
        super().__init__()
        self.seconds, self.falling, self.began = seconds, falling, time.monotonic()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Set the learning rate, and end the epoch when the time is over."""
        elapsed = (time.monotonic() - self.began) / self.seconds
        if self.falling and batch % 50 == 0:
            self.model.optimizer.learning_rate.assign(RATE * (0.5 + 0.5 * np.cos(np.pi * min(elapsed, 1))))
        self.model.stop_training = elapsed >= 1

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """End training when the time is over."""
        self.model.stop_training = time.monotonic() - self.began >= self.seconds


def train(model: keras.Model, pictures: Any, seconds: float, falling: bool) -> int:
    """Train for `seconds`, and return the number of epochs, the last one incomplete."""
    return len(model.fit(pictures, pictures, BATCH, 10_000, 0, [Clock(seconds, falling)]).epoch)


def score(model: keras.Model, test: Any, log_variance_factor: int) -> float:
    """Return 784 · MSE + KL divergence on `test` images.

    The log variance is `log_variance_factor` times the model's last output.
    """
    decoded, mean, s = (ops.convert_to_tensor(part) for part in model.predict(test, 1000, verbose=0))
    kl = vae.kl_divergence(mean, log_variance_factor * s)
    return float(ops.mean(vae.reconstruction_error(test, decoded, "mse") + kl))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of MNIST's idx files; left out, Keras downloads them")
    parser.add_argument("--seconds", type=float, default=300, help="training time of each VAE")
    flags = parser.parse_args()
    seen, test = (images.from_uint8(datasets.read("mnist", flags.data, split).pictures) for split in ("train", "test"))
    keras.utils.set_random_seed(0)
    lesson = LessonVAE()
    lesson.compile("rmsprop")
    lesson_epochs = train(lesson, seen.reshape(-1, 784), flags.seconds, falling=False)
    ours = vae.VAETrainer(build_autoencoder(variational=True, hidden=(512, 256, 256)), "mse", 0)
    ours.compile(keras.optimizers.Adam(RATE))
    our_epochs = train(ours, seen, flags.seconds, falling=True)
    flat = test.reshape(-1, 784)
    print(f"{flags.seconds:g} seconds of training each\n")
    print("| | epochs | 784 · MSE + KL |\n|---|---|---|")
    print(f"| the lesson's VAE, by its own formula | {lesson_epochs} | {score(lesson, flat, 1):.2f} |")
    print(f"| the lesson's VAE, by the correct formula | {lesson_epochs} | {score(lesson, flat, 2):.2f} |")
    print(f"| Darkroom | {our_epochs} | {score(ours, test, 1):.2f} |")


if __name__ == "__main__":
    main()
