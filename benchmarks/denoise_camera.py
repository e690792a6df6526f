"""The denoiser beside FFDNet, CBM3D and OpenCV's non-local means on the noise of cameras: PSNR, SSIM and time.

    python -m benchmarks.denoise_camera --data FOLDER [--bm3d-pictures 2] [--threads 2]

Each picture is taken by three random cameras (fixed seeds; shot and read noise, demosaicing, JPEG at 60 to 98), as in
`python -m core evaluate denoiser --pipeline camera`. Ours chooses its network and finds the noise by itself. The peers
need a noise level: each gets the best of several fixed ones for each picture, sought with the clean picture at hand,
and the one that is best for all pictures of an ISO range.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from benchmarks.denoise import Denoiser, build_cbm3d, build_ffdnet, build_nlm
from core import registry
from core.engine import LocalEngine
from core.imaging import images
from core.imaging.images import Image
from core.imaging.metrics import psnr, ssim
from core.plugin import Plugin
from core.training import data
from plugins.denoiser.scoring import make_cases

FIXED_SIGMAS = 2, 4, 6, 8, 10, 13, 16, 20, 25, 31, 38, 46, 56
SIGMAS_OF_CBM3D = 6, 10, 16, 25, 38  # it takes a minute an image
NOISY, OURS, CBM3D = "Noisy", "Darkroom", "CBM3D"
FOR_ALL = ", one σ"
Row = tuple[float, float, float]  # PSNR, SSIM, seconds per megapixel
Rows = dict[tuple[str, str], list[Row]]  # of each picture, by (denoiser, case)


def measure(files: list[Path], peers: dict[str, Denoiser], bm3d_pictures: int) -> Rows:
    """Return the scores of each picture by denoiser and camera."""
    rows: Rows = defaultdict(list)
    by_sigma: dict[tuple[str, str], list[list[Row]]] = defaultdict(list)
    plugin = Plugin(registry.find("denoiser"), LocalEngine())
    ours: Denoiser = lambda noisy, sigma: plugin.run("denoise", noisy).image  # noqa: E731
    for number, path in enumerate(files):
        clean = images.composite_on_white(images.load(path))
        for case, (noisy, _) in make_cases(clean, "camera").items():
            if not number:
                ours(noisy, 0)  # the first call of each network compiles
            rows[NOISY, case].append((psnr(noisy, clean), ssim(noisy, clean), 0.0))
            rows[OURS, case].append(_score(ours, noisy, clean, 0))
            for name, peer in peers.items():
                if name != CBM3D or number < bm3d_pictures:
                    sigmas = SIGMAS_OF_CBM3D if name == CBM3D else FIXED_SIGMAS
                    by_sigma[name, case].append([_score(peer, noisy, clean, sigma) for sigma in sigmas])
        print(f"  {number + 1} of {len(files)}: {path.name}", flush=True)
    for (name, case), pictures in by_sigma.items():
        rows[name, case] = [max(picture) for picture in pictures]
        best = max(zip(*pictures, strict=True), key=lambda row: sum(score[0] for score in row))
        rows[name + FOR_ALL, case] = list(best)
    return rows


def _score(denoise: Denoiser, noisy: Image, clean: Image, sigma: int) -> Row:
    """Return PSNR, SSIM and seconds per megapixel of one call."""
    began = time.perf_counter()
    restored = denoise(noisy, sigma)
    seconds = (time.perf_counter() - began) / (clean.shape[0] * clean.shape[1] / 1e6)
    return psnr(restored, clean), ssim(restored, clean), seconds


def report(rows: Rows, names: list[str], cases: list[str]) -> None:
    """Print a row for each denoiser: PSNR and SSIM by camera, their means, and its time as a multiple of ours."""
    print(f"\n{'':28}" + "".join(f"{case:>20}" for case in [*cases, "mean"]) + "   × our time   pictures")
    for name in names:
        count = len(rows[name, cases[0]])
        _print_row(rows, name, cases, count)
        if count < len(rows[OURS, cases[0]]):
            _print_row(rows, OURS, cases, count)


def _print_row(rows: Rows, name: str, cases: list[str], count: int) -> None:
    means = [np.mean([row[:2] for row in rows[name, case][:count]], axis=0) for case in cases]
    cells = "".join(f"{decibels:13.2f} {similarity:6.4f}" for decibels, similarity in [*means, np.mean(means, axis=0)])
    ours, seconds = (
        np.median([row[2] for case in cases for row in rows[which, case][:count]]) for which in (OURS, name)
    )
    print(f"{name:28}{cells}   {seconds / ours:10.2f}   {count:8}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of clean pictures")
    parser.add_argument("--bm3d-pictures", type=int, default=2, help="on how many pictures CBM3D runs")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="for the peers; Keras takes all")
    options = parser.parse_args()
    peers = {
        "FFDNet (authors' weights)": build_ffdnet(options.threads),
        "Non-local means (OpenCV)": build_nlm(options.threads),
    }
    if options.bm3d_pictures:
        peers[CBM3D] = build_cbm3d()
    rows = measure(data.picture_files(options.data), peers, options.bm3d_pictures)
    cases = list(dict.fromkeys(case for _, case in rows))
    report(rows, [NOISY, OURS, *(name + which for name in peers for which in ("", FOR_ALL))], cases)


if __name__ == "__main__":
    main()
