"""How a generator learnt: what it drew from the same codes after some epochs, and how the two networks stood."""

from __future__ import annotations

import keras
import numpy as np

from core import images
from core.images import Image
from core.training import Run

from .adversarial import METRICS
from .model import generate

FILE = "snapshots.npz"
DRAWN = 32
EPOCHS = (0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144)


class Snapshots(keras.callbacks.Callback):  # type: ignore[misc]
    """Keeps what `network` draws of the same seeds after each of `EPOCHS`, and after the last.

    What it writes is one file beside the checkpoint: `epochs` (n,), `pictures` (n, 32, h, w, c) of bytes; and of
    every epoch the losses, the accuracies and the slope. A run that is resumed keeps what it had.
    """

    def __init__(self, run: Run, network: keras.Model) -> None:
        super().__init__()
        self.run, self.network, self.folder = run, network, run.folder / "snapshots"

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Keep what an untrained network draws."""
        if not any(self.folder.glob("??????.npy")):
            self._keep(0)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Keep a snapshot if it is time for one, and after the last epoch."""
        if epoch + 1 in (*EPOCHS, self.params["epochs"]):
            self._keep(epoch + 1)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Put all snapshots into one file."""
        files = sorted(self.folder.glob("??????.npy"))
        rows = self.run.rows()
        curves = {name: np.array([float(row[name]) for row in rows], np.float32) for name in METRICS}
        self.run.checkpoint.mkdir(exist_ok=True)
        epochs, pictures = np.array([int(file.stem) for file in files]), np.stack([np.load(file) for file in files])
        np.savez_compressed(self.run.checkpoint / FILE, allow_pickle=False, epochs=epochs, pictures=pictures, **curves)

    def _keep(self, epoch: int) -> None:
        self.folder.mkdir(exist_ok=True)
        drawn: Image = generate(self.network, DRAWN)
        partial = self.folder / "partial.tmp.npy"
        np.save(partial, images.to_uint8(drawn))
        partial.replace(self.folder / f"{epoch:06d}.npy")  # it appears whole, whenever the run is killed
