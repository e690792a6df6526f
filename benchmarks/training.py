"""Steps of training per second by the plugins' own scripts, beside a bare loop of `train_on_batch`.

python -m benchmarks.training [--data FOLDER] [--steps 20]

Both train the same network on the same batches, which the loop has at hand. The scripts sample batches in a thread
beside the training: where that takes less than a step, the network does not wait. The photos are the examples of the
denoiser, if no other folder is given.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import keras

from benchmarks.tables import Table
from core import registry
from core.networks import device
from core.training import fit
from core.training.batches import Batches
from core.training.runs import Run
from core.verbs import import_module_of

EXAMPLES = Path("plugins/denoiser/examples")
WARM = 3  # steps that are not measured: the first is traced
RECIPES: tuple[tuple[str, str], ...] = (
    ("denoiser", "photographs"),
    ("denoiser", "camera"),
    ("super_resolver", "x2"),
    ("super_resolver", "x4"),
    ("super_resolver", "x4_real"),
)


class Measured(Exception):  # noqa: N818 - not an error: it ends a training whose steps have been measured
    """Carries what was measured out of a plugin's `train`."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=EXAMPLES)
    parser.add_argument("--steps", type=int, default=20)
    options = parser.parse_args()
    print(measure(options.data, options.steps).markdown())


def measure(data: Path = EXAMPLES, steps: int = 20) -> Table:
    """Return steps per second of each recipe, in the precision that is faster here, and what sampling takes."""
    rows = [(f"{name}, {checkpoint}", *_measure(name, checkpoint, data, steps)) for name, checkpoint in RECIPES]
    columns = "recipe", "steps/s", "sampling, % of a step", "× train_on_batch"
    return Table(f"Training, {device.choose('mixed_bfloat16')}", columns, rows)


def _measure(name: str, checkpoint: str, data: Path, steps: int) -> tuple[float, float, float]:
    """Return the cells of one row: the plugin's script prepares all, and is ended where it would train."""
    module = import_module_of(registry.find(name), "train")
    config = module.Config(checkpoint=checkpoint, data=data, precision=device.choose("mixed_bfloat16"), steps=steps)
    with tempfile.TemporaryDirectory() as folder, patch.object(fit, "fit", _stop_at_fit(steps)):
        try:
            module.train(config, Run.start(name, config, Path(folder)))
        except Measured as measured:
            return measured.args
    raise AssertionError(f"{name} does not train by core.training.fit.fit.")


def _stop_at_fit(steps: int) -> Callable[..., None]:
    def measure(network: keras.Model, batches: Batches, *_: Any) -> None:
        clock = Clock()
        network.fit(batches, epochs=1, steps_per_epoch=steps, shuffle=False, callbacks=[clock], verbose=0)
        began = time.perf_counter()
        at_hand = [batches[i] for i in range(steps)]
        sampled = time.perf_counter()
        for batch in at_hand:
            network.train_on_batch(*batch)
        trained = time.perf_counter()
        raise Measured(
            clock.steps_per_second,
            100 * (sampled - began) / (trained - sampled),
            clock.steps_per_second * (trained - sampled) / steps,
        )

    return measure


class Clock(keras.callbacks.Callback):  # type: ignore[misc]
    """Notes when the steps of one epoch end."""

    def __init__(self) -> None:
        super().__init__()
        self._ends: list[float] = []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Note the time."""
        self._ends.append(time.perf_counter())

    @property
    def steps_per_second(self) -> float:
        """Steps per second, after the first few."""
        return (len(self._ends) - WARM) / (self._ends[-1] - self._ends[WARM - 1])


if __name__ == "__main__":
    main()
