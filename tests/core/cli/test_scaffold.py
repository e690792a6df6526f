"""A new plugin works: it trains, opens with a result, keeps the contract and the style of the suite."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from core import contract, registry
from core.cli import scaffold
from core.cli.parser import main
from core.training import runs
from tests.conftest import ROOT, run_python

LONGEST = 135  # lines of code that a developer has to read
SAID_ELSEWHERE = (contract.builds_page_without_keras, contract.trains)  # slow, and done below


@pytest.mark.parametrize("kind", scaffold.KINDS)
def test_a_new_plugin_trains_and_fulfills_the_contract(kind: str, plant: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(runs, "RUNS", tmp_path / "runs")
    assert main(["new", "fresh", "--kind", kind, "--into", str(tmp_path)]) == 0
    assert main(["train", "fresh", "--epochs", "1", "--steps", "2"]) == 0
    record, run = registry.find("fresh"), runs.find_run("fresh", finished=True)
    assert run
    shutil.copytree(run.checkpoint, record.folder / "weights" / record.ready_manifest.default_checkpoint)
    assert main(["first-results", "fresh"]) == 0
    for check in contract.CHECKS:
        if check not in SAID_ELSEWHERE:
            check(record)


def test_new_plugins_are_short_and_follow_the_style_of_the_suite(tmp_path: Path) -> None:
    folders = [scaffold.create(f"fresh_{kind}", kind, tmp_path) for kind in scaffold.KINDS]
    for folder in folders:
        lines = [line for path in folder.glob("*.py") for line in path.read_text().splitlines() if line.strip()]
        assert len(lines) <= LONGEST
    config = f"--config={ROOT / 'pyproject.toml'}"
    for command in (["check"], ["format", "--check"]):
        ended = run_python("-m", "ruff", *command, config, *map(str, folders))
        assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["My-Demo"], "cannot be called 'My-Demo': use small letters"),
        (["config"], "cannot be called 'config'"),
        (["denoiser"], "exists already: choose another name"),
        (["fresh", "--kind", "smell"], "choose one of image, sound"),
    ],
)
def test_a_name_or_a_kind_that_cannot_be_is_refused(
    arguments: list[str], words: str, tmp_path: Path, capsys: Any
) -> None:
    assert main(["new", *arguments, "--into", str(tmp_path)]) == 2
    assert words in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def build_wheel(project: Path, folder: Path) -> set[str]:
    """Build the wheel of a project, and return the names of the files in it."""
    source = shutil.copytree(project, folder / "source", ignore=shutil.ignore_patterns(".*", "runs", "tests"))
    ended = run_python("-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(source))
    assert ended.returncode == 0, ended.stderr
    (wheel,) = folder.glob("*.whl")
    return set(ZipFile(wheel).namelist())


def test_a_new_package_holds_its_plugin_and_is_found_once_it_is_allowed(tmp_path: Path, monkeypatch: Any) -> None:
    assert main(["new", "my_tint", "--package", "--into", str(tmp_path)]) == 0
    (tmp_path / "darkroom-my-tint" / "darkroom_my_tint" / "my_tint" / "examples" / "own.kind").touch()
    names = build_wheel(tmp_path / "darkroom-my-tint", tmp_path / "wheels")
    for name in ("plugin.toml", "model.py", "README.md", "examples/shapes.png", "examples/own.kind"):
        assert f"darkroom_my_tint/my_tint/{name}" in names
    ZipFile(next((tmp_path / "wheels").glob("*.whl"))).extractall(tmp_path / "site")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    assert registry.find("my_tint").state is registry.State.DISABLED
    monkeypatch.setenv("DARKROOM_ALLOW", "my_tint")
    assert registry.find("my_tint").state is registry.State.READY


def test_a_package_whose_name_has_the_prefix_already_gets_no_second_one(tmp_path: Path) -> None:
    folder = scaffold.create("darkroom_tint", parent=tmp_path, package=True)
    assert folder == tmp_path / "darkroom-tint" / "darkroom_tint" / "darkroom_tint"
    project = (tmp_path / "darkroom-tint" / "pyproject.toml").read_text()
    assert 'darkroom_tint = "darkroom_tint.darkroom_tint"' in project
    assert 'name = "darkroom-tint"' in project


def test_the_suite_s_wheel_holds_core_and_the_plugins_without_weights(tmp_path: Path) -> None:
    names = build_wheel(ROOT, tmp_path)
    assert {"core/web/style.css", "core/web/scripts/names.js", "core/scaffold/image/model.py.txt"} <= names
    assert {"plugins/denoiser/plugin.toml", "plugins/vae_explorer/style.css", "core/py.typed"} <= names
    assert not [name for name in names if "/weights/" in name or name.startswith("tests")]
