"""One training: its settings, its folder below `runs/`, `fit` that survives a kill, and its provenance."""

from __future__ import annotations

import csv
import json
import math
import platform
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import keras
from filelock import FileLock, Timeout
from pydantic import TypeAdapter

from core import checkpoint, device
from core.checkpoint import Checkpoint, Storage
from core.data import Batches
from core.errors import UserError
from core.manifest import FACTS, Precision

RUNS = Path("runs")
AnyConfig = TypeVar("AnyConfig")


class RunError(UserError):
    """A run that cannot be started or resumed; the message says why."""


@dataclass(frozen=True)
class Settings:
    """What every plugin's training can be told; its own `Config` adds to these.

    It also has a field `checkpoint`: which of the plugin's checkpoints the network is to become.
    """

    epochs: int = 10
    """How many epochs; after each, the held-out loss is computed and the run can be resumed."""
    steps: int = 250
    """Batches in an epoch."""
    batch: int = 16
    """Examples in a batch."""
    rate: float = 1.5e-3
    """Highest learning rate; it warms up over the first epoch's 100 steps and falls to 1% along a cosine."""
    seed: int = 0
    """Seed of the weights and of every batch."""
    precision: Precision = "float32"
    """float32, mixed_bfloat16 or mixed_float16; the weights stay float32."""
    backup_minutes: float = 5.0
    """How often what --resume continues from is written."""

    def __post_init__(self) -> None:
        for name in ("epochs", "steps", "batch"):
            if getattr(self, name) < 1:
                raise UserError(f"--{name} is {getattr(self, name)}: use at least 1.")
        if not 0 < self.rate < 1:
            raise UserError(f"--rate is {self.rate}: use a number between 0 and 1, such as 0.001.")
        if not 0 <= self.seed < 2**32:
            raise UserError(f"--seed is {self.seed}: use 0 to {2**32 - 1}.")
        if not 0 <= self.backup_minutes < math.inf:
            raise UserError(f"--backup-minutes is {self.backup_minutes}: use 0 or more.")


@dataclass(frozen=True)
class Run:
    """The folder `runs/<plugin>/<time>/` of one training."""

    folder: Path

    @classmethod
    def start(cls, plugin: str, config: Any, runs: Path | None = None) -> Run:
        """Return a new run of `plugin`, its `config` (a dataclass) written down for --resume."""
        folder = (runs or RUNS) / plugin / datetime.now().strftime("%Y-%m-%d_%H-%M-%S.%f")
        folder.mkdir(parents=True)
        run = cls(folder)
        run.config_file.write_bytes(TypeAdapter(type(config)).dump_json(config, indent=2))
        return run

    @property
    def config_file(self) -> Path:
        """The JSON of the `Config` that this run was started with."""
        return self.folder / "config.json"

    @property
    def history_file(self) -> Path:
        """One CSV row an epoch."""
        return self.folder / "history.csv"

    @property
    def checkpoint(self) -> Path:
        """Where the trained network is put at the end."""
        return self.folder / "checkpoint"

    @property
    def finished(self) -> bool:
        """Whether the run came to its end."""
        return (self.checkpoint / FACTS).exists()

    def trains(self, checkpoint: str) -> bool:
        """Return whether this run's network is to become `checkpoint`."""
        return bool(json.loads(self.config_file.read_bytes()).get("checkpoint") == checkpoint)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other process from training in this run meanwhile. Raises RunError where one does already."""
        try:
            with FileLock(self.folder / "lock", timeout=0):
                yield
        except Timeout:
            raise RunError(f"{self.folder} is being trained by another process: wait for it, or stop it.") from None

    def discard_if_empty(self) -> None:
        """Remove the folder if no epoch came to its end: there is nothing to resume."""
        if not self.rows():
            shutil.rmtree(self.folder)

    def read_config(self, kind: type[AnyConfig]) -> AnyConfig:
        """Return the `Config`, of the plugin's own `kind`, that this run was started with."""
        return TypeAdapter(kind).validate_json(self.config_file.read_bytes())

    def seconds_so_far(self) -> float:
        """Return the time spent in all epochs up to now, interruptions not counted."""
        return sum(float(row["seconds"]) for row in self.rows())

    def rows(self) -> list[dict[str, str]]:
        """Return the history so far, a row an epoch."""
        if not self.history_file.exists():
            return []
        with self.history_file.open() as file:
            return list(csv.DictReader(file))


