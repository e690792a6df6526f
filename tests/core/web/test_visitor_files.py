"""Nothing that visitors drop or get stays on the disk for long."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.errors import UserError
from core.web import visitor_files
from core.web.visitor_files import VARIABLE, Sweeper, own_folder

HOUR = 3600


@pytest.fixture
def sweeper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sweeper:
    (tmp_path / "page.css").write_text("a file of the page itself")
    time.sleep(0.02)  # file systems' clocks are coarser than that of `time.time`
    made = Sweeper(tmp_path, HOUR, quota=1000)
    time.sleep(0.02)
    return made


def add(folder: Path, name: str, size: int = 100) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
    time.sleep(0.02)
    return path


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    now = time.monotonic()
    monkeypatch.setattr(visitor_files.time, "monotonic", lambda: now + seconds)


def test_after_the_retention_time_only_the_files_of_the_pages_are_left(
    sweeper: Sweeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = add(sweeper.folder, "abc/def/beach.jpg")
    os.utime(photo, (0, 0))  # a copy of an old file is as old as that, by the time when it was modified
    sweeper.sweep()
    assert photo.exists()
    for hours in (1, 2):  # the folders changed when their file was removed
        later(monkeypatch, hours * HOUR + 1)
        sweeper.sweep()
    assert [path.name for path in sweeper.folder.rglob("*")] == ["page.css"]


def test_a_file_that_is_handed_out_again_is_kept_for_longer(sweeper: Sweeper, monkeypatch: pytest.MonkeyPatch) -> None:
    photo, other = add(sweeper.folder, "beach.jpg"), add(sweeper.folder, "other.jpg")
    sweeper.sweep()
    photo.touch()
    later(monkeypatch, HOUR + 1)
    sweeper.sweep()
    assert (photo.exists(), other.exists()) == (True, False)


@pytest.mark.parametrize("jump", [-24 * HOUR, 24 * HOUR])
def test_a_wall_clock_that_is_set_changes_no_files_age(
    sweeper: Sweeper, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    photo, now = add(sweeper.folder, "beach.jpg"), time.time()
    monkeypatch.setattr(visitor_files.time, "time", lambda: now + jump)
    sweeper.sweep()
    assert photo.exists()
    later(monkeypatch, HOUR + 1)
    sweeper.sweep()
    assert not photo.exists()


def test_above_the_quota_the_oldest_files_go(sweeper: Sweeper) -> None:
    files = [add(sweeper.folder, f"{i}/result.png", 400) for i in range(4)]
    sweeper.sweep()
    assert [file.exists() for file in files] == [False, False, True, True]


def test_the_folder_is_removed_at_the_end_and_that_of_a_killed_app_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    abandoned = add(tmp_path, f"darkroom-{ended.pid}-x/photo.png")
    others = add(tmp_path, "darkroom-notes/mine.txt")
    with own_folder() as folder:
        assert os.environ[VARIABLE] == str(folder)
        add(folder, "photo.png")
        assert not abandoned.parent.exists()
    assert [*tmp_path.rglob("*.*")] == [others]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file" / "x"))
    with pytest.raises(UserError, match="set TMPDIR"), own_folder():
        pass
