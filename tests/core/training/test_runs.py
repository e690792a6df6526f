"""Runs: the folder of one training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from core.metadata import METADATA_FILE
from core.training.runs import Run, RunError, find_run, read_snapshots
from core.training.settings import Settings
from plugins.denoiser.train import Config
from tests.conftest import run_python


@dataclass(frozen=True)
class Named(Settings):
    checkpoint: str = "x2"


def test_settings_are_restored_as_they_were(tmp_path: Path) -> None:
    config = Config(data=Path("somewhere"), widths=(8, 8), blocks=(1, 1), rate=0.5)
    assert Run.start("denoiser", config, tmp_path).read_config(Config) == config


def test_only_one_process_trains_in_a_run(tmp_path: Path) -> None:
    run = Run.start("line", Settings(), tmp_path)
    with run.locked(), pytest.raises(RunError, match="another process"), Run(run.folder).locked():
        pass


def test_the_newest_run_is_found_by_state_and_checkpoint(tmp_path: Path) -> None:
    first, second = (Run.start("line", Named(checkpoint=name), tmp_path) for name in ("x2", "x4"))
    assert find_run("line", finished=False, runs=tmp_path) == second
    assert find_run("line", finished=False, checkpoint="x2", runs=tmp_path) == first
    assert find_run("line", finished=True, runs=tmp_path) is None
    first.checkpoint.mkdir()
    (first.checkpoint / METADATA_FILE).write_text("{}")
    assert find_run("line", finished=True, runs=tmp_path) == first
    assert find_run("other", finished=False, runs=tmp_path) is None


def test_a_run_without_an_epoch_is_discarded(tmp_path: Path) -> None:
    empty, begun = (Run.start("line", Settings(), tmp_path) for _ in range(2))
    begun.history_file.write_text("epoch,loss,seconds\n0,0.5,1.5\n1,0.4,2.0\n")
    for run in (empty, begun):
        run.discard_if_empty()
    assert not empty.folder.exists()
    assert begun.folder.exists()
    assert begun.seconds_so_far() == 3.5


def test_snapshots_are_read_by_name(tmp_path: Path) -> None:
    np.savez(tmp_path / "snapshots.npz", epochs=np.array([0, 1]), images=np.zeros((2, 3)))
    stored = read_snapshots(tmp_path / "snapshots.npz")
    assert (stored["epochs"].tolist(), stored["images"].shape) == ([0, 1], (2, 3))


def test_runs_and_data_set_names_are_read_without_keras() -> None:
    program = "import sys; from core.training import datasets, runs; print('keras' in sys.modules)"
    assert run_python("-c", program).stdout.strip() == "False"
