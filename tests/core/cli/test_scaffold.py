"""A new plugin works: it trains, opens with a result, keeps the contract and the style of the suite."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from core import contract, first_results, metadata, registry
from core.cli import scaffold
from core.cli.parser import main
from core.contract import runner
from core.training import runs
from tests.conftest import ROOT, run_python

MOST_LINES = 100  # of all Python and TOML of a new plugin that are not blank: imports, docstrings and comments too
SAID_ELSEWHERE = (contract.builds_page_without_keras, contract.trains)  # slow, and done below

OTHER_KINDS = [kind for kind in scaffold.KINDS if kind != "image"]


@pytest.mark.parametrize("kind", ["image", *(pytest.param(kind, marks=pytest.mark.slow) for kind in OTHER_KINDS)])
def test_a_new_plugin_fulfills_the_contract_at_once_and_when_it_was_trained(
    kind: str, plant: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(runs, "RUNS", tmp_path / "runs")
    assert main(["new", "fresh", "--kind", kind, "--into", str(tmp_path)]) == 0
    record = registry.find("fresh")
    assert first_results.read(record)
    assert not [
        name for result in first_results.read(record).values() for name in first_results.find_outdated(record, result)
    ]
    for check in contract.CHECKS:
        if check not in SAID_ELSEWHERE:
            check(record)
    assert main(["train", "fresh", "--epochs", "1", "--steps", "2"]) == 0
    run, bundled = runs.find_run("fresh", finished=True), record.ready_manifest.default_checkpoint
    assert run
    shutil.copytree(run.checkpoint, record.folder / "weights" / bundled, dirs_exist_ok=True)
    assert main(["first-results", "fresh"]) == 0
    contract.has_weights(record)
    contract.has_current_first_results(record)


@pytest.mark.parametrize("kind", scaffold.KINDS)
def test_the_network_of_a_new_plugin_is_better_than_none(kind: str, tmp_path: Path) -> None:
    folder = scaffold.create("fresh", kind, tmp_path)
    (weights,) = (folder / "weights").iterdir()
    scores = metadata.read(weights).scores
    (metric,) = [name for name in scores if not name.endswith("_input")]
    assert scores[metric] > scores[f"{metric}_input"] + (0.05 if metric == "accuracy" else 1.5)  # dB
    assert sum(path.stat().st_size for path in folder.rglob("*")) < 240_000


@pytest.mark.slow
@pytest.mark.parametrize("kind", scaffold.KINDS)
def test_check_finds_nothing_in_a_new_plugin(kind: str, tmp_path: Path) -> None:
    record = registry.find(str(scaffold.create("fresh", kind, tmp_path)))
    assert not [outcome for outcome in runner.run(record) if outcome.problem]


def test_new_plugins_are_short_and_follow_the_style_of_the_suite(tmp_path: Path) -> None:
    folders = [scaffold.create(f"fresh_{kind}", kind, tmp_path) for kind in scaffold.KINDS]
    for folder in folders:
        code = [path for path in folder.rglob("*") if path.suffix in (".py", ".toml")]
        assert {path.name for path in code} == {
            "plugin.toml",
            "model.py",
            "train.py",
            "interface.py",
            f"test_{folder.name}.py",
        }
        lines = [line for path in code for line in path.read_text().splitlines() if line.strip()]
        assert len(lines) <= MOST_LINES
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
        (["fresh", "--kind", "smell"], "choose one of image, sound, table, text"),
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
    assert "core/scaffold/image/weights/shapes/model.safetensors" in names
    assert not [name for name in names if name.startswith("plugins/") and "/weights/" in name]
    assert not [name for name in names if name.startswith("tests")]