def find_run(plugin: str, finished: bool, checkpoint: str | None = None, runs: Path | None = None) -> Run | None:
    """Return the newest run of `plugin` that is, or is not, `finished`; where one is named, of that `checkpoint`."""
    for folder in sorted(((runs or RUNS) / plugin).glob("*"), reverse=True):
        run = Run(folder)
        if run.config_file.exists() and run.finished == finished and (checkpoint is None or run.trains(checkpoint)):
            return run
    return None


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
    also: Sequence[keras.callbacks.Callback] = (),
    most: float = 10.0,
) -> None:
    """Train the compiled `network` on `batches`, from where `run` was interrupted if it was.

    `validation` is what `keras.Model.fit` takes as `validation_data`; callbacks in `also` are called before ours.
    Raises RunError where the loss is no number, or more than `most` times the lowest so far.
    """
    backup = Backup(run, settings.backup_minutes)
    batches.epoch = backup.restore(network)
    network.fit(
        batches,
        validation_data=validation,
        epochs=settings.epochs,
        initial_epoch=batches.epoch,
        shuffle=False,  # batches are random already, and repeat in their order only
        callbacks=[*also, History(run, batches.epoch), StopWhereDiverged(run, most), backup],
        verbose=1 if sys.stdout.isatty() else 2,  # a moving bar helps a person, and clutters a log
    )
    if network.stop_training:
        raise RunError(f"the loss diverged or became NaN ({run.history_file}): start again with a lower --rate.")


def save(network: keras.Model, facts: Checkpoint, run: Run, storage: Storage = "float32") -> None:
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
    return facts | ({"started_from": checkpoint.read(start).provenance} if start else {})


class Backup(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes weights and optimizer every few minutes, at the end of an epoch, as one file that appears whole.

    Unlike `keras.callbacks.BackupAndRestore`, a kill at any moment leaves a file to resume from: the epoch is in
    its name, and a rename puts it in place.
    """

    def __init__(self, run: Run, minutes: float) -> None:
        super().__init__()
        self.folder, self.seconds = run.folder / "backup", minutes * 60
        self.written = time.monotonic()

    def restore(self, network: keras.Model) -> int:
        """Return how many epochs `network` has behind it, after filling it from the newest backup, if any."""
        newest = max(self.folder.glob("epoch_*.weights.h5"), default=None)
        if newest is None:
            return 0
        network.optimizer.build(network.trainable_variables)
        network.load_weights(newest)
        return int(newest.name.removeprefix("epoch_").removesuffix(".weights.h5"))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Write a backup if it is time for one, and after the last epoch."""
        done = epoch + 1
        if self.model.stop_training:  # it has diverged: keep the backup from before
            return
        if time.monotonic() - self.written < self.seconds and done < self.params["epochs"]:
            return
        self.folder.mkdir(exist_ok=True)
        partial, whole = self.folder / "partial.weights.h5", self.folder / f"epoch_{done:06d}.weights.h5"
        self.model.save_weights(partial, overwrite=True)
        partial.replace(whole)
        for older in self.folder.glob("epoch_*.weights.h5"):
            if older != whole:
                older.unlink()
        self.written = time.monotonic()


class StopWhereDiverged(keras.callbacks.Callback):  # type: ignore[misc]
    """Ends training after an epoch whose loss is no number, or `most` times the lowest so far: it never comes back."""

    def __init__(self, run: Run, most: float) -> None:
        super().__init__()
        self.most = most
        self.lowest = min((float(row["loss"]) for row in run.rows()), default=math.inf)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Compare the epoch's loss with the lowest."""
        loss = (logs or {})["loss"]
        self.model.stop_training = not math.isfinite(loss) or 0 < self.most * self.lowest < loss
        self.lowest = min(self.lowest, loss)


class History(keras.callbacks.CSVLogger):  # type: ignore[misc]
    """Appends a row an epoch to the run's CSV, after dropping the rows that a resumed run does over."""

    def __init__(self, run: Run, epochs_done: int) -> None:
        rows = [row for row in run.rows() if int(row["epoch"]) < epochs_done]
        run.history_file.unlink(missing_ok=True)
        if rows:
            with run.history_file.open("w", newline="") as file:
                writer = csv.DictWriter(file, rows[0].keys())
                writer.writeheader()
                writer.writerows(rows)
        super().__init__(run.history_file, append=bool(rows))

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Start the epoch's clock."""
        self.began = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Write the epoch's row, with its duration."""
        super().on_epoch_end(epoch, (logs or {}) | {"seconds": round(time.monotonic() - self.began, 1)})
