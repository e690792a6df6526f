"""Files are written atomically."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.files import written_atomically


def test_the_file_appears_when_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "scores.json"
    with written_atomically(path) as temporary:
        temporary.write_text("new")
        assert temporary.suffix == ".json"
        assert not path.exists()
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_after_an_exception_the_file_is_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "scores.json"
    path.write_text("old")
    with pytest.raises(FileNotFoundError), written_atomically(path) as temporary:
        (temporary.write_text("half"), (tmp_path / "missing").read_text())
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
