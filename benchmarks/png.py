"""How fast, and how small, libraries write a photo of 12 megapixels as PNG.

python -m benchmarks.png [--megapixels 12]

Prints a table in Markdown: seconds of processor time, which other programs do not change, and megabytes. On one core of
an AMD EPYC, with Pillow 12.3, imagecodecs 2026.3.6 and OpenCV 5.0:

| library | smooth: s | MB | grain: s | MB |
|---|---:|---:|---:|---:|
| Pillow, level 1 | 0.60 | 9.1 | 1.12 | 20.3 |
| Pillow, level 3 | 0.94 | 8.4 | 1.74 | 19.8 |
| Pillow, level 6 | 2.58 | 7.5 | 4.61 | 17.4 |
| Pillow, level 1, run lengths | 0.58 | 7.7 | 0.93 | 17.2 |
| imagecodecs, level 1 | 0.53 | 9.1 | 0.80 | 19.5 |
| libspng, level 1 | 0.69 | 9.1 | 0.85 | 19.5 |
| imagecodecs, level 3 | 0.81 | 8.4 | 1.39 | 18.9 |
| libspng, level 3 | 0.96 | 8.4 | 1.45 | 18.9 |
| imagecodecs, level 6 | 2.33 | 7.6 | 3.38 | 18.5 |
| libspng, level 6 | 2.71 | 7.5 | 5.65 | 16.8 |
| imagecodecs, level 1, run lengths | 0.49 | 7.7 | 0.60 | 16.6 |
| OpenCV, level 1 | 0.60 | 9.1 | 0.84 | 19.5 |
| OpenCV, level 3 | 0.91 | 8.4 | 1.52 | 18.9 |
| OpenCV, level 6 | 2.42 | 7.6 | 3.58 | 18.5 |

The suite writes by Pillow, level 1, run lengths: imagecodecs, a little faster, writes neither metadata nor palettes.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import imagecodecs
import numpy as np
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.imaging.images import Uint8Image

PHOTO = Path("plugins/denoiser/examples/oakland-zoo-otters.jpg")
GRAIN = 2.0  # standard deviation, in 8-bit units: of a phone's photo in daylight
RUN_LENGTHS = 3  # zlib's strategy Z_RLE: looks for runs only, not for repeated strings
LEVELS = 1, 3, 6
Encode = Callable[[Uint8Image], bytes]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megapixels", type=float, default=12)
    photos = _photos(parser.parse_args().megapixels)
    print(f"| library | {' | '.join(f'{name}: s | MB' for name in photos)} |")
    print(f"|---|{'---:|' * 2 * len(photos)}")
    for library, encode in _encoders():
        cells = [
            f"{seconds:.2f} | {size / 1e6:.1f}" for seconds, size in (_measure(encode, a) for a in photos.values())
        ]
        print(f"| {library} | {' | '.join(cells)} |", flush=True)


def _photos(megapixels: float) -> dict[str, Uint8Image]:
    """Return a photo of that size: as it is, and with grain."""
    with pillow.open(PHOTO) as small:
        factor = math.sqrt(megapixels * 1e6 / (small.width * small.height))
        smooth = np.asarray(small.resize((round(small.width * factor), round(small.height * factor))))
    noise = np.random.default_rng(0).standard_normal(smooth.shape, np.float32)
    return {"smooth": smooth, "grain": np.clip(smooth + GRAIN * noise, 0, 255).astype(np.uint8)}


def _measure(encode: Encode, values: Uint8Image) -> tuple[float, int]:
    began = time.process_time()
    size = len(encode(values))
    return time.process_time() - began, size


def _encoders() -> Iterator[tuple[str, Encode]]:
    for level in LEVELS:
        yield f"Pillow, level {level}", partial(_with_pillow, compress_level=level)
    yield "Pillow, level 1, run lengths", partial(_with_pillow, compress_level=1, compress_type=RUN_LENGTHS)
    for level in LEVELS:
        yield f"imagecodecs, level {level}", partial(imagecodecs.png_encode, level=level)
        yield f"libspng, level {level}", partial(imagecodecs.spng_encode, level=level)
    yield "imagecodecs, level 1, run lengths", partial(imagecodecs.png_encode, level=1, strategy=RUN_LENGTHS)
    if find_spec("cv2"):
        for level in LEVELS:  # its default strategy is run lengths
            yield f"OpenCV, level {level}", partial(_with_opencv, level=level)


def _with_opencv(values: Uint8Image, level: int) -> bytes:
    import cv2

    encoded: bytes = cv2.imencode(".png", values[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, level])[1].tobytes()
    return encoded


def _with_pillow(values: Uint8Image, **options: int) -> bytes:
    file = BytesIO()
    pillow.fromarray(values).save(file, "PNG", **options)
    return file.getvalue()


if __name__ == "__main__":
    main()
