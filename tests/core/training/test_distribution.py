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

import h5py
import numpy as np
import pytest
from PIL import Image

from core.errors import UserError
from core.training import data_parallel, distribution, rendezvous
from core.training.distribution import Processes
from core.training.runs import find_run, find_runs
from tests.conftest import QUICK_COMPILER, ROOT

needs_jax = pytest.mark.skipif(find_spec("jax") is None, reason="pip install -r requirements-jax.txt")
SUPER_RESOLVER = "super_resolver --checkpoint x2 --patch 8 --width 4 --blocks 1 --data {photos}"
STYLE_TRANSFER = "style_transfer --data {photos} --paintings {photos} --test {one} --test-paintings {one} --side 64"
TRAININGS = {
    "super_resolver": SUPER_RESOLVER,
    "super_resolver muon": f"{SUPER_RESOLVER} --optimizer muon",
    "denoiser": "denoiser --patch 16 --widths 4 4 --blocks 1 1 --data {photos}",
    "vae_explorer": "vae_explorer --images {images} --side 16 --width 4 --hidden 8",
    "vae_explorer aae": "vae_explorer --images {images} --side 16 --width 4 --hidden 8 --kind aae",
    "gan_generator": "gan_generator --images {images} --side 16 --width 4 --dimensions 8",
    "style_transfer": f"{STYLE_TRANSFER} --widths 4 4 4",
    "style_transfer student": f"{STYLE_TRANSFER} --checkpoint student --style-side 64 --style-crops 8 --width 4",
}


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


@pytest.mark.parametrize(
    ("coordinator", "message"),
    [
        ("127.0.0.1:1", "--coordinator 127.0.0.1:1 cannot be reached"),
        ("nowhere.invalid:1", "--coordinator nowhere.invalid:1 cannot be reached"),
        ("10.0.0.1", "--coordinator is '10.0.0.1': write HOST:PORT"),
    ],
)
def test_a_first_process_that_is_not_there_is_an_error(coordinator: str, message: str, monkeypatch: Any) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setattr(distribution, "find_spec", lambda name: name)
    monkeypatch.setattr(rendezvous, "PATIENCE", -1.0)
    with pytest.raises(UserError, match=message):
        distribution.join(Processes(2, coordinator, 1))


def test_another_backend_is_refused(monkeypatch: Any) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    with pytest.raises(UserError, match="--processes trains with JAX, but KERAS_BACKEND is 'torch'"):
        distribution.join(Processes(2, "127.0.0.1:1", 0))


def test_each_process_keeps_its_own_rows_of_a_batch(monkeypatch: Any) -> None:
    batch = (np.arange(8), {"weight": np.arange(8) * 10})
    monkeypatch.setattr("keras.distribution.list_devices", lambda: ["a", "b"])
    monkeypatch.setattr(data_parallel, "_is_sharing", True)
    shares = []
    for index in range(2):
        monkeypatch.setattr(distribution, "_joined", Processes(2, "", index))
        shares.append(data_parallel.own_share(batch))
    np.testing.assert_array_equal(np.concatenate([rows for rows, _ in shares]), batch[0])
    np.testing.assert_array_equal(shares[1][1]["weight"], [40, 50, 60, 70])
    with pytest.raises(UserError, match="--batch is 3: use a multiple of 2"):
        data_parallel.own_share(np.arange(3))


@pytest.mark.parametrize(("rows", "taken"), [(9, range(8)), (8, range(8)), (3, [0, 1, 2, 0])])
def test_a_validation_set_is_shared_evenly_by_the_devices_of_a_process(rows: int, taken: Any, monkeypatch: Any) -> None:
    assert len(data_parallel.evenly(np.arange(rows))) == rows  # one process has them all
    assert data_parallel.validation_batch() is None
    monkeypatch.setattr("keras.distribution.list_devices", lambda: ["device"] * 8)
    monkeypatch.setattr(distribution, "_joined", Processes(2, "", 0))
    monkeypatch.setattr(data_parallel, "_is_sharing", True)
    np.testing.assert_array_equal(data_parallel.evenly((np.arange(rows),))[0], taken)
    assert data_parallel.validation_batch() == 32


