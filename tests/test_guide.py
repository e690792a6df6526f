"""Every command and every file of docs/writing_a_plugin.md is run, in the order in which it stands there."""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core import registry
from core.cli import scaffold
from core.cli.parser import main
from core.engine import LocalEngine
from core.imaging import images
from core.plugin import Plugin
from core.registry import State
from core.training import runs
from core.web import building, lessons, translation
from tests.conftest import ROOT, serve
from tests.local_hub import Hub

GUIDE = (ROOT / "docs" / "writing_a_plugin.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(toml|python)\n(.*?)```", GUIDE, re.DOTALL)
LINES = re.findall(r"^    ((?:\w+=\S+ )?python .*)", GUIDE, re.MULTILINE)
COMMANDS = [line.partition(" # ")[0].strip() for line in LINES]
ADDED = [code for kind, code in BLOCKS if kind == "python" and "network: keras.Model" in code and "import" in code]


class Folder:
    """Where the commands are run: a plugin folder of its own, and the files that they name."""

    def __init__(self, path: Path, picture: Any) -> None:
        self.path = path
        images.save(picture, path / "photo.jpg")
        (path / "a.txt").write_text("the cat and the dog", encoding="utf-8")
        (path / "b.txt").write_text("the end", encoding="utf-8")
        (path / "in.chords").write_text("C A#", encoding="utf-8")
        hello = path / "where" / "hello"
        hello.mkdir(parents=True)
        (hello / "plugin.toml").write_text(BLOCKS[0][1], encoding="utf-8")
        (hello / "interface.py").write_text(BLOCKS[1][1], encoding="utf-8")

    @property
    def demo(self) -> Path:
        """The plugin that the guide is about."""
        return registry.BUNDLED / "my_demo"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, picture: Any) -> Iterator[Folder]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(registry, "BUNDLED", tmp_path / "plugins")
    monkeypatch.setattr(runs, "RUNS", tmp_path / "runs")
    yield Folder(tmp_path, picture)
    for name in [name for name in sys.modules if name.startswith(("plugins.my_demo", "plugins.my_tint"))]:
        del sys.modules[name]


def serve_app(folder: Folder, words: list[str]) -> None:
    """Start the app as a command of the guide does, and get its first page."""
    variables = dict(word.split("=") for word in words if "=" in word)
    places = {"DARKROOM_PLUGINS": str(folder.path / "where") if variables else str(registry.BUNDLED)}
    flags = words[words.index("app.py") + 1 :]
    with serve(ROOT, flags=flags, **places) as address, urllib.request.urlopen(address) as page:
        assert ("Hello" if variables else "My demo") in page.read().decode()


def run_core(folder: Folder, words: list[str]) -> None:
    """Run a command of `python -m core`, with the guide's own verbs in the plugin once it is there."""
    words = [word.replace("you/", "alice/") for word in words[words.index("core") + 1 :]]
    assert main(words) == 0
    if words == ["new", "my_demo"]:
        extend(folder.demo)
    if words == ["train", "my_demo"]:
        bundle(folder)


def extend(demo: Path) -> None:
    """Add what the guide shows for a plugin to the new one: verbs of other kinds, translations, a lesson."""
    model = demo / "model.py"
    model.write_text(model.read_text(encoding="utf-8") + "\n".join(ADDED), encoding="utf-8")
    tables = [code for kind, code in BLOCKS if kind == "toml"]
    for name, word in (("translations", "fr = "), ("glossary", "also = ")):
        (demo / f"{name}.toml").write_text(next(each for each in tables if word in each), encoding="utf-8")
    lesson = next(each for each in tables if "[[steps]]" in each)
    step = lesson[lesson.index("[[steps]]") :]
    (demo / "lesson.toml").write_text(lesson + 3 * step, encoding="utf-8")


def bundle(folder: Folder) -> None:
    """Run the last line that `train` prints."""
    run = runs.find_run("my_demo", finished=True)
    assert run
    target = folder.demo / "weights" / "shapes"
    command = f"mkdir -p {target} && cp {run.checkpoint}/* {target}/"
    assert subprocess.run(command, shell=True, check=False).returncode == 0


@pytest.mark.slow
def test_every_command_of_the_guide_works(folder: Folder, hub: Hub) -> None:
    hub.stages["alice/my-demo"] = ["RUNNING"]
    assert len(COMMANDS) > 10
    for command in COMMANDS:
        words = shlex.split(command)
        (serve_app if "app.py" in words else run_core)(folder, words)
    assert images.load(folder.path / "sharp.png").shape == (120, 160, 3)
    assert (folder.path / "words.csv").read_text() == "word,count\nthe,3\n"
    assert (folder.path / "out.chords").read_text() == "D# C#"
    assert (folder.path / "darkroom-my-tint" / "pyproject.toml").exists()
    _, problem = building.build(Plugin(registry.find("my_demo"), LocalEngine()))
    assert not problem
    assert lessons.read(folder.demo).steps[0].tab == "sharpen"
    assert translation.load([folder.demo])["fr"].find("Done with 3 files.") == "3 fichiers traités."


@pytest.mark.slow
def test_the_test_of_the_guide_passes_on_a_new_package_and_that_of_a_new_plugin_too(folder: Folder) -> None:
    scaffold.create("my_tint", package=True)
    scaffold.create("my_demo", "table")
    code = next(code for kind, code in BLOCKS if "check_plugin" in code)
    (folder.path / "darkroom-my-tint" / "tests" / "test_guide.py").write_text(code)
    for place in (folder.path / "darkroom-my-tint", folder.demo):
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."],
            cwd=place,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout


def test_isolation_is_a_line_of_the_manifest(plant: Callable[..., Path]) -> None:
    line = next(code for kind, code in BLOCKS if code.startswith("isolate"))
    plant("apart", plugin=f'api = "1.2"\ntitle = "Apart"\nsummary = "x"\n{line}[checkpoints.only]\n')
    record = registry.find("apart")
    assert (record.state, record.isolated) == (State.READY, True)


def test_every_file_of_the_guide_is_run_by_a_test_or_is_a_part_of_a_new_plugin() -> None:
    templates = "\n".join(path.read_text() for path in scaffold.TEMPLATES.glob("*/*.py.txt"))
    run = [*ADDED, BLOCKS[0][1], BLOCKS[1][1]]
    known = "[[steps]]", "fr = ", "also = ", "isolate = true"
    for kind, code in BLOCKS:
        if kind == "python":
            assert code in run or code.strip() in templates or "check_plugin" in code, code
        else:
            assert code in run or any(word in code for word in known), code
    assert all(ast.parse(code) for code in ADDED)
