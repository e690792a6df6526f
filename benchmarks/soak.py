"""Whether memory and disk stay flat while visitors use the app for long, and whether calls are lost: Linux only.

python -m benchmarks.soak [--minutes 120] [--visitors 8] [--retention 10] [--pause 0]

Visitors click, denoise, upscale and stylize photos of random sizes, generate sheets, drop files that are no pictures,
stop runs, and leave in the middle of one, with pauses of random lengths between these. Prints a line of a table in
Markdown every minute, then a table of the times of each kind of call.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from gradio_client import handle_file

from benchmarks import app
from benchmarks.app import App
from core.imaging import images

SIDES = 48, 900  # pixels, from and to
SMALL_SIDES = 48, 400
LARGE = 1600
NOT_A_PICTURE = "not a picture that can be read"
DENOISE = "/denoiser_denoise"


class Log:
    """The seconds that calls of each kind took, and what was wrong with them."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)
        self.wrong: defaultdict[str, int] = defaultdict(int)
        self.said: set[str] = set()

    @contextmanager
    def call(self, kind: str) -> Iterator[None]:
        """Time a call; an error of it is counted."""
        began = time.perf_counter()
        try:
            yield
        except Exception as error:  # whatever it is, the visitor goes on
            self.wrong[kind] += 1
            self.said.add(f"{kind}: {type(error).__name__}: {str(error)[:160]}")
        self.seconds[kind].append(time.perf_counter() - began)

    def table(self) -> str:
        """Return the times in Markdown."""
        rows = ["| call | calls | median s | 99 % s | lost or wrong |", "|---|---:|---:|---:|---:|"]
        for kind, seconds in sorted(self.seconds.items()):
            middle, late = np.quantile(seconds, (0.5, 0.99))
            rows.append(f"| {kind} | {len(seconds)} | {middle:.2f} | {late:.2f} | {self.wrong[kind]} |")
        return "\n".join([*rows, *sorted(self.said)])


class Visitor:
    """Someone who uses the app, in a session of their own."""

    def __init__(self, served: App, folder: Path, seed: int, log: Log, pause: float) -> None:
        self.served, self.folder, self.log, self.seed, self.pause = served, folder, log, seed, pause
        self.random = np.random.default_rng(seed)
        self.client = app.connect(served)
        self.habits: dict[str, Callable[[], None]] = {
            "click": self.click,
            "denoise": self.denoise,
            "upscale": self.upscale,
            "stylize": self.stylize,
            "generate": self.generate,
            "drop a wrong file": self.drop_a_wrong_file,
            "stop": self.stop,
            "leave": self.leave,
        }

    def stay(self, end: float) -> None:
        """Do one thing after the other until the time `end`."""
        while time.monotonic() < end:
            kind = str(self.random.choice([*self.habits]))
            with self.log.call(kind):
                self.habits[kind]()
            time.sleep(self.random.exponential(self.pause))

    def photo(self, *sides: int) -> str:
        """Return the path of a new photo."""
        path = self.folder / f"{self.seed}.png"
        images.save(self.random.random((*sides, 3), np.float32), path)
        return str(path)

    def click(self) -> None:
        """Click on the VAE's map."""
        x, y = self.random.uniform(0, 100, 2)
        assert self.client.predict(x=x, y=y, api_name="/vae_explorer_decode_position")[0]

    def denoise(self) -> None:
        """Denoise a photo, and check that the result has its size."""
        height, width = self.random.integers(*SIDES, 2)
        answer = self.client.predict(photo=handle_file(self.photo(height, width)), noise=0, api_name=DENOISE)
        assert images.load(answer[1]).shape[:2] == (height, width)

    def upscale(self) -> None:
        """Upscale a photo twice, and check the size of the result."""
        height, width = self.random.integers(*SMALL_SIDES, 2)
        photo = handle_file(self.photo(height, width))
        answer = self.client.predict(photo=photo, scale=2, api_name="/super_resolver_upscale")
        assert images.load(answer[1]).shape[:2] == (2 * height, 2 * width)

    def stylize(self) -> None:
        """Stylize a photo with a painting of the same size."""
        height, width = self.random.integers(*SMALL_SIDES, 2)
        photo = handle_file(self.photo(height, width))
        answer = self.client.predict(photo=photo, painting=photo, api_name="/style_transfer_stylize")
        assert images.load(answer[1]).shape[:2] == (height, width)

    def generate(self) -> None:
        """Generate a sheet of cats."""
        assert self.client.predict(api_name="/gan_generator_generate")[0]

    def drop_a_wrong_file(self) -> None:
        """Drop a text, and read that it is no picture."""
        path = self.folder / f"{self.seed}.jpg"
        path.write_text("not a picture")
        try:
            self.client.predict(photo=handle_file(str(path)), api_name=DENOISE)
        except Exception as error:
            if NOT_A_PICTURE not in str(error):
                raise
        else:
            raise AssertionError("a text was denoised")

    def stop(self) -> None:
        """Stop a run on a large photo."""
        job = self.client.submit(photo=handle_file(self.photo(LARGE, LARGE)), noise=0, api_name=DENOISE)
        time.sleep(self.random.uniform(0, 2))
        job.cancel()

    def leave(self) -> None:
        """Close the page during a run, and come back in a new session."""
        self.client.submit(photo=handle_file(self.photo(LARGE, LARGE)), noise=0, api_name=DENOISE)
        time.sleep(self.random.uniform(0, 2))
        self.client.close()
        self.client = app.connect(self.served)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--visitors", type=int, default=8)
    parser.add_argument("--retention", type=float, default=10, help="minutes that the app keeps visitors' files")
    parser.add_argument("--pause", type=float, default=0, help="mean seconds between two things that a visitor does")
    options = parser.parse_args()
    log = Log()
    flags = ("--retention", str(options.retention))
    with app.running(flags=flags) as served, tempfile.TemporaryDirectory() as folder:
        end = time.monotonic() + 60 * options.minutes
        visitors = [Visitor(served, Path(folder), seed, log, options.pause) for seed in range(options.visitors)]
        threads = [threading.Thread(target=visitor.stay, args=(end,), daemon=True) for visitor in visitors]
        for thread in threads:
            thread.start()
        _watch(served, end)
        for thread in threads:
            thread.join(120)
        print(f"\n{sum(thread.is_alive() for thread in threads)} visitors still wait for an answer.\n{log.table()}")


def _watch(served: App, end: float) -> None:
    """Print memory and disk every minute."""
    began = time.monotonic()
    print("| minutes | memory MB | disk MB |\n|---:|---:|---:|")
    while (now := time.monotonic()) < end:
        minutes, memory = (now - began) / 60, served.resident_megabytes()
        print(f"| {minutes:.0f} | {memory:.0f} | {served.megabytes_on_disk():.0f} |", flush=True)
        time.sleep(max(0.0, min(60.0, end - now)))


if __name__ == "__main__":
    main()
