"""What a verb takes beside its network: reading, tiling and writing a photo, on small and large ones.

python -m benchmarks.whole_picture [--megapixels 12]

The bare network is the time within `keras.Model.predict_on_batch`, which all verbs call it by.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import keras
import numpy as np

from benchmarks.memory import peak_megabytes
from benchmarks.precision import PHOTO, SIDE
from benchmarks.tables import Cell, Table
from core import registry
from core.engine import LocalEngine
from core.imaging import images
from core.imaging.images import Image
from core.imaging.resizing import center_crop, resize_bicubic
from core.plugin import Plugin
from plugins.denoiser.noise import add_noise

SIGMA = 15
REPEAT = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megapixels", type=float, default=12)
    print(measure(parser.parse_args().megapixels).markdown())


def measure(megapixels: float = 12) -> Table:
    """Return the milliseconds of the parts of a denoise of a PNG, of 512² pixels and of `megapixels`."""
    denoiser = Plugin(registry.find("denoiser"), LocalEngine())
    photo = images.load(PHOTO)
    factor = (megapixels * 1e6 / (photo.shape[0] * photo.shape[1])) ** 0.5
    large = resize_bicubic(photo, *(round(side * factor) for side in photo.shape[:2]))
    small = center_crop(photo, SIDE, SIDE)
    rows: list[tuple[Cell, ...]] = []
    for name, clean, settings in (
        ("512², level by hand", small, {"sigma": SIGMA}),
        ("512², automatic", small, {}),
        (f"{megapixels:.0f} MP, level by hand", large, {"sigma": SIGMA}),
        (f"{megapixels:.0f} MP, automatic", large, {}),
    ):
        rows.append((name, *_measure(denoiser, add_noise(clean, SIGMA).clip(0, 1), settings)))
    columns = "photo", "read", "verb", "in it: network", "write", "beside the network", "× network", "peak, MB"
    return Table("A denoised photo, from file to file: milliseconds", columns, rows)


def _measure(denoiser: Plugin, noisy: Image, settings: dict[str, Any]) -> list[float]:
    """Return the cells of one row."""
    with tempfile.TemporaryDirectory() as folder:
        path, result = Path(folder) / "photo.png", Path(folder) / "result.png"
        images.save(noisy, path)
        denoiser.run("denoise", noisy, **settings)  # the network is traced
        rows = [_read_denoise_write(denoiser, path, result, settings) for _ in range(REPEAT if noisy.size < 1e7 else 1)]
        peak = peak_megabytes(lambda: _read_denoise_write(denoiser, path, result, settings))
    read, verb, network, write = np.median(rows, axis=0)
    beside = read + verb + write - network
    return [read, verb, network, write, beside, beside / network, peak]


def _read_denoise_write(denoiser: Plugin, path: Path, result: Path, settings: dict[str, Any]) -> list[float]:
    """Return the milliseconds of reading, of the verb, of its network, and of writing."""
    marks = [time.perf_counter()]
    photo = images.load(path)
    marks.append(time.perf_counter())
    with network_clock() as network:
        restored = denoiser.run("denoise", photo, **settings).image
    marks.append(time.perf_counter())
    images.save(restored, result)
    marks.append(time.perf_counter())
    read, verb, write = 1000 * np.diff(marks)
    return [read, verb, 1000 * sum(network), write]


@contextmanager
def network_clock() -> Iterator[list[float]]:
    """Yield a list that gets the seconds of each call of a network by `predict_on_batch` within the `with` block."""
    seconds: list[float] = []
    predict = keras.Model.predict_on_batch

    def timed(network: keras.Model, x: Any) -> Any:
        began = time.perf_counter()
        y = predict(network, x)
        seconds.append(time.perf_counter() - began)
        return y

    with patch.object(keras.Model, "predict_on_batch", timed):
        yield seconds


if __name__ == "__main__":
    main()
