"""Keras callbacks of a training run: backup, history, divergence, snapshots."""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from core.training.runs import Run

SNAPSHOTS_FILE = "snapshots.npz"


EPOCHS = (0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144)


DRAWS_PER_EPOCH = 2**18  # more than any epoch draws from one generator
Arrays = dict[str, NDArray[Any]]


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


class StopOnDivergence(keras.callbacks.Callback):  # type: ignore[misc]
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


class Snapshots(keras.callbacks.Callback):  # type: ignore[misc]
    """Keeps the arrays that `show` returns before the training, after each of `EPOCHS`, and after the last.

    `snapshots.npz` holds `epochs` (n,), those arrays by their names, (n, …), and of every epoch the metrics that
    `curves` names. A run that is resumed keeps what it had.
    """

    def __init__(self, run: Run, show: Callable[[], Arrays], curves: tuple[str, ...]) -> None:
        super().__init__()
        self.run, self.show, self.curves, self.folder = run, show, curves, run.folder / "snapshots"

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Keep what an untrained network makes."""
        if not any(self.folder.glob("??????.npz")):
            self._keep(0)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Keep a snapshot if it is time for one, and after the last epoch."""
        if epoch + 1 in (*EPOCHS, self.params["epochs"]):
            self._keep(epoch + 1)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Put all snapshots into one file."""
        kept = {int(file.stem): dict(np.load(file)) for file in sorted(self.folder.glob("??????.npz"))}
        shown = {name: np.stack([each[name] for each in kept.values()]) for name in next(iter(kept.values()))}
        rows = self.run.rows()
        curves = {name: np.array([float(row[name]) for row in rows], np.float32) for name in self.curves}
        self.run.checkpoint.mkdir(exist_ok=True)
        epochs = np.array(list(kept))
        np.savez_compressed(self.run.checkpoint / SNAPSHOTS_FILE, allow_pickle=False, epochs=epochs, **shown, **curves)

    def _keep(self, epoch: int) -> None:
        self.folder.mkdir(exist_ok=True)
        partial = self.folder / "partial.tmp.npz"
        np.savez(partial, allow_pickle=False, **self.show())
        partial.replace(self.folder / f"{epoch:06d}.npz")  # it appears whole, whenever the run is killed


class ReseedNoise(keras.callbacks.Callback):  # type: ignore[misc]
    """Seeds the model's `noise`, a `keras.random.SeedGenerator`, from the epoch: a resumed run draws the same noise."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.seed = seed

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Set the generator's state for the epoch."""
        reseed(self.model.noise, self.seed, epoch * DRAWS_PER_EPOCH)


def reseed(noise: keras.random.SeedGenerator, seed: int, draws: int) -> None:
    """Set `noise` to the state that it has after so many `draws` from `seed`."""
    noise.state.assign(np.array([seed, draws], np.uint32))
