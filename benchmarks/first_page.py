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
from benchmarks.app import App
from benchmarks.clock import least_seconds, seconds_of
from benchmarks.precision import PHOTO
from benchmarks.tables import Table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=3)
    print(measure(parser.parse_args().repeat).markdown())


def measure(repeat: int = 3) -> Table:
    """Return the seconds of each start, and their ratio to `import gradio`."""
    timers: dict[str, Callable[[], float]] = {
        "import gradio": partial(
            seconds_of, partial(subprocess.run, [sys.executable, "-c", "import gradio"], check=True)
        ),
        "the home page": partial(_seconds_until, partial(_get, "")),
        "the denoiser's page": partial(_seconds_until, partial(_get, "/denoiser")),
        "a denoised photo of 768 × 512": partial(_seconds_until, _denoise),
    }
    least = least_seconds(timers, repeat)
    rows = [(name, seconds, seconds / least["import gradio"]) for name, seconds in least.items()]
    return Table("First page: seconds from the start of the process", ("", "s", "× import gradio"), rows)


def _seconds_until(answered: Callable[[App], object]) -> float:
    """Return the seconds from the start of the app until it has answered; it is ended afterwards."""
    began = time.perf_counter()
    with app.running() as served:
        answered(served)
        return time.perf_counter() - began


def _get(path: str, served: App) -> None:
    urllib.request.urlopen(served.address + path, timeout=app.PATIENCE).read()


def _denoise(served: App) -> None:
    app.connect(served).predict(photo=handle_file(str(PHOTO)), api_name="/denoiser_denoise")


if __name__ == "__main__":
    main()
