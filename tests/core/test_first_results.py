"""Stored first results: read and written, and outdated once the weights are others."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import first_results
from core.first_results import FirstResult, FirstResultsError
from core.registry import Record
from core.weights import WeightsOptions, digest

OTHER = "0" * 64


def result_of(record: Record, **weights: str) -> FirstResult:
    return FirstResult({"digits": digest(record, "digits") or "", **weights}, [0, None], [{"value": "a"}])


def test_a_first_result_is_read_as_it_was_written(copied_denoiser: Record) -> None:
    stored = result_of(copied_denoiser)
    first_results.write(copied_denoiser, {"denoise": stored})
    assert first_results.read(copied_denoiser) == {"denoise": stored}


def test_a_plugin_need_not_have_first_results(copied_denoiser: Record) -> None:
    (first_results.folder_of(copied_denoiser) / first_results.FILE).unlink()
    assert first_results.read(copied_denoiser) == {}


def test_a_damaged_file_is_an_error_that_names_the_remedy(copied_denoiser: Record) -> None:
    (first_results.folder_of(copied_denoiser) / first_results.FILE).write_text('{"denoise": {"weights": 3}}')
    with pytest.raises(FirstResultsError, match="core first-results denoiser"):
        first_results.read(copied_denoiser)


def test_a_first_result_is_outdated_once_a_checkpoint_is_another_one_or_gone(copied_denoiser: Record) -> None:
    for weights, outdated in (({}, []), ({"photographs": OTHER}, ["photographs"]), ({"lost": OTHER}, ["lost"])):
        assert first_results.find_outdated(copied_denoiser, result_of(copied_denoiser, **weights)) == outdated


def test_weights_that_the_user_names_make_it_outdated(copied_denoiser: Record, tmp_path: Path) -> None:
    options = WeightsOptions({"denoiser/digits": copied_denoiser.folder / "weights" / "photographs"})
    assert first_results.find_outdated(copied_denoiser, result_of(copied_denoiser), options) == ["digits"]


def test_a_first_result_without_its_file_is_noticed(copied_denoiser: Record) -> None:
    image = {"path": "shown_1.webp", "orig_name": "shown.webp", "meta": {"_type": "gradio.FileData"}}
    result = FirstResult({}, [], [{"value": [image, "words"]}, {"visible": False}])
    assert first_results.find_missing(copied_denoiser, result) == ["shown_1.webp"]
    (first_results.folder_of(copied_denoiser) / "shown_1.webp").touch()
    assert first_results.find_missing(copied_denoiser, result) == []
