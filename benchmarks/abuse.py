"""What the app holds, and how long others wait, while somebody abuses it: Linux only.

python -m benchmarks.abuse [--megapixels 38]

1. Memory after 300 calls that are refused, each in a session of its own.
2. The peak of memory, and the answers, while six photos with 16 bits per channel are denoised at once.
3. The longest time of another visitor's click while one session calls 200 times.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from json import dumps
from pathlib import Path

import numpy as np
from gradio_client import Client, handle_file

from benchmarks import app
from benchmarks.app import App
from core.imaging import images

DENOISE, DECODE = "denoiser_denoise", "vae_explorer_decode_position"
REFUSED, LAST, PHOTOS, JOINS, CLICKS = 300, 100, 6, 200, 15
ASPECT = 2 / 3
WARM, LOOKS = 5, 4  # megabytes that memory may still grow by between two looks, and so many looks in a row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megapixels", type=float, default=38)
    options = parser.parse_args()
    with app.running() as served, tempfile.TemporaryDirectory() as folder:
        client = app.connect(served)
        for _ in range(3):
            client.predict(x=50, y=50, api_name=f"/{DECODE}")
        wait_until_warm(served)
        measure_refused(served)
        measure_clicks(served, client)
        measure_photos(served, Path(folder), options.megapixels)


def wait_until_warm(served: App) -> None:
    """Return once all networks are loaded: memory has not grown for a minute."""
    before, calm = served.resident_megabytes(), 0
    while calm < LOOKS:
        time.sleep(15)
        now = served.resident_megabytes()
        calm = calm + 1 if now - before < WARM else 0
        before = now


def measure_refused(served: App) -> None:
    """Print how much memory refused calls of new sessions take."""
    held = [served.resident_megabytes()]
    for i in range(1, REFUSED + 1):
        join(served, DENOISE, ["no picture", 0, "Automatic", 0, 1, 0, 0], uuid.uuid4().hex)
        if i in (REFUSED - LAST, REFUSED):
            time.sleep(2)
            held.append(served.resident_megabytes())
    grown, lately = held[2] - held[0], held[2] - held[1]
    print(f"{REFUSED} refused calls: {grown:+.0f} MB, the last {LAST} {lately:+.0f} MB", flush=True)


def measure_clicks(served: App, client: Client) -> None:
    """Print how long clicks take while one session calls very often."""
    session = uuid.uuid4().hex
    data = ["digits", 50, 50]
    with ThreadPoolExecutor(8) as pool:
        joins = [pool.submit(join, served, DECODE, data, session) for _ in range(JOINS)]
        times = []
        for _ in range(CLICKS):
            began = time.perf_counter()
            client.predict(x=50, y=50, api_name=f"/{DECODE}")
            times.append(time.perf_counter() - began)
        statuses = [each.result() for each in joins]
    print(
        f"While one session calls {JOINS} times ({statuses.count(429)} refused): clicks of another, "
        f"median {np.median(times):.2f} s, longest {max(times):.2f} s",
        flush=True,
    )


def measure_photos(served: App, folder: Path, megapixels: float) -> None:
    """Print the peak of memory while large photos are denoised at once, and how many are answered."""
    height = round((megapixels * 1e6 * ASPECT) ** 0.5)
    photo = folder / "large.png"
    ramp = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    images.save(np.broadcast_to(ramp, (height, round(height / ASPECT), 3)), photo, depth=16)
    before = served.resident_megabytes()
    with watched_peak(served) as peak, ThreadPoolExecutor(PHOTOS) as pool:
        answers = list(pool.map(lambda _: denoise(served, photo), range(PHOTOS)))
    grown = max(peak) - before
    print(f"{PHOTOS} photos of {megapixels:g} megapixels, 16 bits: {grown:+.0f} MB, {sum(answers)} answered")


def denoise(served: App, photo: Path) -> bool:
    """Return whether a photo is answered with a result of its size."""
    result = app.connect(served).predict(photo=handle_file(str(photo)), api_name=f"/{DENOISE}")
    return images.size(result[1]) == images.size(photo)


@contextmanager
def watched_peak(served: App) -> Iterator[list[float]]:
    """Yield a list of the app's memory, in megabytes, that grows during the `with` block."""
    held, done = [served.resident_megabytes()], threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            held.append(served.resident_megabytes())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield held
    finally:
        done.set()
        thread.join()


def join(served: App, endpoint: str, data: Sequence[object], session: str) -> int:
    """Put a call into the queue, and return the status of the answer."""
    body = dumps({"data": data, "session_hash": session}).encode()
    url = f"{served.address}/gradio_api/call/{endpoint}"
    request = urllib.request.Request(url, body, {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


if __name__ == "__main__":
    main()
