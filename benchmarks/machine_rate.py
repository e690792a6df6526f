"""The rate at which this machine computes convolutions, beside which the times of networks are to be read.

python -m benchmarks.machine_rate
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import keras
import numpy as np

from benchmarks.clock import least_seconds, seconds_of
from benchmarks.tables import Table
from core.manifest import Precision
from core.networks import device

SIDE, WIDTH, LAYERS, REPEAT = 256, 64, 8, 7
PRECISIONS: tuple[Precision, ...] = "float32", "mixed_bfloat16"


def main() -> None:
    print(measure().markdown())


def measure() -> Table:
    """Return GFLOP/s of 3 × 3 convolutions of 64 channels, the best of a few runs."""
    x = np.random.default_rng(0).random((1, SIDE, SIDE, WIDTH), np.float32)
    operations = 2 * 9 * WIDTH**2 * SIDE**2 * LAYERS
    timers: dict[str, Callable[[], float]] = {}
    for precision in PRECISIONS:
        with device.precision(precision):
            layers = [keras.layers.Conv2D(WIDTH, 3, padding="same", activation="relu") for _ in range(LAYERS)]
            network = keras.Sequential([keras.Input(x.shape[1:]), *layers])
        network.predict_on_batch(x)  # the first call is traced
        timers[precision] = partial(seconds_of, partial(network.predict_on_batch, x))
    rows = [(precision, operations / seconds / 1e9) for precision, seconds in least_seconds(timers, REPEAT).items()]
    return Table(f"Convolutions, 3 × 3, {WIDTH} channels, {SIDE}²", ("precision", "GFLOP/s"), rows)


if __name__ == "__main__":
    main()
