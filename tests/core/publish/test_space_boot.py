"""Assembled Spaces boot from their own requirements, on a CPU and as on ZeroGPU."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gradio_client import Client, handle_file
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core import registry
from core.cli.parser import main
from core.imaging import images
from core.plugin import Plugin
from tests.conftest import ROOT, run_python, serve

PHOTO = ROOT / "plugins" / "denoiser" / "examples" / "oakland-zoo-otters.jpg"
ON_A_SPACE = {"SYSTEM": "spaces", "SPACE_ID": "alice/denoiser", "SPACE_AUTHOR_NAME": "alice"}


def test_the_folder_spaces_would_break_a_space() -> None:
    """This is why a Space is assembled without it: Gradio imports the folder instead of the Hub's package."""
    program = "from core import registry; from core.web import home; home.build_app([registry.find('denoiser')], None)"
    ended = run_python("-c", program, **ON_A_SPACE)
    assert "module 'spaces' has no attribute 'gradio_auto_wrap'" in ended.stderr


@pytest.fixture(scope="session")
def make_python(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Return a function from a requirements.txt to the Python of a new venv with it installed, one for each content."""
    pythons: dict[str, Path] = {}

    def make(requirements: Path) -> Path:
        text = requirements.read_text()
        if text not in pythons:
            folder = tmp_path_factory.mktemp("venv")
            (folder / "constraints.txt").write_text("torch==2.13.0\n")  # newer versions install gigabytes of CUDA
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            # The Hub installs its package `spaces` on every Space, whatever the requirements say.
            install = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-compile"]
            install += ["spaces", "-r", requirements]
            ended = subprocess.run([*install, "-c", folder / "constraints.txt"], capture_output=True, check=False)
            if ended.returncode and b"connection" in ended.stderr.lower():
                pytest.skip("no package registry can be reached")
            assert ended.returncode == 0, ended.stderr.decode()
            pythons[text] = folder / "bin" / "python"
        return pythons[text]

    return make


@pytest.fixture(scope="session")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photo") / "noisy.png"
    images.save(images.load(PHOTO)[:200, :300], path)
    return path


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("name", "hardware", "environment"),
    [
        ("denoiser", "cpu-basic", "that of the tests"),
        pytest.param("suite", "cpu-basic", "that of the tests", marks=pytest.mark.slow),
        pytest.param("suite", "cpu-basic", "its own", marks=pytest.mark.slow),
        pytest.param("denoiser", "cpu-basic", "its own", marks=pytest.mark.slow),
        pytest.param("suite", "zero-a10g", "its own", marks=pytest.mark.slow),
    ],
)
def test_an_assembled_space_boots(
    name: str,
    hardware: str,
    environment: str,
    make_python: Callable[[Path], Path],
    noisy: Path,
    browser: Any,
    denoiser: Plugin,
    tmp_path: Path,
) -> None:
    main(["space", name, "--out", str(tmp_path / "space"), "--hardware", hardware])
    required = tmp_path / "space" / "requirements.txt"
    python = make_python(required) if environment == "its own" else Path(sys.executable)
    own = {"PYTHONPATH": "", "HF_HOME": str(tmp_path / "home")}
    with serve(tmp_path / "space", python, **ON_A_SPACE, **own) as address:
        result = Client(address, verbose=False).predict(
            handle_file(noisy), 0, "White noise, level by hand", 25, api_name="/denoiser_denoise"
        )
        got = np.asarray(pillow.open(result[1])).astype(float)
        expected = images.to_uint8(denoiser.run("denoise", images.load(noisy), sigma=25).image)
        assert np.abs(got - expected).max() <= 1
        page = browser.new_page()
        page.goto(address if name == "denoiser" or len(registry.discover()) == 1 else f"{address}/denoiser")
        page.get_by_text("bundled weights, photographs").wait_for(state="attached", timeout=60_000)
        page.close()


FORKED = """
import multiprocessing, pickle, sys
import numpy as np
from core import registry
from core.engine import Call, LocalEngine
from core.errors import UserError
from core.progress import finish
from core.zerogpu import ZeroEngine

def borrow(function, duration):
    \"\"\"As on ZeroGPU: run a generator in a forked process, its call and what it yields pickled.\"\"\"
    context, workers = multiprocessing.get_context("fork"), []
    def work(pipe):
        while call := pickle.loads(pipe.recv()):
            for step in function(call):
                pipe.send(step)
            pipe.send("end")
    def borrowed(call):
        if not workers:  # the process is kept for the next call
            here, there = context.Pipe()
            context.Process(target=work, args=(there,), daemon=True).start()
            workers.append(here)
        workers[0].send(pickle.dumps(call))
        while (step := workers[0].recv()) != "end":
            yield step
    return borrowed

record = registry.find("denoiser")
photo = np.random.default_rng(0).random((600, 700, 3), np.float32)
zero, local = ZeroEngine(borrow), LocalEngine()
def denoise(engine, sigma, seen):
    return finish(engine.stream(Call(record, "denoise", (photo,), {"sigma": sigma})), seen.append)
steps, others = [], []
assert np.array_equal(denoise(zero, 25, steps).image, denoise(local, 25, others).image)
assert steps == others and len(steps) > 1, steps
try:
    denoise(zero, 1000, [])
except UserError as error:
    print(error, zero.describe(record))
assert np.array_equal(denoise(zero, 50, []).image, denoise(local, 50, []).image)
by_digits = Call(record, "denoise", (photo,), {"sigma": 25}, "digits")  # not loaded when the process was forked
assert np.array_equal(finish(zero.stream(by_digits)).image, finish(local.stream(by_digits)).image)
print("same")
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_forked_processes_of_zerogpu_return_the_same_result(
    make_python: Callable[[Path], Path], tmp_path: Path
) -> None:
    main(["space", "denoiser", "--out", str(tmp_path / "space"), "--hardware", "zero-a10g"])
    python = make_python(tmp_path / "space" / "requirements.txt")
    # One thread: OpenMP's threads do not survive a fork. On ZeroGPU, the forked process computes on the GPU.
    own = os.environ | {"KERAS_BACKEND": "torch", "PYTHONPATH": "", "OMP_NUM_THREADS": "1"}
    command = [str(python), "-c", FORKED]
    ended = subprocess.run(command, cwd=tmp_path / "space", env=own, capture_output=True, text=True, timeout=200)
    assert "sigma is 1000: use 0 to 75" in ended.stdout, ended.stderr
    assert "ZeroGPU · PyTorch · bundled weights, photographs\nsame" in ended.stdout, ended.stderr
