"""How soon the app answers after its start: the first page, and the first denoised photo, beside `import gradio`.

python -m benchmarks.first_page [--repeat 3]

Each is the whole time of a new process, in turn, so that a noisy machine is noisy for all; the least of all repeats.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from functools import partial

from gradio_client import handle_file

from benchmarks import app
from benchmarks.precision import PHOTO
from benchmarks.tables import Table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=3)
    print(measure(parser.parse_args().repeat).markdown())


def measure(repeat: int = 3) -> Table:
    """Return the seconds of each start, and their ratio to `import gradio`."""
    starts: dict[str, Callable[[], object]] = {
        "import gradio": partial(subprocess.run, [sys.executable, "-c", "import gradio"], check=True),
        "the home page": partial(_start, ""),
        "the denoiser's page": partial(_start, "/denoiser"),
        "a denoised photo of 512²": _denoise_first,
    }
    times: dict[str, list[float]] = {name: [] for name in starts}
    for _ in range(repeat):
        for name, start in starts.items():
            began = time.perf_counter()
            ended = start()
            times[name].append((ended if isinstance(ended, float) else time.perf_counter()) - began)
    least = {name: min(each) for name, each in times.items()}
    rows = [(name, seconds, seconds / least["import gradio"]) for name, seconds in least.items()]
    return Table("First page: seconds from the start of the process", ("", "s", "× import gradio"), rows)


def _start(path: str) -> float:
    """Start the app, get one page, end it, and return when the page was there."""
    with app.running() as served:
        urllib.request.urlopen(served.address + path, timeout=app.PATIENCE).read()
        return time.perf_counter()


def _denoise_first() -> float:
    """Start the app, denoise one photo through its API, end it, and return when the photo was there."""
    with app.running() as served:
        client = app.connect(served)
        client.predict(photo=handle_file(str(PHOTO)), api_name="/denoiser_denoise")
        return time.perf_counter()


if __name__ == "__main__":
    main()
