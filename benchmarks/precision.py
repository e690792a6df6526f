"""How fast each plugin's default verb is in bfloat16 and in float32, and how much its result differs.

python -m benchmarks.precision [--repeat 5]

Prints a table in Markdown: milliseconds of processor time, which other programs change less than the time of the clock,
in both precisions, their ratio, and the difference of the results, as PSNR in dB
and the largest one in 8-bit units. On two cores of an AMD EPYC with AVX512-BF16, with TensorFlow:

| plugin | call | float32, ms | bfloat16, ms | ratio | PSNR, dB | largest, /255 |
|---|---|---:|---:|---:|---:|---:|
| denoiser | denoise 512², photographs | 395.3 | 232.8 | 1.70 | 65.9 | 0.69 |
| denoiser | denoise 512², camera | 393.0 | 210.0 | 1.87 | 65.8 | 0.80 |
| denoiser | denoise 512², digits | 76.6 | 58.4 | 1.31 | 73.9 | 0.54 |
| super_resolver | upscale 256², x2 | 554.0 | 281.8 | 1.97 | 84.5 | 0.26 |
| super_resolver | upscale 256², x3 | 565.8 | 294.9 | 1.92 | 82.9 | 0.39 |
| super_resolver | upscale 256², x4 | 970.8 | 506.9 | 1.92 | 83.2 | 0.57 |
| super_resolver | upscale 256², x4_real | 574.9 | 304.4 | 1.89 | 79.0 | 0.50 |
| style_transfer | stylize 512² | 5547.2 | 2740.4 | 2.02 | 59.6 | 3.90 |
| gan_generator | generate 16, cats | 22.6 | 17.1 | 1.32 | 50.6 | 7.14 |
| gan_generator | generate 1, cats | 7.7 | 6.6 | 1.16 | 50.6 | 5.90 |
| gan_generator | generate 100, mnist | 40.6 | 38.8 | 1.04 | 47.2 | 47.78 |
| vae_explorer | decode 1 | 1.6 | 1.9 | 0.82 | 62.8 | 0.89 |
| vae_explorer | sample 400 | 26.0 | 17.0 | 1.53 | 56.3 | 11.95 |
| vae_explorer | reconstruct 1 | 3.3 | 2.6 | 1.29 | 56.2 | 2.54 |

Three plugins state bfloat16 in their manifests. The networks of the others are too small to gain, and differ more.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.tables import Cell, Table
from core import registry
from core.engine import LocalEngine
from core.imaging import images
from core.imaging.images import Image
from core.imaging.metrics import psnr
from core.imaging.resizing import center_crop
from core.manifest import Precision
from core.plugin import Plugin

PHOTO = Path("plugins/denoiser/examples/oakland-zoo-otters.jpg")
PAINTING = sorted(Path("plugins/style_transfer/examples").rglob("*.jpg"))[0]
SIDE = 512
PRECISIONS: tuple[Precision, ...] = "float32", "mixed_bfloat16"
Call = Callable[[Plugin], Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=5)
    print(measure(parser.parse_args().repeat).markdown())


def measure(repeat: int = 5) -> Table:
    """Return the milliseconds of processor time of each call in both precisions, and how far the results differ."""
    rows: list[tuple[Cell, ...]] = [(plugin, name, *_compare(plugin, call, repeat)) for plugin, name, call in calls()]
    columns = "plugin", "call", "float32, ms", "bfloat16, ms", "ratio", "PSNR, dB", "largest, /255"
    return Table("Verbs: milliseconds of processor time", columns, rows)


def calls() -> list[tuple[str, str, Call]]:
    """Return plugins, what is called, and the call, whose result is an image, a tuple with one, or a batch."""
    photo = center_crop(images.load(PHOTO), SIDE, SIDE)
    noisy = (photo + np.random.default_rng(0).standard_normal(photo.shape, np.float32) * 25 / 255).clip(0, 1)
    small, painting = photo[:256, :256], center_crop(images.load(PAINTING), SIDE, SIDE)
    digits = np.random.default_rng(0).random((1, 28, 28, 1), np.float32)

    def call(verb: str, *values: Any, **settings: Any) -> Call:
        return lambda plugin: plugin.run(verb, *values, **settings)

    return [
        ("denoiser", "denoise 512², photographs", call("denoise", noisy, sigma=25, checkpoint="photographs")),
        ("denoiser", "denoise 512², camera", call("denoise", noisy, checkpoint="camera")),
        ("denoiser", "denoise 512², digits", call("denoise", noisy, sigma=25, checkpoint="digits")),
        *(
            ("super_resolver", f"upscale 256², {name}", call("upscale", small, checkpoint=name))
            for name in ("x2", "x3", "x4", "x4_real")
        ),
        ("style_transfer", "stylize 512²", call("stylize", photo, painting)),
        ("gan_generator", "generate 16, cats", call("generate", 16, checkpoint="cats")),
        ("gan_generator", "generate 1, cats", call("generate", 1, checkpoint="cats")),
        ("gan_generator", "generate 100, mnist", call("generate", 100, checkpoint="mnist")),
        ("vae_explorer", "decode 1", call("decode", np.zeros(2, np.float32))),
        ("vae_explorer", "sample 400", call("sample", 400)),
        ("vae_explorer", "sample 400, cats", call("sample", 400, checkpoint="cats_vae_32")),
        ("vae_explorer", "reconstruct 1", call("reconstruct", digits)),
    ]


def _compare(name: str, call: Call, repeat: int) -> tuple[float, ...]:
    """Return the cells of one row of the table."""
    milliseconds, results = [], []
    for precision in PRECISIONS:
        plugin = Plugin(registry.find(name), LocalEngine(precision=precision))
        results.append(_image(call(plugin)))  # the first call traces the network
        milliseconds.append(1000 * min(processor_seconds(call, plugin) for _ in range(repeat)))
    whole, half = results
    largest = 255 * float(np.abs(whole - half).max())
    before, after = milliseconds
    return before, after, before / after, psnr(half, whole), largest


def processor_seconds(call: Call, plugin: Plugin) -> float:
    """Return the seconds of processor time that a call takes, of all threads together."""
    began = time.process_time()
    call(plugin)
    return time.process_time() - began


def _image(result: Any) -> Image:
    image: Image = getattr(result, "image", result)
    return image


if __name__ == "__main__":
    main()
