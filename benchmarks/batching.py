"""What it would gain to compute small calls of several visitors in one batch, and whether their answers stay the same.

python -m benchmarks.batching [--calls 16] [--repeat 9]

Prints a table in Markdown: the milliseconds of each call, alone and as one of a batch; their ratio; and the largest
difference between the results, in 8-bit units.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks.clock import least_seconds, seconds_of
from benchmarks.tables import Cell, Table
from core import registry
from core.engine import LocalEngine
from core.imaging.images import Image
from core.networks import checkpoint
from core.plugin import Plugin
from core.verbs import import_module_of

THUMBNAIL = 64  # pixels, each side
SIGMA = 25
Compute = Callable[[int, int], Image]
"""Returns the results (count, h, w, c) of so many calls from a number on."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=16)
    parser.add_argument("--repeat", type=int, default=9)
    options = parser.parse_args()
    print(measure(options.calls, options.repeat).markdown())


def measure(calls: int = 16, repeat: int = 9) -> Table:
    """Return how long a call takes alone and in a batch of `calls`, and how far the results differ."""
    rows: list[tuple[Cell, ...]] = [(name, *_compare(compute, calls, repeat)) for name, compute in _calls().items()]
    columns = "call", "alone, ms", f"one of {calls}, ms", "ratio", "largest, /255"
    return Table("Small calls in one batch", columns, rows)


def _compare(compute: Compute, calls: int, repeat: int) -> tuple[float, ...]:
    """Return the cells of one row."""
    alone = np.concatenate([compute(number, 1) for number in range(calls)])  # the first call traces the network
    together = compute(0, calls)
    timers = {
        "alone": partial(seconds_of, lambda: [compute(number, 1) for number in range(calls)]),
        "together": partial(seconds_of, lambda: compute(0, calls)),
    }
    times = least_seconds(timers, repeat)
    before, after = (1000 * seconds / calls for seconds in times.values())
    return before, after, before / after, 255 * float(np.abs(alone - together).max())


def _calls() -> dict[str, Compute]:
    random = np.random.default_rng(0)
    gan, vae = (Plugin(registry.find(name), LocalEngine()) for name in ("gan_generator", "vae_explorer"))
    latents = random.standard_normal((256, 2)).astype(np.float32)
    thumbnails = random.random((256, THUMBNAIL, THUMBNAIL, 3), np.float32)
    levels = np.full((256, THUMBNAIL, THUMBNAIL, 1), SIGMA / 255, np.float32)
    record = registry.find("denoiser")
    denoiser = checkpoint.load(record.folder / "weights" / "photographs", import_module_of(record, "model"))

    def generate(number: int, count: int) -> Image:
        images: Image = gan.run("generate", count, seed=number, checkpoint="cats")
        return images

    def decode(number: int, count: int) -> Image:
        images: Image = vae.run("decode", latents[number : number + count])
        return images

    def denoise(number: int, count: int) -> Image:
        chosen = slice(number, number + count)
        images: Image = denoiser.predict_on_batch((thumbnails[chosen], levels[chosen]))
        return images

    return {"generate a cat": generate, "decode a digit": decode, f"denoise {THUMBNAIL}²": denoise}


if __name__ == "__main__":
    main()
