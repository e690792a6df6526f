"""How a plane of codes took shape: after some epochs, what its points are drawn as, and where test pictures lie."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from core import images
from core.images import Image
from core.training import Run

from . import pictures, planes
from .model import decode, encode

FILE = "snapshots.npz"
PARTS = "reconstruction", "divergence"
SIDE = 14  # pictures along each axis of a manifold
EPOCHS = (0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89)


class Snapshots(keras.callbacks.Callback):  # type: ignore[misc]
    """Keeps, of a two-dimensional `network`, the manifold and where `test` pictures lie on it after each of `EPOCHS`.

    What it writes is one file beside the checkpoint: `epochs` (n,), `manifolds` (n, h, w, c) of bytes, `places`
    (n, pictures, 2) of the codes on them, as `Plane` has them; and of every epoch both parts of the loss. A run that
    is resumed keeps what it had.
    """

    def __init__(self, run: Run, network: keras.Model, test: Image) -> None:
        super().__init__()
        self.run, self.folder, self.file = run, run.folder / "snapshots", run.checkpoint / FILE
        self.network, self.test = network, test

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Keep what an untrained network draws."""
        if not any(self.folder.glob("??????.npz")):
            self._keep(0)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Keep a snapshot if it is time for one, and after the last epoch."""
        if epoch + 1 in (*EPOCHS, self.params["epochs"]):
            self._keep(epoch + 1)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Put all snapshots into one file."""
        files = sorted(self.folder.glob("??????.npz"))
        self.file.parent.mkdir(exist_ok=True)
        write(self.file, {int(file.stem): dict(np.load(file)) for file in files}, self.run.rows())

    def _keep(self, epoch: int) -> None:
        codes, log_variances = encode(self.network, self.test)
        plane = planes.find(codes, log_variances)
        manifold = images.to_uint8(images.tile(decode(self.network, plane.codes_at(pictures.grid(SIDE))), SIDE))
        self.folder.mkdir(exist_ok=True)
        partial = self.folder / "partial.tmp.npz"
        np.savez(partial, manifold=manifold, places=plane.places_of(codes))
        partial.replace(self.folder / f"{epoch:06d}.npz")  # it appears whole, whenever the run is killed


def write(file: Path, snapshots: dict[int, dict[str, NDArray[np.generic]]], history: list[dict[str, str]]) -> None:
    """Write snapshots by epoch, and both parts of the loss in the `history` of all epochs, as one compressed file."""
    parts = {name: np.array([float(row[name]) for row in history], np.float32) for name in PARTS}
    manifolds, places = (np.stack([each[name] for each in snapshots.values()]) for name in ("manifold", "places"))
    epochs = np.array(list(snapshots))
    np.savez_compressed(
        file, allow_pickle=False, epochs=epochs, manifolds=manifolds, places=places.astype(np.float16), **parts
    )
