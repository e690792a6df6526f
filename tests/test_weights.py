"""Where weights come from: the first that is there wins."""

from __future__ import annotations

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
    for name, files in {"1": ["checkpoint/checkpoint.json"], "2": ["checkpoint/checkpoint.json"], "3": []}.items():
        for file in [*files, "config.json"]:
            path = tmp_path / "runs" / "denoiser" / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("{}")
    monkeypatch.setattr(training, "RUNS", tmp_path / "runs")
    source = weights.locate(registry.find("denoiser"), "photographs", Preference(local=True))
    assert source.label == "weights of the run 2"


def test_what_cannot_be_found_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="names no folder"):
        weights.parse_preference(["denoiser=/nowhere/at/all"], local=False)
    monkeypatch.setattr(training, "RUNS", tmp_path)
    with pytest.raises(UserError, match="no finished run"):
        weights.locate(registry.find("denoiser"), "photographs", Preference(local=True))
    with pytest.raises(WeightsNotFoundError, match="python -m core train denoiser"):
        weights.locate(registry.find("denoiser"), "unheard_of", Preference())
