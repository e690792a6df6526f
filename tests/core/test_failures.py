"""`list` tells what was found broken, as long as the plugin's files are those of which it was found."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import failures, registry
from core.cli.parser import main
from core.contract import runner
from core.failures import CHECK, DEATH, NETWORK, PAGE


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DARKROOM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "failures"


def line_of(name: str, capsys: Any) -> str:
    assert main(["list"]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith(f"{name} ")]
    return " ".join(line.split())


def test_what_was_found_is_listed_until_a_file_changes(plant: Callable[..., Path], capsys: Any) -> None:
    folder = plant("odd", model="")
    assert line_of("odd", capsys) == "odd ready A test."
    failures.note(registry.find("odd"), PAGE, "interface.py:3: boom\nand more")
    assert line_of("odd", capsys).startswith("odd found broken interface.py:3: boom (found when the app started on 20")
    (folder / "model.py").write_text("mended = True")
    assert line_of("odd", capsys) == "odd ready A test."


def test_the_most_serious_is_told_and_each_is_forgotten_by_itself(plant: Callable[..., Path], cache: Path) -> None:
    plant("odd")
    record = registry.find("odd")
    for found_by in (CHECK, NETWORK, DEATH):
        failures.note(record, found_by, f"by {found_by}")
    assert failures.find(record).problem == "by death"
    assert failures.find(record, CHECK, NETWORK).problem == "by network"
    failures.note(record, DEATH, "")
    failures.note(record, NETWORK, "")
    assert failures.find(record).problem == "by check"
    failures.forget(record)
    assert failures.find(record) is None
    assert not list(cache.iterdir())


def test_a_death_does_not_count_where_the_plugin_is_isolated(
    plant: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant("odd")
    failures.note(registry.find("odd"), DEATH, "gone")
    assert failures.find(registry.find("odd"))
    monkeypatch.setenv("DARKROOM_ISOLATE", "odd")
    assert failures.find(registry.find("odd")) is None


def test_nothing_is_remembered_and_nothing_fails_where_nothing_can_be_written(
    plant: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DARKROOM_CACHE", str(tmp_path / "file"))  # it can hold no folder
    plant("odd")
    record = registry.find("odd")
    failures.note(record, PAGE, "boom")
    failures.forget(record)
    assert line_of("odd", capsys) == "odd ready A test."


def test_what_is_remembered_is_bounded(
    plant: Callable[..., Path], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "MOST", 3)
    for i in range(5):
        folder = plant(f"odd_{i}")
        failures.note(registry.find(folder.name), PAGE, "x" * 10_000)
        os.utime(failures.path_of(registry.find(folder.name)), (i, i))
    assert {path.name.partition("-")[0] for path in cache.iterdir()} == {"odd_2", "odd_3", "odd_4"}
    assert all(path.stat().st_size < 1000 for path in cache.iterdir())


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"files": 1}', '{"files": "x", "found": 3}', "\ufeff{", "null"])
def test_a_damaged_file_says_nothing(plant: Callable[..., Path], content: str) -> None:
    plant("odd")
    record = registry.find("odd")
    failures.note(record, PAGE, "boom")
    failures.path_of(record).write_text(content)
    assert failures.find(record) is None
    failures.note(record, PAGE, "boom")
    assert failures.find(record)


def test_check_notes_the_first_problem_and_forgets_all_once_there_is_none(
    plant: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant("odd")
    record = registry.find("odd")
    found = ["", "model.py:1: no", "other"]
    monkeypatch.setattr(runner, "run", lambda *_: iter([runner.Outcome("Sentence", problem) for problem in found]))
    assert runner.report("odd") == 1
    assert failures.find(record).problem == "model.py:1: no"
    failures.note(record, NETWORK, "from another place")
    del found[1:]
    assert runner.report("odd") == 0
    assert failures.find(record) is None
