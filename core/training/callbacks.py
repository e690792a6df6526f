"""Keras callbacks of a training run: backup, history, divergence, snapshots, noise seeds."""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from core.files import written_atomically
from core.training import data_parallel
from core.training.runs import Run

SNAPSHOTS_FILE = "snapshots.npz"
SNAPSHOT_EPOCHS = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144)  # after which snapshots are recorded
DRAWS_PER_EPOCH = 2**18  # more random tensors than one seed generator returns in any epoch
Arrays = dict[str, NDArray[Any]]


class Backup(keras.callbacks.Callback):  # type: ignore[misc]
    """Saves weights and optimizer state at the end of an epoch, every few minutes and after the last one.

    Unlike with `keras.callbacks.BackupAndRestore`, a process killed at any moment leaves a file to resume from: the
    epoch is in the file's name, and the file is written elsewhere and then renamed.

    Args:
        run: the backup is written to its folder.
        minutes: shortest time between two backups.
    """

    def __init__(self, run: Run, minutes: float) -> None:
        super().__init__()
        self.folder, self.seconds = run.folder / "backup", minutes * 60
        self.written = time.monotonic()

    def restore(self, network: keras.Model) -> int:
        """Load the newest backup into the compiled `network`, and return how many epochs it has been trained for."""
        newest = max(self.folder.glob("epoch_*.weights.h5"), default=None)
        if newest is None:
            return 0
        network.optimizer.build(network.trainable_variables)
        network.load_weights(newest)
        return int(newest.name.removeprefix("epoch_").removesuffix(".weights.h5"))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Write a backup if one is due, and remove the older ones."""
        done = epoch + 1
        if self.model.stop_training:  # the loss has diverged: keep the backup from before
            return
        if time.monotonic() - self.written < self.seconds and done < self.params["epochs"]:
            return
        self.folder.mkdir(exist_ok=True)
        newest = self.folder / f"epoch_{done:06d}.weights.h5"
        with written_atomically(newest) as temporary:
            self.model.save_weights(temporary, overwrite=True)
        for older in self.folder.glob("epoch_*.weights.h5"):
            if older != newest:
                older.unlink()
        self.written = time.monotonic()


class StopOnDivergence(keras.callbacks.Callback):  # type: ignore[misc]
    """Stops training after an epoch whose loss is not finite, or exceeds the lowest loss so far by a factor.

    Args:
        run: its history gives the lowest loss before a resume.
        factor: a loss above `factor` times the lowest one counts as diverged; infinity checks for NaN only.
    """

    def __init__(self, run: Run, factor: float) -> None:
        super().__init__()
        self.run, self.factor = run, factor

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Read the lowest loss of the epochs before a resume."""
        self.lowest = min((float(row["loss"]) for row in self.run.rows()), default=math.inf)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Compare the epoch's loss with the lowest one."""
        loss = (logs or {})["loss"]
        self.model.stop_training = not math.isfinite(loss) or 0 < self.factor * self.lowest < loss
        self.lowest = min(self.lowest, loss)


class History(keras.callbacks.CSVLogger):  # type: ignore[misc]
    """Appends one row per epoch to the run's CSV file.

    Args:
        run: its `history_file` is written.
        epochs_done: rows of later epochs are removed first, because a resumed run repeats those epochs.
    """

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
        """Store the time at which the epoch began."""
        self.began = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Write the epoch's row: its metrics and its duration in seconds."""
        super().on_epoch_end(epoch, (logs or {}) | {"seconds": round(time.monotonic() - self.began, 1)})


class Snapshots(keras.callbacks.Callback):  # type: ignore[misc]
    """Records arrays, such as generated images, before training, after some epochs, and after the last.

    At the end they are written to `snapshots.npz` beside the checkpoint: the array `epochs` (n,), each recorded array
    under its name with a new first axis (n, …), and for each name in `curves` the metric of every epoch. A resumed run
    keeps earlier snapshots. The epochs are `SNAPSHOT_EPOCHS`, denser at the beginning.

    Args:
        run: the snapshots are written to its folder.
        show: returns the arrays by name, always with the same shapes.
        curves: names of metrics, as in the history.
    """

    def __init__(self, run: Run, show: Callable[[], Arrays], curves: tuple[str, ...]) -> None:
        super().__init__()
        self.run, self.show, self.curves, self.folder = run, show, curves, run.folder / "snapshots"

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Record the untrained network."""
        if not any(self.folder.glob("??????.npz")):
            self._record(0)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Record a snapshot if one is due."""
        if epoch + 1 in (*SNAPSHOT_EPOCHS, self.params["epochs"]):
            self._record(epoch + 1)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Write all snapshots into one file."""
        recorded = {int(file.stem): dict(np.load(file)) for file in sorted(self.folder.glob("??????.npz"))}
        names = next(iter(recorded.values()))
        arrays = {name: np.stack([each[name] for each in recorded.values()]) for name in names}
        rows = self.run.rows()
        curves = {name: np.array([float(row[name]) for row in rows], np.float32) for name in self.curves}
        self.run.checkpoint.mkdir(exist_ok=True)
        epochs = np.array(list(recorded))
        np.savez_compressed(self.run.checkpoint / SNAPSHOTS_FILE, allow_pickle=False, epochs=epochs, **arrays, **curves)

    def _record(self, epoch: int) -> None:
        self.folder.mkdir(exist_ok=True)
        with data_parallel.alone(self.model):
            shown = self.show()
        with written_atomically(self.folder / f"{epoch:06d}.npz") as temporary:
            np.savez(temporary, allow_pickle=False, **shown)


class ReseedNoise(keras.callbacks.Callback):  # type: ignore[misc]
    """Seeds the model's attribute `noise` at each epoch's start, so that a resumed run repeats the same noise.

    Args:
        seed: 0 to 2**32 - 1; the state is set from it and the epoch.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.seed = seed

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Set the generator's state for the epoch."""
        reseed(self.model.noise, self.seed, epoch * DRAWS_PER_EPOCH)


def reseed(noise: keras.random.SeedGenerator, seed: int, draws: int) -> None:
    """Set `noise` to the state that a new generator with this `seed` has after `draws` random tensors.

    Args:
        noise: the generator.
        seed: 0 to 2**32 - 1.
        draws: how many random tensors it has returned, 0 or more; counted modulo 2**32, as Keras does.
    """
    noise.state.assign(np.array([seed, draws % 2**32], np.uint32))
