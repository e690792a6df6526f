"""The metadata of a checkpoint is read strictly; errors name the file and the field."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import metadata
from core.metadata import Checkpoint, CheckpointError


def test_metadata_is_read(tmp_path: Path) -> None:
    (tmp_path / "checkpoint.json").write_text('{"builder": "build_it", "scores": {"psnr": 30}}')
    assert metadata.read(tmp_path) == Checkpoint("build_it", scores={"psnr": 30.0})


def test_a_folder_without_metadata_is_not_a_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"holds no checkpoint\.json: it is not a checkpoint"):
        metadata.read(tmp_path)


@pytest.mark.parametrize(
    ("text", "where"),
    [("{", "its beginning"), ("{}", "builder"), ('{"builder": "b", "scores": {"psnr": "high"}}', "scores.psnr")],
)
def test_malformed_metadata_is_named(tmp_path: Path, text: str, where: str) -> None:
    (tmp_path / "checkpoint.json").write_text(text)
    with pytest.raises(CheckpointError, match=rf"checkpoint\.json is malformed \(at {where}"):
        metadata.read(tmp_path)


def test_untrusted_text_is_shortened_to_one_printable_line() -> None:
    assert metadata.shorten("a\nb\x1b[31m") == "a b [31m"
    assert len(metadata.shorten("x" * 1000)) == metadata.LONGEST_EXCERPT


def test_a_path_is_stored_by_its_name_only() -> None:
    assert metadata.to_json_value(Path("/home/alice/photos")) == "photos"
