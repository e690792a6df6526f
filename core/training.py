"""One training: its settings, its folder below `runs/`, `fit` that survives a kill, and its provenance."""

from __future__ import annotations

import csv
import json
import platform
import sys
import time
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

import keras

from core import checkpoint, device
from core.checkpoint import Checkpoint
from core.data import Batches
from core.errors import UserError

RUNS = Path("runs")
AnyConfig = TypeVar("AnyConfig")


class RunError(UserError):
    """A run that cannot be started or resumed; the message says why."""


@dataclass(frozen=True)
class Settings:
    """What every plugin's training can be told; its own `Config` adds to these."""

    epochs: int = 10
    """How many epochs; after each, the held-out loss is computed and the run can be resumed."""
    steps: int = 250
    """Batches in an epoch."""
    batch: int = 16
    """Examples in a batch."""
    rate: float = 2e-3
    """Highest learning rate; it warms up over the first epoch's 100 steps and falls to 1% along a cosine."""
    seed: int = 0
    """Seed of the weights and of every batch."""
    precision: device.Precision = "float32"
    """float32, mixed_bfloat16 or mixed_float16; the weights stay float32."""
    backup_minutes: float = 5.0
    """How often what --resume continues from is written."""


@dataclass(frozen=True)
class Run:
    """The folder `runs/<plugin>/<time>/` of one training."""

    folder: Path

    @classmethod
    def start(cls, plugin: str, config: Any, runs: Path | None = None) -> Run:
        """Return a new run of `plugin`, its `config` (a dataclass) written down for --resume."""
        folder = (runs or RUNS) / plugin / time.strftime("%Y-%m-%d_%H-%M-%S")
        folder.mkdir(parents=True)
        run = cls(folder)
        run.config_file.write_text(json.dumps(asdict(config), indent=2, default=str) + "\n")
        return run

    @classmethod
    def newest(cls, plugin: str, finished: bool, runs: Path | None = None) -> Run:
        """Return the newest run of `plugin` that is, or is not, `finished`. Raises RunError where there is none."""
        runs = runs or RUNS
        for folder in sorted((runs / plugin).glob("*"), reverse=True):
            if (folder / "config.json").exists() and cls(folder).finished == finished:
                return cls(folder)
        kind = "finished" if finished else "interrupted"
        raise RunError(f"{runs / plugin} holds no {kind} run: train first (python -m core train {plugin}).")

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
        return (self.checkpoint / checkpoint.FACTS).exists()

    def read_config(self, kind: type[AnyConfig]) -> AnyConfig:
        """Return the `Config`, of the plugin's own `kind`, that this run was started with."""
        hints = get_type_hints(kind)
        stored = json.loads(self.config_file.read_text())
        return kind(**{name: _restore(value, hints[name]) for name, value in stored.items()})

    def seconds_so_far(self) -> float:
        """Return the time spent in all epochs up to now, interruptions not counted."""
        return sum(float(row["seconds"]) for row in self._history())

    def _history(self) -> list[dict[str, str]]:
        if not self.history_file.exists():
            return []
        with self.history_file.open() as file:
            return list(csv.DictReader(file))


def _restore(value: Any, hint: Any) -> Any:
    """Return a `Config` field as it was before it became JSON: paths are strings there, tuples lists."""
    if isinstance(value, list):
        return tuple(value)
    return Path(value) if isinstance(value, str) and Path in (hint, *get_args(hint)) else value


def cosine(settings: Settings) -> keras.optimizers.schedules.LearningRateSchedule:
    """Return the learning rate over a run: 100 steps of warm-up, then a cosine down to 1% of `settings.rate`."""
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=settings.rate / 100,
        decay_steps=max(1, settings.epochs * settings.steps - 100),
        alpha=0.01,
        warmup_target=settings.rate,
        warmup_steps=100,
    )


def fit(network: keras.Model, batches: Batches, validation: Any, settings: Settings, run: Run) -> None:
    """Train the compiled `network` on `batches`, from where `run` was interrupted if it was.

    `validation` is what `keras.Model.fit` takes as `validation_data`. Raises RunError where the loss is no number.
    """
    backup = Backup(run, settings.backup_minutes)
    batches.epoch = backup.restore(network)
    network.fit(
        batches,
        validation_data=validation,
        epochs=settings.epochs,
        initial_epoch=batches.epoch,
        shuffle=False,  # batches are random already, and repeat in their order only
        callbacks=[keras.callbacks.TerminateOnNaN(), History(run, batches.epoch), backup],
        verbose=1 if sys.stdout.isatty() else 2,  # a moving bar helps a person, and clutters a log
    )
    if network.stop_training:
        raise RunError("the loss became NaN: lower --rate or use --precision float32, and --resume from the backup.")


def save(network: keras.Model, facts: Checkpoint, run: Run, dtype: str = "float32") -> None:
    """Put the trained `network` and its `facts` where `run` is looked for its result."""
    checkpoint.save(network, facts, run.checkpoint, dtype)


def provenance(config: Any, data: dict[str, Any], run: Run) -> dict[str, Any]:
    """Return where a checkpoint comes from: its `data` and their checksums, config, versions, device, duration."""
    packages = ("keras", keras.backend.backend(), "numpy")
    return {
        "data": data,
        "config": {name: value.name if isinstance(value, Path) else value for name, value in asdict(config).items()},
        "versions": {"python": platform.python_version()} | {package: version(package) for package in packages},
        "backend": keras.backend.backend(),
        "device": device.name(),
        "training_seconds": round(run.seconds_so_far()),
    }


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
        if self.model.stop_training:  # the loss is NaN: keep the backup from before
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


class History(keras.callbacks.CSVLogger):  # type: ignore[misc]
    """Appends a row an epoch to the run's CSV, after dropping the rows that a resumed run does over."""

    def __init__(self, run: Run, epochs_done: int) -> None:
        rows = [row for row in run._history() if int(row["epoch"]) < epochs_done]
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
