"""What a call of the app takes beside its verb, at one visitor: where the time goes, through gradio_client.

python -m benchmarks.overhead [--calls 20] [--address http://…]

A photo of 256 × 192 pixels is denoised. Prints a table in Markdown: the median milliseconds of each part of a call. On
two cores of a processor with AVX-512, beside other programs:

| part | ms |
|---|---:|
| upload | 8 |
| join the queue | 5 |
| wait for the first event | 95 |
| the other events, 3 of them | 42 |
| download | 14 |
| in it: decode | 12 |
| in it: the bare verb | 61 |
| in it: encode | 8 |

That is 165 ms over one connection, 61 of them the verb. gradio_client took 853 ms: for each of its requests it makes a
new connection, and for each connection it reads the certificates of all authorities, 621 ms in all.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from gradio_client import handle_file

from benchmarks import app
from benchmarks.app import App
from benchmarks.clock import seconds_of
from benchmarks.tables import Table
from core import registry
from core.engine import LocalEngine
from core.imaging import images
from core.plugin import Plugin

DENOISE, SIGMA, BY_HAND = "denoiser_denoise", 25, "White noise, level by hand"
HEIGHT, WIDTH = 192, 256
Times = dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--address")
    options = parser.parse_args()
    print(measure(options.calls, options.address).markdown())


def measure(calls: int = 20, address: str | None = None) -> Table:
    """Return the median milliseconds of the parts of a call, of the app at `address` or of one that is started."""
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "photo.png"
        images.save(np.random.default_rng(0).random((HEIGHT, WIDTH, 3), np.float32), photo)
        with app.running(address, ["--plugins", "denoiser"]) as served:
            called, without = (measure_client(served, photo, calls, verify) for verify in (True, False))
            parts = measure_parts(served, photo, calls)
        parts |= measure_verb(photo, calls)
    rows: list[tuple[str, float]] = [(name, statistics.median(times)) for name, times in parts.items()]
    rows += [("whole, by gradio_client", called), ("in it: it reads certificates", called - without)]
    return Table(f"One call of the app, a photo of {WIDTH} × {HEIGHT}", ("part", "ms"), rows)


def measure_client(served: App, photo: Path, calls: int, verify: bool) -> float:
    """Return the median milliseconds of a call as a visitor of the API makes it: upload, call, download."""
    client = app.connect(served, verify)

    def call() -> None:
        client.predict(photo=handle_file(str(photo)), noise=0, method=BY_HAND, sigma=SIGMA, api_name=f"/{DENOISE}")

    call()  # the network is traced
    return 1000 * statistics.median(seconds_of(call) for _ in range(calls))


def measure_parts(served: App, photo: Path, calls: int) -> Times:
    """Return the milliseconds of each request of a call, over one connection."""
    times: Times = {}
    with httpx.Client(base_url=f"{served.address}/gradio_api", timeout=app.PATIENCE) as http:
        for _ in range(calls):
            for name, milliseconds in _call_by_hand(http, photo):
                times.setdefault(name, []).append(milliseconds)
    return times


def _call_by_hand(http: httpx.Client, photo: Path) -> list[tuple[str, float]]:
    """Make the requests of one call, and return the name and the milliseconds of each."""
    marks = [("", time.perf_counter())]

    def mark(name: str) -> None:
        marks.append((name, time.perf_counter()))

    path = http.post("/upload", files={"files": photo.read_bytes()}).json()[0]
    mark("upload")
    picture = {"path": path, "meta": {"_type": "gradio.FileData"}}
    body = {"data": [picture, 0, BY_HAND, SIGMA, 1, 0, 0], "session_hash": uuid.uuid4().hex}
    event = http.post(f"/call/{DENOISE}", json=body).json()["event_id"]
    mark("join the queue")
    seen: list[Any] = []
    with http.stream("GET", f"/call/{DENOISE}/{event}") as stream:
        for line in stream.iter_lines():
            if line.startswith("data: "):
                seen.append(json.loads(line.removeprefix("data: ")))
                if len(seen) == 1:
                    mark("wait for the first event")
    mark(f"the other events, {len(seen) - 1} of them")
    for result in seen[-1][:2] if seen[-1] else []:
        if isinstance(result, dict) and "path" in result:
            http.get(f"/file={result['path']}").raise_for_status()
    mark("download")
    return [(name, 1000 * (end - began)) for (_, began), (name, end) in pairwise(marks)]


def measure_verb(photo: Path, calls: int) -> Times:
    """Return the milliseconds of the verb, and of reading and writing its pictures, in this process."""
    denoiser = Plugin(registry.find("denoiser"), LocalEngine())
    picture = images.load(photo)
    steps: dict[str, Callable[[], object]] = {
        "in it: decode": lambda: images.load(photo),
        "in it: the bare verb": lambda: denoiser.run("denoise", picture, sigma=SIGMA),
        "in it: encode": lambda: images.save(picture, photo.with_name("result.png")),
    }
    denoiser.run("denoise", picture, sigma=SIGMA)  # the network is traced
    return {name: [1000 * seconds_of(step) for _ in range(calls)] for name, step in steps.items()}


if __name__ == "__main__":
    main()
