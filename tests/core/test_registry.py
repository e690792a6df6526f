"""Discovery: every kind of broken plugin is found, with a reason, and the other plugins still run."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core import registry, verbs
from core.cli.parser import main
from core.manifest import ManifestError
from core.registry import State
from core.verbs import PluginError
from tests.conftest import run_python

Plant = Callable[..., Path]
GOOD = 'title = "T"\nsummary = "S."\n[checkpoints.only]\n'


def test_the_bundled_denoiser_is_ready() -> None:
    assert registry.find("denoiser").state is State.READY


def test_a_plugin_in_another_folder_is_found_and_imported(plant: Plant) -> None:
    plant("found", model="ANSWER = 42\n")
    record = registry.find("found")
    assert record.state is State.READY
    assert verbs.import_module_of(record, "model").ANSWER == 42


@pytest.mark.parametrize(
    ("toml", "state", "reason"),
    [
        ("api = ", State.BROKEN, "cannot be read"),
        (f'api = "1.0"\nunknown = 3\n{GOOD}', State.BROKEN, "unknown"),
        ('api = "1.0"\n', State.BROKEN, "title"),
        (f'api = "2.0"\n{GOOD}', State.INCOMPATIBLE, "2.0"),
        (f'api = "1.9"\n{GOOD}', State.INCOMPATIBLE, "1.9"),
        (f'api = "1.0"\nrequires = ["no-such-package"]\n{GOOD}', State.MISSING_REQUIREMENT, "no-such-package"),
        (f'api = "1.0"\nrequires = ["numpy>=99"]\n{GOOD}', State.MISSING_REQUIREMENT, "numpy"),
        (f'api = "1.0"\nrequires = ["!!"]\n{GOOD}', State.MISSING_REQUIREMENT, "not a valid pip requirement"),
        (f'api = "1.0"\nenabled = false\n{GOOD}', State.DISABLED, "switched off"),
        (f'api = "1.0"\n{GOOD}revision = "main"\n', State.BROKEN, "revision"),
    ],
)
def test_a_plugin_that_cannot_run_has_a_reason(plant: Plant, toml: str, state: State, reason: str) -> None:
    plant("unusable", plugin=toml)
    record = registry.find("unusable")
    assert record.state is state
    assert reason in record.reason


def test_every_failure_of_an_import_is_a_plugin_error(plant: Plant) -> None:
    plant("exits", model="raise SystemExit(3)\n")
    with pytest.raises(PluginError, match=r"exits/model.py cannot be imported: SystemExit: 3"):
        verbs.import_module_of(registry.find("exits"), "model")


def test_a_plugin_cannot_end_the_process_by_an_interrupt_at_its_import(plant: Plant) -> None:
    plant("interrupts", model="raise KeyboardInterrupt\n")
    with pytest.raises(PluginError, match=r"interrupts/model.py cannot be imported: KeyboardInterrupt$"):
        verbs.import_module_of(registry.find("interrupts"), "model")


@pytest.mark.usefixtures("ctrl_c_handled")
def test_the_users_own_interrupt_ends_an_import(plant: Plant) -> None:
    plant("endless", model="import signal\nsignal.raise_signal(signal.SIGINT)\n")
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        verbs.import_module_of(registry.find("endless"), "model")
    assert signal.getsignal(signal.SIGINT) is before


def test_a_manifest_may_begin_with_a_byte_order_mark(plant: Plant) -> None:
    plant("marked", plugin=f'\ufeffapi = "1.0"\n{GOOD}')
    assert registry.find("marked").state is State.READY


def test_folders_that_systems_leave_behind_are_no_plugins(plant: Plant) -> None:
    names = {".ipynb_checkpoints", "__MACOSX", "@eaDir"}
    for name in names:
        plant(name)
    assert not registry.discover().keys() & names


def test_of_two_plugins_with_one_name_only_the_second_is_broken(plant: Plant) -> None:
    folder = plant("denoiser", model="SECOND = True\n")
    (folder / "__init__.py").write_text("")
    assert not hasattr(verbs.import_module_of(registry.find("denoiser"), "model"), "SECOND")
    records = registry.discover()
    assert records["denoiser"].state is State.READY
    assert records[f"denoiser@{folder}"].state is State.BROKEN


def test_a_plugin_can_be_disabled_by_an_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DARKROOM_DISABLED", "denoiser")
    assert registry.find("denoiser").state is State.DISABLED


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pip package that declares a plugin, and raises if it is imported."""
    folder = tmp_path / "site" / "darkroom_orchid" / "orchid"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("raise RuntimeError('imported')\n")
    (folder / "plugin.toml").write_text(f'api = "1.0"\n{GOOD}')
    info = tmp_path / "site" / "darkroom_orchid-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: darkroom-orchid\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[darkroom.plugins]\norchid = darkroom_orchid.orchid\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return folder


def test_an_installed_package_runs_only_if_it_is_allowed(package: Path) -> None:
    record = registry.find("orchid")
    assert record.state is State.DISABLED
    assert "DARKROOM_ALLOW=orchid" in record.reason


def test_an_installed_package_is_found_without_being_imported(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DARKROOM_ALLOW", "orchid")
    record = registry.find("orchid")
    assert record.state is State.READY
    assert record.folder == package
    assert "darkroom_orchid" not in sys.modules


def test_list_imports_nothing_heavy() -> None:
    program = (
        "import sys, json; from core.__main__ import main; main(['list']);"
        "print(json.dumps([name for name in ('keras', 'tensorflow', 'gradio', 'numpy') if name in sys.modules]))"
    )
    lines = run_python("-c", program).stdout.splitlines()
    assert any(line.startswith("denoiser") and "ready" in line for line in lines)
    assert json.loads(lines[-1]) == []


def test_a_record_without_manifest_says_so(plant: Plant) -> None:
    plant("unreadable", plugin="api = ")
    with pytest.raises(ManifestError, match=r"unreadable has no manifest, it is broken: plugin\.toml cannot be read"):
        _ = registry.find("unreadable").ready_manifest


def test_variables_that_find_no_plugin_are_named_with_the_remedy(
    plant: Plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = plant("found")
    (tmp_path / "empty").mkdir()
    assert [*registry.find_mistakes()] == []
    wrong = [tmp_path / "nowhere", folder, tmp_path / "empty"]
    monkeypatch.setenv("DARKROOM_PLUGINS", ":".join(map(str, wrong)))
    monkeypatch.setenv("DARKROOM_ALLOW", "nosuch,denoiser")
    assert main(["list"]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert lines[:3] == [
        f"darkroom: DARKROOM_PLUGINS names {wrong[0]}, which is not a folder.",
        f"darkroom: DARKROOM_PLUGINS names {folder}, which is a plugin itself: name the folder that it is in.",
        f"darkroom: DARKROOM_PLUGINS names {wrong[2]}, in which no folder holds a plugin.toml.",
    ]
    assert lines[3].startswith("darkroom: DARKROOM_ALLOW names nosuch, and there is no such plugin: there are denoiser")
    assert len(lines) == 4
    with pytest.raises(registry.PluginNotFoundError, match=f"{wrong[0]}, which is not a folder"):
        registry.find("found")
