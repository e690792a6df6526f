"""How much memory the suite holds after many requests, and how much a function needs at its peak: Linux only.

python -m benchmarks.memory [--requests 200] [--seed 0]

Calls verbs of all plugins in one process, in threads as the app does, on pictures of random sizes, and notes the
resident memory every 20 requests. Then it denoises 12 megapixels: the peak above that, and what is held after.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.tables import Table
from core import registry
from core.engine import LocalEngine
from core.imaging.images import Image
from core.plugin import Plugin
from core.web import memory
from core.web.memory import read_status

CLEAR_REFS = Path("/proc/self/clear_refs")
RESET_PEAK = "5"  # proc(5)
THREADS, EVERY = 8, 20
SIDES = 32, 1200  # pixels, from and to
LARGE = 3000, 4000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(measure(options.requests, options.seed).markdown())


def measure(requests: int = 200, seed: int = 0) -> Table:
    """Return the megabytes of this process, every 20 requests and around a photo of 12 megapixels."""
    memory.limit_arenas()  # as the app does
    engine = LocalEngine()
    plugins = {name: Plugin(record, engine) for name, record in registry.discover().items()}
    random = np.random.default_rng(seed)
    rows: list[tuple[str, float]] = []
    with ThreadPoolExecutor(THREADS) as pool:
        for done in range(0, requests + 1, EVERY):
            rows.append((f"after {done} requests", resident()))
            list(pool.map(lambda seed: _request(plugins, seed), random.integers(0, 2**32, EVERY)))
            memory.give_back()  # as the app does after larger pictures
        peak = pool.submit(peak_megabytes, lambda: _denoise_large(plugins["denoiser"])).result()
    rows += [("12 megapixels, above that", peak), ("after them", resident())]
    return Table("Memory of the whole suite in one process", ("", "MB"), rows)


def resident() -> float:
    """Return the megabytes of memory that this process holds."""
    return read_status("VmRSS") / 1e3


def _request(plugins: dict[str, Plugin], seed: int) -> None:
    """Call one verb of one plugin, as the random numbers of `seed` have it."""
    random = np.random.default_rng(seed)
    photo = _noise(random, *random.integers(*SIDES, 2))
    small = photo[:256, :256]
    calls: list[Callable[[], Any]] = [
        lambda: plugins["denoiser"].run("denoise", photo, sigma=25),
        lambda: plugins["denoiser"].run("denoise", photo, checkpoint="camera"),
        lambda: plugins["super_resolver"].run(
            "upscale", small, checkpoint=random.choice(["x2", "x3", "x4", "x4_real"])
        ),
        lambda: plugins["style_transfer"].run("stylize", small, photo),
        lambda: plugins["gan_generator"].run("generate", int(random.integers(1, 64)), int(random.integers(0, 1000))),
        lambda: plugins["vae_explorer"].run("sample", int(random.integers(1, 400)), int(random.integers(0, 1000))),
    ]
    calls[random.integers(len(calls))]()


def _denoise_large(denoiser: Plugin) -> None:
    denoiser.run("denoise", _noise(np.random.default_rng(0), *LARGE), sigma=25)
    memory.give_back()


def _noise(random: np.random.Generator, height: int, width: int) -> Image:
    return random.random((height, width, 3), np.float32)


def peak_megabytes(function: Callable[[], Any]) -> float:
    """Return the peak of the resident memory while `function` runs, in MB above what it was before."""
    CLEAR_REFS.write_text(RESET_PEAK)
    before = read_status("VmRSS")
    function()
    return (read_status("VmHWM") - before) / 1e3


if __name__ == "__main__":
    main()
