"""Trains the network on two-bar melodies of folk tunes, moved to random keys."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from core.errors import UserError, check_range
from core.networks import checkpoint
from core.networks.checkpoint import StorageDtype
from core.plugin import Plugin
from core.training import fit, optimizers
from core.training.batches import Batches
from core.training.evaluation import Evaluation, Scores
from core.training.fit import Architecture
from core.training.runs import Run
from core.training.settings import Settings

from . import held_out, model, scoring
from .melody import FIRST_NOTE, TOKENS, Tokens
from .training import tunes
from .training.vae import KLWarmup, VAETrainer

STORAGE: StorageDtype = "int8"
LARGEST_GRADIENT = 1.0  # norm
MOST_SEMITONES = 6  # by which a melody is moved
WARMUP = 0.25  # of the epochs, during which the weight of the KL divergence rises
VALIDATED = 1024  # held-out melodies whose loss is shown after each epoch


@dataclass(frozen=True)
class Config(Settings):
    """Settings of the training."""

    checkpoint: str = "folk_tunes"
    """Which network to train."""
    tunes: Path = Path("music21-10.5.1-py3-none-any.whl")
    """The wheel of music21, or the folder that it was unpacked to: `pip download --no-deps music21==10.5.1`."""
    epochs: int = 16
    """Epochs; after each, the held-out loss is computed and the run can be resumed."""
    batch: int = 128
    """Melodies per batch."""
    rate: float = 2.5e-3
    """Highest learning rate; it warms up over the first 100 steps and falls to 1% along a cosine."""
    dimensions: int = 96
    """Size of the latent vector."""
    width: int = 96
    """Channels of the convolutions."""
    beta: float = 0.25
    """Weight of the KL divergence: with less, melodies are reconstructed better, and samples are less like melodies."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("dimensions", "width"):
            check_range(f"--{name}", getattr(self, name), 1)
        if not 0 <= self.beta <= 10:
            raise UserError(f"--beta is {self.beta}: use 0 to 10.")


def train(config: Config, run: Run) -> Scores:
    """Train the network, and return its scores on melodies of held-out tunes."""
    keras.utils.set_random_seed(config.seed)
    trained_on, test = tunes.read(config.tunes)
    architecture = Architecture(model.build_vae, {"dimensions": config.dimensions, "width": config.width})
    trainer = VAETrainer(architecture.build(config.precision), config.beta, config.seed)
    trainer.compile(keras.optimizers.Adam(optimizers.cosine(config), global_clipnorm=LARGEST_GRADIENT))
    sampler = TransposedMelodies(trained_on.melodies, config.batch)
    validation = test.melodies[:: max(1, len(test.melodies) // VALIDATED)].astype(np.int32)
    batches = Batches(sampler, config.steps, config.seed)
    warmup = KLWarmup(max(1, round(WARMUP * config.epochs)))
    fit.fit(trainer, batches, (validation, validation), config, run, [warmup])

    trained = architecture.rebuild(trainer.network)
    checkpoint.quantize(trained, STORAGE)
    scores = scoring.score(_coder(trained), test.melodies)
    held_out.write(run.folder, test.melodies)
    return fit.save_result(trained, architecture, scores, _provenance(config, trained_on, run), run, STORAGE)


def evaluate(plugin: Plugin, count: int = 5000) -> Evaluation:
    """Score the network on up to `count` of the held-out melodies that the plugin holds."""
    check_range("count", count, 8)
    melodies = held_out.melodies()[:count]
    coder = scoring.Coder(
        lambda batch: plugin.run("encode", batch), lambda latents: np.asarray(plugin.run("decode", latents))
    )
    return Evaluation(scoring.score(coder, melodies), count=len(melodies), unit="melodies")


class TransposedMelodies:
    """Samples batches of melodies, each moved by a random number of semitones that keeps it in range.

    Args:
        melodies: (n, 32).
        batch: how many to sample at once.
    """

    def __init__(self, melodies: Tokens, batch: int) -> None:
        is_note = melodies >= FIRST_NOTE
        lowest = np.where(is_note, melodies, TOKENS).min(axis=1)
        highest = np.where(is_note, melodies, 0).max(axis=1)
        self.melodies, self.batch = melodies, batch
        self.down = np.maximum(-MOST_SEMITONES, FIRST_NOTE - lowest)
        self.up = np.minimum(MOST_SEMITONES, TOKENS - 1 - highest)

    def __call__(self, random: np.random.Generator) -> tuple[Tokens, Tokens]:
        """Return a batch (n, 32) twice: what is encoded, and what is to be decoded."""
        chosen = random.integers(len(self.melodies), size=self.batch)
        semitones = random.integers(self.down[chosen], self.up[chosen] + 1)[:, None]
        melodies = self.melodies[chosen]
        moved = np.where(melodies >= FIRST_NOTE, melodies + semitones, melodies)
        return moved, moved


def _coder(network: keras.Model) -> scoring.Coder:
    return scoring.Coder(lambda batch: model.encode(network, batch), lambda latents: model.decode(network, latents))


def _provenance(config: Config, data: tunes.Split, run: Run) -> dict[str, Any]:
    """Return where the checkpoint comes from, with the path of the wheel as its name only."""
    known = {
        "subject": "two-bar melodies of folk tunes in 4/4 and 2/4 (PyPI music21 10.5.1)",
        "collections": list(tunes.COLLECTIONS),
        "melodies": len(data.melodies),
        "tunes": len(set(data.titles)),
        "sha256": hashlib.sha256(data.melodies.astype(np.uint8).tobytes()).hexdigest(),
    }
    found = fit.provenance(config, known, run)
    return found | {"config": found["config"] | {"tunes": config.tunes.name}}
