"""Training: it learns, it survives a kill, and it says where its result comes from."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest

from core import metadata
from core.imaging import images
from core.imaging.images import Image
from core.training import fit
from core.training.batches import Batches
from core.training.runs import Run, RunError
from core.training.settings import Settings
from tests.conftest import ROOT

TINY = [
    "--epochs",
    "6",
    "--steps",
    "3",
    "--batch",
    "2",
    "--patch",
    "16",
    "--widths",
    "8",
    "8",
    "--blocks",
    "1",
    "1",
    "--backup-minutes",
    "0",
]


def linear_network(rate: float = 0.1) -> keras.Model:
    inputs = keras.Input((1,))
    network = keras.Model(inputs, keras.layers.Dense(1, name="only")(inputs))
    network.compile(keras.optimizers.Adam(rate), "mse", jit_compile=False)
    return network


def line(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    x = random.normal(size=(8, 1)).astype(np.float32)
    return x, 3 * x


def test_an_interrupted_fit_goes_on_as_if_nothing_had_happened(tmp_path: Path) -> None:
    settings = Settings(epochs=6, steps=5, backup_minutes=0)
    losses = []
    for interrupted in (False, True):
        keras.utils.set_random_seed(0)
        run = Run.start("line", settings, tmp_path / str(interrupted))
        if interrupted:
            fit.fit(linear_network(), Batches(line, 5, 0), None, Settings(epochs=3, steps=5), run)
        fit.fit(linear_network(), Batches(line, 5, 0), None, settings, run)
        rows = run.history_file.read_text().splitlines()
        assert [row.split(",")[0] for row in rows] == ["epoch", *"012345"]
        losses.append(float(rows[-1].split(",")[1]))
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_a_loss_that_is_no_number_ends_the_run_and_keeps_the_backup(tmp_path: Path) -> None:
    run = Run.start("line", Settings(), tmp_path)
    fit.fit(linear_network(), Batches(line, 2, 0), None, Settings(epochs=1, steps=2), run)
    bad = Batches(lambda random: (np.full((1, 1), np.nan), np.zeros((1, 1))), 2, 0)
    with pytest.raises(RunError, match="became NaN"):
        fit.fit(linear_network(), bad, None, Settings(epochs=2, steps=2, backup_minutes=0), run)
    assert [path.name for path in (run.folder / "backup").iterdir()] == ["epoch_000001.weights.h5"]


def test_a_config_comes_back_from_disk_as_it_was(tmp_path: Path) -> None:
    from plugins.denoiser.train import Config

    config = Config(data=Path("somewhere"), widths=(8, 8), blocks=(1, 1), rate=0.5)
    assert Run.start("denoiser", config, tmp_path).read_config(Config) == config


@pytest.fixture
def photographs(tmp_path: Path, picture: Image) -> Path:
    folder = tmp_path / "photographs"
    folder.mkdir()
    for name in "abcd":
        images.save(np.roll(picture, ord(name), axis=1), folder / f"{name}.png")
    return folder


def start_training(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "core", "train", "denoiser", *arguments]
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_a_killed_training_is_resumed_to_the_same_scores(tmp_path: Path, photographs: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    whole.mkdir()
    killed.mkdir()
    arguments = [*TINY, "--data", str(photographs)]
    undisturbed = start_training(whole, *arguments)
    disturbed = start_training(killed, *arguments)
    while not list(killed.glob("runs/denoiser/*/backup/epoch_*")):
        assert disturbed.poll() is None
        time.sleep(0.05)
    disturbed.kill()
    disturbed.wait()
    for process in (undisturbed, start_training(killed, "--resume")):
        process.communicate(timeout=240)
        assert process.returncode == 0
    expected, facts = (metadata.read(next(folder.glob("runs/denoiser/*/checkpoint"))) for folder in (whole, killed))
    assert facts.scores["psnr_sigma25"] == pytest.approx(expected.scores["psnr_sigma25"], abs=0.05)
    assert facts.provenance["config"]["data"] == "photographs"
    assert facts.provenance["data"]["sha256"]
    assert facts.provenance["versions"]["keras"] == keras.__version__


def test_a_run_is_trained_by_one_process_at_a_time(tmp_path: Path) -> None:
    run = Run.start("line", Settings(), tmp_path)
    with run.locked(), pytest.raises(RunError, match="another process"), Run(run.folder).locked():
        pass
