"""Training in several processes: their flags, their shares, and the weights that they reach together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file

from core.errors import UserError
from core.training import distribution
from core.training.distribution import Processes
from core.training.runs import find_run
from tests.conftest import QUICK_COMPILER, ROOT

needs_jax = pytest.mark.skipif(find_spec("jax") is None, reason="pip install -r requirements-jax.txt")
TRAIN = "super_resolver --checkpoint x2 --steps 3 --batch 4 --patch 8 --width 4 --blocks 1 --backup-minutes 0"


def test_the_flags_come_before_the_environment(monkeypatch: Any) -> None:
    assert distribution.parse({}) is None
    for name, value in (("PROCESSES", "3"), ("COORDINATOR", "head:1"), ("PROCESS_ID", "2")):
        monkeypatch.setenv(f"DARKROOM_{name}", value)
    assert distribution.parse({}) == Processes(3, "head:1", 2)
    assert distribution.parse({"process_id": 0}) == Processes(3, "head:1", 0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"processes": 2}, "goes with --coordinator HOST:PORT and --process-id"),
        ({"processes": 2, "coordinator": "head:1", "process_id": 2}, "--process-id is 2: use 0 to 1"),
    ],
)
def test_what_is_missing_or_wrong_is_said(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        distribution.parse(given)


def test_another_backend_is_refused(monkeypatch: Any) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    with pytest.raises(UserError, match="--processes trains with JAX, but KERAS_BACKEND is 'torch'"):
        distribution.join(Processes(2, "127.0.0.1:1", 0))


def test_each_process_keeps_its_own_rows_of_a_batch(monkeypatch: Any) -> None:
    batch = (np.arange(8), {"weight": np.arange(8) * 10})
    monkeypatch.setattr("keras.distribution.list_devices", lambda: ["a", "b"])
    shares = []
    for index in range(2):
        monkeypatch.setattr(distribution, "_joined", Processes(2, "", index))
        shares.append(distribution.own_share(batch))
    np.testing.assert_array_equal(np.concatenate([rows for rows, _ in shares]), batch[0])
    np.testing.assert_array_equal(shares[1][1]["weight"], [40, 50, 60, 70])
    with pytest.raises(UserError, match="--batch is 3: use a multiple of 2"):
        distribution.own_share(np.arange(3))


@needs_jax
@pytest.mark.slow
@pytest.mark.backend
def test_two_processes_reach_the_weights_of_one_with_the_whole_batch(tmp_path: Path) -> None:
    for process in [*start(tmp_path / "one", 1, "--epochs", "2"), *start(tmp_path / "two", 2, "--epochs", "2")]:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    one, two = (load(tmp_path / name) for name in ("one", "two"))
    assert one.keys() == two.keys()
    for name, values in one.items():
        np.testing.assert_allclose(two[name], values, rtol=1e-4, atol=1e-5, err_msg=name)


@needs_jax
@pytest.mark.backend
@pytest.mark.slow
@pytest.mark.parametrize("killed", [0, 1])
def test_a_run_continues_after_either_process_was_killed(tmp_path: Path, killed: int) -> None:
    processes = start(tmp_path, 2, "--epochs", "200")
    deadline = time.monotonic() + 120
    while not any(tmp_path.glob("runs/*/*/backup/*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    processes[killed].send_signal(signal.SIGKILL)
    for process in processes:
        process.kill() if process.wait(timeout=150) is None else None
    done = find_run("super_resolver", finished=False, runs=tmp_path / "runs")
    assert done is not None
    epochs = len(done.rows())
    done.config_file.write_text(done.config_file.read_text().replace("200", str(epochs + 2)))
    assert all(process.wait(timeout=120) == 0 for process in start(tmp_path, 2, "--resume"))
    assert [int(row["epoch"]) for row in done.rows()] == [*range(epochs + 2)]
    assert done.finished


def start(folder: Path, count: int, *flags: str) -> list[subprocess.Popen[str]]:
    """Start the processes of one training in `folder`."""
    folder.mkdir(exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    words = TRAIN.split()[:1] if "--resume" in flags else [*TRAIN.split(), "--data", write_photos(folder / "photos")]
    command = [sys.executable, "-m", "core", "train", *words, *flags]
    environment = os.environ | QUICK_COMPILER | {"KERAS_BACKEND": "jax", "PYTHONPATH": str(ROOT)}
    return [
        subprocess.Popen(
            [*command, "--processes", str(count), "--coordinator", address, "--process-id", str(index)],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for index in range(count)
    ]


def write_photos(folder: Path) -> str:
    """Write small pictures of waves, and return the folder."""
    folder.mkdir()
    y, x = np.mgrid[0:64, 0:64]
    for i in range(12):
        waves = np.stack([np.sin(x / (2 + i)), np.cos(y / (3 + i)), np.sin((x + y) / 7)], -1)
        Image.fromarray(np.uint8(127 + 120 * waves)).save(folder / f"{i}.png")
    return str(folder)


def load(folder: Path) -> dict[str, Any]:
    run = find_run("super_resolver", finished=True, runs=folder / "runs")
    assert run is not None
    assert len(list((folder / "runs" / "super_resolver").iterdir())) == 1  # only one process has written
    weights: dict[str, Any] = load_file(run.checkpoint / "model.safetensors")
    return weights
