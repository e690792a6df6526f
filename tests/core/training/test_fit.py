"""Training survives a kill, stops when it diverges, and saves its result with its provenance."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pytest

from core import metadata
from core.cli.parser import main
from core.imaging import images
from core.imaging.images import Image
from core.training import fit
from core.training.batches import Batches
from core.training.callbacks import StopOnDivergence
from core.training.fit import Architecture
from core.training.runs import Run, RunError
from core.training.settings import Settings
from tests.conftest import ROOT
from tests.core.training.conftest import build_line, linear_network, sample_line

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


def test_an_interrupted_fit_continues_to_the_same_loss(tmp_path: Path) -> None:
    settings = Settings(epochs=6, steps=5, backup_minutes=0)
    losses = []
    for interrupted in (False, True):
        keras.utils.set_random_seed(0)
        run = Run.start("line", settings, tmp_path / str(interrupted))
        if interrupted:
            fit.fit(linear_network(), Batches(sample_line, 5, 0), None, Settings(epochs=3, steps=5), run)
        fit.fit(linear_network(), Batches(sample_line, 5, 0), None, settings, run)
        rows = run.history_file.read_text().splitlines()
        assert [row.split(",")[0] for row in rows] == ["epoch", *"012345"]
        losses.append(float(rows[-1].split(",")[1]))
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_a_loss_that_is_nan_stops_the_run_and_keeps_the_backup(tmp_path: Path) -> None:
    run = Run.start("line", Settings(), tmp_path)
    fit.fit(linear_network(), Batches(sample_line, 2, 0), None, Settings(epochs=1, steps=2), run)
    invalid = Batches(lambda random: (np.full((1, 1), np.nan), np.zeros((1, 1))), 2, 0)
    with pytest.raises(RunError, match="became NaN"):
        fit.fit(linear_network(), invalid, None, Settings(epochs=2, steps=2, backup_minutes=0), run)
    assert [path.name for path in (run.folder / "backup").iterdir()] == ["epoch_000001.weights.h5"]


@pytest.fixture
def photos(tmp_path: Path, picture: Image) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in "abcd":
        images.save(np.roll(picture, ord(name), axis=1), folder / f"{name}.png")
    return folder


@pytest.mark.slow
def test_a_killed_training_is_resumed_to_the_same_scores(
    tmp_path: Path, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    whole.mkdir()
    killed.mkdir()
    arguments = ["train", "denoiser", *TINY, "--data", str(photos)]
    command, environment = [sys.executable, "-m", "core", *arguments], os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=killed, env=environment, stdout=subprocess.DEVNULL)
    while not list(killed.glob("runs/denoiser/*/backup/epoch_*")):
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.wait()
    for folder, words in ((killed, ["train", "denoiser", "--resume"]), (whole, arguments)):
        monkeypatch.chdir(folder)
        assert main(words) == 0
    expected, resumed = (metadata.read(next(folder.glob("runs/denoiser/*/checkpoint"))) for folder in (whole, killed))
    assert resumed.scores["psnr_sigma25"] == pytest.approx(expected.scores["psnr_sigma25"], abs=0.05)
    assert resumed.provenance["config"]["data"] == "photos"
    assert resumed.provenance["data"]["sha256"]
    assert resumed.provenance["versions"]["keras"] == keras.__version__


def test_a_loss_that_exceeds_the_lowest_by_the_factor_stops_the_run(tmp_path: Path) -> None:
    run = Run.start("line", Settings(), tmp_path)
    with pytest.raises(RunError, match="diverged"):
        fit.fit(linear_network(rate=1e3), Batches(sample_line, 1, 0), None, Settings(epochs=2, steps=1), run)


def test_a_callback_may_allow_any_finite_loss(tmp_path: Path) -> None:
    run, batches = Run.start("line", Settings(), tmp_path), Batches(sample_line, 1, 0)
    fit.fit(linear_network(1e3), batches, None, Settings(epochs=2, steps=1), run, [StopOnDivergence(run, math.inf)])
    assert len(run.rows()) == 2


def test_an_architecture_is_rebuilt_in_float32_with_the_same_weights() -> None:
    architecture = Architecture(build_line, {})
    trained = architecture.build("mixed_bfloat16")
    rebuilt = architecture.rebuild(trained)
    assert (trained.compute_dtype, rebuilt.compute_dtype) == ("bfloat16", "float32")
    np.testing.assert_array_equal(rebuilt.get_weights()[0], trained.get_weights()[0])


def test_a_result_is_saved_with_its_scores_and_history(tmp_path: Path) -> None:
    run = Run.start("line", Settings(), tmp_path)
    run.history_file.write_text("epoch,loss,seconds\n0,0.5,2.0\n")
    network, architecture = build_line(), Architecture(build_line, {})
    origin = fit.provenance(Settings(), {"sha256": "x"}, run)
    assert fit.save_result(network, architecture, {"psnr": 30.0}, origin, run, "float16") == {"psnr": 30.0}
    saved = metadata.read(run.checkpoint)
    assert (saved.builder, saved.arguments, saved.scores) == ("build_line", {}, {"psnr": 30.0})
    assert (saved.provenance["training_seconds"], saved.provenance["config"]["epochs"]) == (2, 10)
    assert (run.checkpoint / "history.csv").exists()
    assert run.finished


def test_provenance_includes_that_of_the_checkpoint_started_from(tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Started(Settings):
        start: Path | None = None

    first = Run.start("line", Settings(), tmp_path)
    fit.save_result(build_line(), Architecture(build_line, {}), {}, {"data": "first"}, first)
    config = Started(start=first.checkpoint)
    assert fit.provenance(config, {}, first)["started_from"] == {"data": "first"}
    assert "started_from" not in fit.provenance(Started(), {}, first)
