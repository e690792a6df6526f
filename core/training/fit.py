"""One training: its settings, its folder below `runs/`, `fit` that survives a kill, and its provenance."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import keras

from core import metadata
from core.manifest import Precision
from core.metadata import Checkpoint
from core.networks import checkpoint, device
from core.networks.checkpoint import StoragePolicy
from core.training.batches import Batches
from core.training.callbacks import Backup, History, StopOnDivergence
from core.training.evaluation import Scores
from core.training.runs import Run, RunError
from core.training.settings import Settings


def adam(settings: Settings, clip: float = 0.1) -> keras.optimizers.Optimizer:
    """Return Adam at the `cosine` rate, gradients clipped: one wild batch in thousands is enough to lose a run."""
    return keras.optimizers.Adam(cosine(settings), global_clipnorm=clip)


def cosine(settings: Settings) -> keras.optimizers.schedules.LearningRateSchedule:
    """Return the learning rate over a run: 100 steps of warm-up, then a cosine down to 1% of `settings.rate`."""
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=settings.rate / 100,
        decay_steps=max(1, settings.epochs * settings.steps - 100),
        alpha=0.01,
        warmup_target=settings.rate,
        warmup_steps=100,
    )


def fit(
    network: keras.Model,
    batches: Batches,
    validation: Any,
    settings: Settings,
    run: Run,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    divergence_factor: float = 10.0,
) -> None:
    """Train the compiled `network` on `batches`, from where `run` was interrupted if it was.

    `validation` is what `keras.Model.fit` takes as `validation_data`; the given `callbacks` are called before ours.
    Raises RunError where the loss is no number, or more than `divergence_factor` times the lowest so far.
    """
    backup = Backup(run, settings.backup_minutes)
    batches.epoch = backup.restore(network)
    network.fit(
        batches,
        validation_data=validation,
        epochs=settings.epochs,
        initial_epoch=batches.epoch,
        shuffle=False,  # batches are random already, and repeat in their order only
        callbacks=[*callbacks, History(run, batches.epoch), StopOnDivergence(run, divergence_factor), backup],
        verbose=1 if sys.stdout.isatty() else 2,  # a moving bar helps a person, and clutters a log
    )
    if network.stop_training:
        raise RunError(f"the loss diverged or became NaN ({run.history_file}): start again with a lower --rate.")


@dataclass(frozen=True)
class Architecture:
    """A builder from a plugin's `model.py` and the arguments that it is called with."""

    builder: Callable[..., keras.Model]
    arguments: Mapping[str, Any]

    def build(self, precision: Precision = "float32") -> keras.Model:
        """Return a new network that computes in `precision`; its weights are float32."""
        with device.precision(precision):
            return self.builder(**self.arguments)

    def rebuild(self, network: keras.Model) -> keras.Model:
        """Return the network in float32, as it is served, with the weights of `network`."""
        rebuilt = self.build()
        rebuilt.set_weights(network.get_weights())
        return rebuilt


def save_result(
    network: keras.Model,
    architecture: Architecture,
    scores: Scores,
    provenance: dict[str, Any],
    run: Run,
    storage: StoragePolicy = "float32",
) -> Scores:
    """Write the trained `network` as the checkpoint of `run`, and return its held-out `scores`."""
    arguments = dict(architecture.arguments)
    save(network, Checkpoint(architecture.builder.__name__, arguments, scores, provenance), run, storage)
    return scores


def save(network: keras.Model, facts: Checkpoint, run: Run, storage: StoragePolicy = "float32") -> None:
    """Put the trained `network`, its `facts` and how it was trained where `run` is looked for its result."""
    checkpoint.save(network, facts, run.checkpoint, storage)
    if run.history_file.exists():
        shutil.copy(run.history_file, run.checkpoint)


def provenance(config: Any, data: dict[str, Any], run: Run) -> dict[str, Any]:
    """Return where a checkpoint comes from: its `data` and their checksums, config, versions, device, duration.

    Where the config has a `start`, the folder of a checkpoint, also where that came from.
    """
    packages = ("keras", keras.backend.backend(), "numpy")  # by module: TensorFlow is sold under several names
    start = getattr(config, "start", None)
    facts = {
        "data": data,
        "config": asdict(config),
        "versions": {"python": platform.python_version()} | {name: sys.modules[name].__version__ for name in packages},
        "backend": keras.backend.backend(),
        "device": device.name(),
        "training_seconds": round(run.seconds_so_far()),
    }
    return facts | ({"started_from": metadata.read(start).provenance} if start else {})
