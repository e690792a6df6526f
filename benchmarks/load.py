"""How the app answers many visitors at once: measured from a process of its own, through gradio_client.

python -m benchmarks.load [--visitors 16 64] [--calls 8] [--side 512] [--megapixels 12] [--address http://…]

1. The time of a click on the VAE's latent map: alone, and while two visitors denoise large photos.
2. Calls per second of many visitors, who take turns to click on that map and to denoise a photo of 512 × 512 pixels,
   against those of the same verbs in a loop, in a process without an app.
3. Whether each answer is that to its own request, by its pixels. Lost, crossed and failed calls are counted.

Without an address, the app is started, and ended.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from gradio_client import Client, handle_file

from benchmarks import app
from core import registry
from core.engine import LocalEngine
from core.imaging import images
from core.imaging.images import Image
from core.imaging.resizing import resize_bicubic
from core.plugin import Plugin
from core.verbs import import_module_of

PHOTO = Path("plugins/denoiser/examples/oakland-zoo-otters.jpg")
SIGMA = 25
BY_HAND = "White noise, level by hand"
DENOISE, DECODE = "/denoiser_denoise", "/vae_explorer_decode_position"
CLICKS, SECONDS_BETWEEN_CLICKS = 20, 0.25
LARGEST_DIFFERENCE = 1.01 / 255  # of a picture that was rounded to 8 bits
Request = tuple[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, nargs="*", default=[16, 64])
    parser.add_argument("--calls", type=int, default=8, help="of each visitor")
    parser.add_argument("--side", type=int, default=512, help="pixels of the photos that many visitors denoise")
    parser.add_argument("--megapixels", type=float, default=12, help="of the large photos; 0: none")
    parser.add_argument("--address")
    options = parser.parse_args()
    with app.running(options.address) as served, tempfile.TemporaryDirectory() as folder:
        photos = Photos(Path(folder), options.side)
        if options.megapixels:
            _measure_clicks(served.address, photos, options.megapixels)
        for visitors in options.visitors:
            _measure_visitors(served.address, photos, visitors, options.calls)


class Photos:
    """Noisy photos, a different one for each seed."""

    def __init__(self, folder: Path, side: int) -> None:
        self._folder, self._side = folder, side
        self._photo = images.load(PHOTO)

    def small(self, seed: int) -> str:
        """Return the path of a photo of `side` × `side` pixels."""
        return self._write(resize_bicubic(self._photo, self._side, self._side), seed)

    def large(self, megapixels: float) -> str:
        """Return the path of a photo of so many megapixels."""
        height, width, _ = self._photo.shape
        factor = (megapixels * 1e6 / (height * width)) ** 0.5
        return self._write(resize_bicubic(self._photo, round(height * factor), round(width * factor)), 0)

    def _write(self, clean: Image, seed: int) -> str:
        path = self._folder / f"{len(clean)}_{seed}.png"
        if not path.exists():
            noise = np.random.default_rng(seed).standard_normal(clean.shape, np.float32)
            images.save(clean + noise * np.float32(SIGMA / 255), path)
        return str(path)


def _measure_clicks(address: str, photos: Photos, megapixels: float) -> None:
    """Print the times of clicks, alone and beside two visitors with large photos."""
    photo = photos.large(megapixels)
    clicker, *others = (Client(address, verbose=False) for _ in range(3))
    for request in ((DECODE, (50.0, 50.0)), (DENOISE, photos.small(0))):  # the networks are traced
        _call(clicker, request)
    print(f"Click on the VAE's map, alone: {_describe(_click(clicker, lambda count: count < CLICKS))}", flush=True)
    done = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        began = time.perf_counter()
        large = [pool.submit(_call, client, (DENOISE, photo)) for client in others]
        for each in large:
            each.add_done_callback(lambda _: done.set())
        time.sleep(1)
        times = _click(clicker, lambda _: not done.is_set())
        for each in large:
            each.result()
        seconds = time.perf_counter() - began
    print(f"While two visitors denoise {megapixels:g} megapixels ({seconds:.1f} s): {_describe(times)}", flush=True)


def _click(client: Client, go_on: Callable[[int], bool]) -> list[float]:
    """Return the milliseconds that clicks take, one after the other."""
    times: list[float] = []
    while go_on(len(times)):
        began = time.perf_counter()
        _call(client, (DECODE, (len(times) % 100, 50.0)))
        times.append(1000 * (time.perf_counter() - began))
        time.sleep(SECONDS_BETWEEN_CLICKS)
    return times


def _describe(times: list[float]) -> str:
    ordered = sorted(times) or [float("nan")]
    return (
        f"{len(times)} clicks, median {statistics.median(ordered):.0f} ms, "
        f"95 % {ordered[int(0.95 * (len(ordered) - 1))]:.0f} ms, longest {ordered[-1]:.0f} ms"
    )


def _measure_visitors(address: str, photos: Photos, visitors: int, calls: int) -> None:
    """Print the throughput of many visitors against that of bare verbs, and how many answers are wrong."""
    requests = [[_request(photos, visitor, call) for call in range(calls)] for visitor in range(visitors)]
    expected, bare = _run_bare(requests)
    clients = [Client(address, verbose=False) for _ in range(visitors)]
    with ThreadPoolExecutor(visitors) as pool:
        began = time.perf_counter()
        answers = list(pool.map(_call_all, clients, requests))
        seconds = time.perf_counter() - began
    wrong = sum(
        not _agrees(answer, expected[r])
        for a, b in zip(answers, requests, strict=True)
        for answer, r in zip(a, b, strict=True)
    )
    count = visitors * calls
    print(
        f"{visitors} visitors, {count} calls: {count / seconds:.1f} per second; bare verbs {count / bare:.1f}: "
        f"{bare / seconds:.2f} of it; {wrong} lost, crossed or failed",
        flush=True,
    )


def _request(photos: Photos, visitor: int, call: int) -> Request:
    """Return a request that no other visitor makes: every second one a photo of its own, the others a position."""
    return (DECODE, (1.5 * visitor, 5.0 * call)) if call % 2 else (DENOISE, photos.small(visitor))


def _run_bare(requests: list[list[Request]]) -> tuple[dict[Request, Image], float]:
    """Return the pictures that answer `requests`, and the seconds that their verbs take in a loop."""
    engine = LocalEngine()
    denoiser, vae = (Plugin(registry.find(name), engine) for name in ("denoiser", "vae_explorer"))
    page = import_module_of(vae.record, "tabs.latent_map")
    pictures: dict[Request, Image] = {}
    seconds = 0.0
    for request in {request: None for each in requests for request in each}:
        endpoint, value = request
        if endpoint == DECODE:
            pictures[request] = images.load(page.decode_position(vae, "digits", *value)[0])
            began = time.perf_counter()
            for checkpoint in ("mnist_vae_2", "mnist_ae_2"):
                vae.run("decode", np.zeros(2, np.float32), checkpoint=checkpoint)
        else:
            photo = images.load(value)
            if not pictures:  # the network is traced
                denoiser.run("denoise", photo, sigma=SIGMA)
            began = time.perf_counter()
            pictures[request] = denoiser.run("denoise", photo, sigma=SIGMA).image
        seconds += (time.perf_counter() - began) * sum(each.count(request) for each in requests)
    return pictures, seconds


def _call_all(client: Client, requests: list[Request]) -> list[Image | None]:
    return [_call(client, request) for request in requests]


def _call(client: Client, request: Request) -> Image | None:
    """Return the picture that a call answers, None where it fails."""
    endpoint, value = request
    try:
        if endpoint == DECODE:
            answer = client.predict(x=value[0], y=value[1], api_name=DECODE)[0]
        else:
            answer = client.predict(photo=handle_file(value), method=BY_HAND, sigma=SIGMA, noise=0, api_name=DENOISE)[1]
    except Exception as error:  # counted, whatever it is
        print(f"{endpoint}: {type(error).__name__}: {error}", file=sys.stderr)
        return None
    return images.load(answer)


def _agrees(answer: Image | None, expected: Image) -> bool:
    return answer is not None and np.abs(answer - images.to_rgb(expected)).max() <= LARGEST_DIFFERENCE


if __name__ == "__main__":
    main()