@needs_jax
@pytest.mark.slow
@pytest.mark.backend
@pytest.mark.parametrize("name", TRAININGS)
def test_two_processes_reach_the_weights_of_one_with_the_whole_batch(name: str, tmp_path: Path) -> None:
    words = f"{TRAININGS[name]} --batch 8 --steps 2 --epochs 2"
    started = [*start(tmp_path / "one", 1, words), *start(tmp_path / "two", 2, words)]
    for process in started:
        _, errors = process.communicate(timeout=600)
        assert process.returncode == 0, errors
    one, two = (read_run(tmp_path / folder, name.split()[0]) for folder in ("one", "two"))
    assert one.keys() == two.keys()
    assert any("optimizer" in each for each in one)  # the moments are means of gradients
    for each, values in one.items():
        assert np.linalg.norm(two[each] - values) <= 1e-3 * np.linalg.norm(values) + 1e-6, each


@needs_jax
@pytest.mark.slow
@pytest.mark.backend
@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("vae_explorer --checkpoint mnist_pca --images {images}", "principal components are trained in one process"),
        ("gan_generator --checkpoint lab", "toy GANs are trained in one process"),
        ("vae_explorer --images {images} --side 16 --batch 3", "--batch is 3: use a multiple of 2"),
    ],
)
def test_what_cannot_be_shared_is_said_by_all(words: str, message: str, tmp_path: Path) -> None:
    for process in start(tmp_path, 2, words):
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 2
        assert message in errors
        assert "Traceback" not in errors


@needs_jax
@pytest.mark.backend
@pytest.mark.slow
@pytest.mark.parametrize("killed", [0, 1])
def test_a_run_continues_after_either_process_was_killed(tmp_path: Path, killed: int) -> None:
    processes = start(tmp_path, 2, f"{SUPER_RESOLVER} --batch 4 --steps 3 --backup-minutes 0 --epochs 200")
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
    assert all(process.wait(timeout=120) == 0 for process in start(tmp_path, 2, "super_resolver --resume"))
    assert [int(row["epoch"]) for row in done.rows()] == [*range(epochs + 2)]
    assert done.finished


def start(folder: Path, count: int, words: str, devices: int = 1) -> list[subprocess.Popen[str]]:
    """Start the processes of one training in `folder`, each with some devices."""
    folder.mkdir(exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    if not (folder / "photos").exists():
        write_photos(folder / "photos", 25)
        write_photos(folder / "one", 1)
    places = {"photos": folder / "photos", "images": folder / "photos", "one": folder / "one"}
    command = [sys.executable, "-m", "core", "train", *(word.format_map(places) for word in words.split())]
    flags = f"{QUICK_COMPILER['XLA_FLAGS']} --xla_force_host_platform_device_count={devices}"
    environment = os.environ | {"XLA_FLAGS": flags, "KERAS_BACKEND": "jax", "PYTHONPATH": str(ROOT)}
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


def write_photos(folder: Path, count: int) -> None:
    """Write small pictures of waves."""
    folder.mkdir()
    y, x = np.mgrid[0:64, 0:64]
    for i in range(count):
        waves = np.stack([np.sin(x / (2 + i)), np.cos(y / (3 + i)), np.sin((x + y) / 7)], -1)
        Image.fromarray(np.uint8(127 + 120 * waves)).save(folder / f"{i:02}.png")


def read_run(folder: Path, plugin: str) -> dict[str, Any]:
    """Return the weights and the state of the optimizer after the last epoch of the only run, by name."""
    (run,) = find_runs(plugin, finished=True, runs=folder / "runs")  # only one process has written
    (backup,) = run.folder.glob("backup/*.h5")
    arrays: dict[str, Any] = {}
    with h5py.File(backup) as file:
        file.visititems(lambda name, item: arrays.update({name: item[...]}) if isinstance(item, h5py.Dataset) else None)
    return {name: values for name, values in arrays.items() if values.dtype.kind == "f"}
