"""Where weights come from: the first that is there wins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core import registry, training, weights
from core.errors import UserError
from core.weights import Preference, WeightsNotFoundError


def test_bundled_weights_are_the_default() -> None:
    source = weights.locate(registry.find("denoiser"), "digits", Preference())
    assert source.label == "bundled weights, digits"
    assert source.folder.name == "digits"


def test_a_named_folder_wins_and_is_shown(tmp_path: Path) -> None:
    preference = weights.parse_preference([f"denoiser={tmp_path}"], local=False)
    record = registry.find("denoiser")
    assert weights.locate(record, "photographs", preference).label == f"weights from {tmp_path}"
    assert weights.locate(record, "digits", preference).label.startswith("bundled")
    other = weights.parse_preference([f"denoiser/digits={tmp_path}"], local=False)
    assert weights.locate(record, "digits", other).folder == tmp_path


def test_local_takes_the_newest_finished_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, checkpoint, finished in (("1", "photographs", True), ("2", "digits", True), ("3", "photographs", False)):
        folder = tmp_path / "denoiser" / name
        (folder / "checkpoint").mkdir(parents=True)
        (folder / "config.json").write_text(json.dumps({"checkpoint": checkpoint}))
        if finished:
            (folder / "checkpoint" / "checkpoint.json").write_text("{}")
    monkeypatch.setattr(training, "RUNS", tmp_path)
    record = registry.find("denoiser")
    for checkpoint, run in (("photographs", "1"), ("digits", "2")):
        assert weights.locate(record, checkpoint, Preference(local=True)).label == f"weights of the run {run}"


def test_local_falls_back_on_the_bundled_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "RUNS", tmp_path)
    source = weights.locate(registry.find("denoiser"), "photographs", Preference(local=True))
    assert source.label == "bundled weights, photographs"


def test_what_cannot_be_found_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="names no folder"):
        weights.parse_preference(["denoiser=/nowhere/at/all"], local=False)
    with pytest.raises(UserError, match="no plugin 'denoizer'"):
        weights.parse_preference([f"denoizer={tmp_path}"], local=False)
    with pytest.raises(WeightsNotFoundError, match="python -m core train denoiser"):
        weights.locate(registry.find("denoiser"), "unheard_of", Preference())
