"""Trains a network so that training can be resumed after a kill, and saves the result with its provenance."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import keras

from core.manifest import Precision
from core.metadata import Checkpoint
from core.metadata import read as read_metadata
from core.networks import checkpoint, device
from core.networks.checkpoint import StoragePolicy
from core.training import data_parallel
from core.training.batches import Batches
from core.training.callbacks import Backup, History, StopOnDivergence
from core.training.evaluation import Scores
from core.training.runs import Run, RunError
from core.training.settings import Settings

DIVERGENCE_FACTOR = 10.0


def fit(
    network: keras.Model,
    batches: Batches,
    validation: Any,
    settings: Settings,
    run: Run,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> None:
    """Train `network`, continuing from the run's newest backup if there is one.

    Args:
        network: a compiled model; its `fit` must report a metric "loss".
        batches: the training data.
        validation: what `keras.Model.fit` takes as `validation_data`; None for no validation.
        settings: epochs and backup interval.
        run: where backups and the history are written.
        callbacks: called before those of this function. If there is no `StopOnDivergence` among them, one is added
            that allows ten times the lowest loss so far.

    Raises:
        RunError: if the loss is not finite or has diverged; the backup from before is kept.
    """
    backup = Backup(run, settings.backup_minutes)
    batches.epoch = backup.restore(network)
    if not any(isinstance(callback, StopOnDivergence) for callback in callbacks):
        callbacks = [*callbacks, StopOnDivergence(run, DIVERGENCE_FACTOR)]
    with data_parallel.shared(network):
        network.fit(
            batches,
            validation_data=data_parallel.evenly(validation),
            validation_batch_size=data_parallel.validation_batch(),
            epochs=settings.epochs,
            initial_epoch=batches.epoch,
            shuffle=False,  # batches are random already, and reproducible only in their order
            callbacks=[*callbacks, History(run, batches.epoch), backup],
            verbose=1 if sys.stdout.isatty() else 2,  # a progress bar in a terminal, a line per epoch in a log
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
        """Return a network with the weights of `network` that computes in float32, as it will be served and scored."""
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
    """Save `network` with its metadata and history as the checkpoint of `run`, and return `scores`.

    Args:
        network: the network that was scored: `architecture.rebuild(trained)`, quantized if `storage` rounds much.
        architecture: how to build it.
        scores: on images held out from training.
        provenance: see the function `provenance`.
        run: where to save it.
        storage: see `checkpoint.save`.
    """
    data_parallel.check_shared()
    arguments = dict(architecture.arguments)
    metadata = Checkpoint(architecture.builder.__name__, arguments, scores, provenance)
    checkpoint.save(network, metadata, run.checkpoint, storage)
    if run.history_file.exists():
        shutil.copy(run.history_file, run.checkpoint)
    return scores


def provenance(config: Any, data: dict[str, Any], run: Run) -> dict[str, Any]:
    """Return where a checkpoint comes from: data, config, versions, backend, device and duration.

    Args:
        config: the dataclass of the training's settings. If it has a field `start` (the folder of a checkpoint that
            the training started from), the provenance of that checkpoint is included.
        data: what the network was trained on, with a checksum.
        run: gives the duration.
    """
    packages = ("keras", keras.backend.backend(), "numpy")  # by module: TensorFlow has several package names
    start = getattr(config, "start", None)
    known = {
        "data": data,
        "config": asdict(config),
        "versions": {"python": platform.python_version()} | {name: sys.modules[name].__version__ for name in packages},
        "backend": keras.backend.backend(),
        "device": device.name(),
        "training_seconds": round(run.seconds_so_far()),
    }
    return known | ({"started_from": read_metadata(start).provenance} if start else {})
