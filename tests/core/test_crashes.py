"""A plugin that ends the app is left out at the next start, until it is changed, checked or isolated."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import crashes, failures, registry
from core.registry import Record, State
from tests.conftest import ROOT, run_python

DIES = "import os\nos._exit(9)\n"
START = """
import sys
from core import crashes, registry, verbs
crashes.watch()
record = crashes.leave_out(registry.find("killer"))
print(record.state, record.reason)
if record.state == "ready":
    verbs.import_module_of(record, "model")
    print("imported")
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DARKROOM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def start() -> subprocess.CompletedProcess[str]:
    return run_python("-c", START)


def test_a_plugin_that_ends_the_process_is_left_out_until_it_is_changed(
    plant: Callable[..., Path], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = plant("killer", model=DIES)
    assert start().returncode == 9
    second = start()
    assert second.returncode == 0
    assert second.stdout == (
        "broken the app ended while it was importing killer/model.py, so it is left out: mend it and run "
        "python -m core check killer, or set isolate = true in its plugin.toml\n"
    )
    assert f"killer is left out: the app ended {second.stdout[21:40]}" in second.stderr
    assert str(failures.path_of(registry.find("killer"))) in second.stderr
    (folder / "model.py").write_text("mended = True\n")
    assert start().stdout.endswith("imported\n")
    assert not list((cache / "apps").iterdir())


def test_an_end_by_a_signal_blames_no_plugin(plant: Callable[..., Path], cache: Path) -> None:
    plant("killer", model="import time\nprint('begun', flush=True)\ntime.sleep(60)\n")
    with subprocess.Popen(
        [sys.executable, "-c", START], cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready \n"
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == -signal.SIGTERM
    assert not list((cache / "apps").iterdir())


@pytest.fixture
def watched(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the marks of this process, which watches itself during a test."""
    monkeypatch.setattr(crashes, "_MARKS", None)
    monkeypatch.setattr(crashes.atexit, "register", lambda close: None)
    monkeypatch.setattr(crashes, "_close_at_signals", lambda marks: None)
    crashes.watch()
    return cache / "apps"


def test_what_goes_on_in_a_process_that_lives_is_nobody_s_fault(plant: Callable[..., Path], watched: Path) -> None:
    plant("slow")
    record = registry.find("slow")
    with crashes.marked(record, "loading"):
        crashes.watch()  # as another app would
        run_python("-c", "from core import crashes; crashes.watch()")
        assert len(list(watched.iterdir())) == 1
    assert failures.find(record) is None


def end(marks: crashes.Marks) -> None:
    """Leave the file of `marks` as the sudden end of a process does."""
    os.close(marks._file)


def test_the_newest_of_what_goes_on_is_blamed(plant: Callable[..., Path], watched: Path, monkeypatch: Any) -> None:
    plant("slow"), plant("quick"), plant("killer")
    slow, quick, killer = map(registry.find, ("slow", "quick", "killer"))
    with crashes.marked(slow, "loading slow"):
        with crashes.marked(quick, "loading quick"):
            pass
        with crashes.marked(killer, "loading killer"):
            end(crashes._MARKS)
            monkeypatch.setattr(crashes, "_MARKS", None)
            crashes.watch()
    assert [failures.find(each) is None for each in (slow, quick, killer)] == [True, True, False]
    assert crashes.leave_out(slow).state is State.READY
    assert crashes.leave_out(killer).state is State.BROKEN
    with monkeypatch.context() as patch:
        patch.setattr(registry, "BUNDLED", killer.folder.parent)
        assert crashes.leave_out(killer).state is State.READY
    failures.forget(killer)  # as a check without problems does
    assert crashes.leave_out(killer).state is State.READY


def test_a_plugin_changed_before_the_next_start_is_tried_again(
    plant: Callable[..., Path], watched: Path, monkeypatch: Any
) -> None:
    folder = plant("killer", model=DIES)
    with crashes.marked(registry.find("killer"), "loading killer"):
        end(crashes._MARKS)
        (folder / "model.py").write_text("")
        monkeypatch.setattr(crashes, "_MARKS", None)
        crashes.watch()
    assert crashes.leave_out(registry.find("killer")).state is State.READY


@pytest.mark.parametrize("content", ["[{", "null", "[3]", '[{"folder": "/"}]'])
def test_a_damaged_file_blames_nobody(watched: Path, content: str) -> None:
    (watched / f"old{crashes.SUFFIX}").write_text(content)
    crashes.watch()
    assert len(list(watched.iterdir())) == 1


def test_an_app_starts_where_nothing_can_be_written(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DARKROOM_CACHE", str(tmp_path / "file"))
    monkeypatch.setattr(crashes, "_MARKS", None)
    crashes.watch()
    record = Record("any", tmp_path, "any", State.READY)
    with crashes.marked(record, "loading"):
        assert crashes.leave_out(record) is record


@pytest.mark.slow
def test_an_app_comes_up_without_the_plugin_that_ended_it(plant: Callable[..., Path], cache: Path) -> None:
    """The whole of it: an app that is started again, as a Space is, serves the others, and says why one is missing."""
    plant("killer", interface=DIES)
    program = (
        "import gradio, json; from core.web import server; gradio.Blocks.launch = "
        "lambda app, **_: print(json.dumps(app.get_config_file(), default=str)); "
        "server.main(['--plugins', 'killer,denoiser'])"
    )
    first, second = (run_python("-c", program) for _ in range(2))
    assert first.returncode == 9
    assert "INFO core.watchdog: building the page of killer" in first.stderr
    assert second.returncode == 0
    assert "the app ended while it was importing killer/interface.py, so it is left out" in second.stdout
    assert "Noise level" in second.stdout
