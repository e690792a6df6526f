"""What a network makes of the same things while it learns, kept in one file beside its checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from core.training import Run

FILE = "snapshots.npz"
EPOCHS = (0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144)

Arrays = dict[str, NDArray[Any]]


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
        np.savez_compressed(self.run.checkpoint / FILE, allow_pickle=False, epochs=epochs, **shown, **curves)

    def _keep(self, epoch: int) -> None:
        self.folder.mkdir(exist_ok=True)
        partial = self.folder / "partial.tmp.npz"
        np.savez(partial, allow_pickle=False, **self.show())
        partial.replace(self.folder / f"{epoch:06d}.npz")  # it appears whole, whenever the run is killed
