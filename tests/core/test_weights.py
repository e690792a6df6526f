"""Where weights come from: the first candidate that works."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from core import registry, weights
from core.cli.parser import main
from core.engine import LocalEngine
from core.errors import HubError, UserError
from core.hub import errors
from core.hub.reference import Reference
from core.metadata import CheckpointError
from core.registry import Record
from core.training import runs
from core.weights import BUNDLED, HubSource, LocalSource, WeightsNotFoundError, WeightsOptions
from tests.conftest import ROOT
from tests.local_hub import File, Hub, Repository

NOWHERE = Reference("alice/nowhere", "0" * 40)


def locate(record: Record, name: str, options: WeightsOptions = BUNDLED) -> LocalSource:
    """Return the first candidate that can be fetched, with the label that a page shows."""
    folder, label = weights.load_first(record, name, options, lambda source: source.folder)
    return LocalSource(folder, label)


def test_bundled_weights_are_the_default() -> None:
    source = locate(registry.find("denoiser"), "digits")
    assert source.label == "bundled weights, digits"
    assert source.folder.name == "digits"


def test_a_named_folder_comes_first_and_is_shown(tmp_path: Path) -> None:
    options = weights.parse_options([f"denoiser={tmp_path}"], local=False)
    record = registry.find("denoiser")
    assert locate(record, "photographs", options).label == f"weights from {tmp_path}"
    assert locate(record, "digits", options).label.startswith("bundled")
    options = weights.parse_options([f"denoiser/digits={tmp_path}"], local=False)
    assert locate(record, "digits", options).folder == tmp_path


def write_run(folder: Path, checkpoint: str, finished: bool = True) -> None:
    (folder / "checkpoint").mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"checkpoint": checkpoint}))
    if finished:
        (folder / "checkpoint" / "checkpoint.json").write_text("{}")


def test_local_uses_the_newest_finished_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, checkpoint, finished in (("1", "photographs", True), ("2", "digits", True), ("3", "photographs", False)):
        write_run(tmp_path / "denoiser" / name, checkpoint, finished)
    monkeypatch.setattr(runs, "RUNS", tmp_path)
    record = registry.find("denoiser")
    for checkpoint, run in (("photographs", "1"), ("digits", "2")):
        assert locate(record, checkpoint, WeightsOptions(local=True)).label == f"weights of the run {run}"


def test_local_without_a_run_uses_the_bundled_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "RUNS", tmp_path)
    source = locate(registry.find("denoiser"), "photographs", WeightsOptions(local=True))
    assert source.label == "bundled weights, photographs"


@pytest.mark.parametrize(("arguments", "fits"), [({"shape": [28, 28, 3]}, False), ({"width": 3}, True)])
def test_an_app_passes_over_runs_that_do_not_fit_the_page_and_says_so(
    arguments: dict[str, object], fits: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "RUNS", tmp_path)
    record, name = registry.find("vae_explorer"), "mnist_vae_2"
    stored = json.loads((record.folder / "weights" / name / "checkpoint.json").read_text())
    stored["arguments"] |= arguments
    write_run(tmp_path / "vae_explorer" / "1", name)
    (tmp_path / "vae_explorer" / "1" / "checkpoint" / "checkpoint.json").write_text(json.dumps(stored))
    label = locate(record, name, weights.parse_options([], local=True)).label
    passed = "(the run 1 is passed over: its network has shape [28, 28, 3], not [28, 28, 1])"
    assert label == ("weights of the run 1" if fits else f"bundled weights, mnist_vae_2 {passed}")
    assert locate(record, name, WeightsOptions(local=True)).label == "weights of the run 1"  # a command's


@pytest.fixture
def on_the_hub(hub: Hub, copied_denoiser: Record) -> Record:
    """The denoiser, pushed and pinned, without bundled weights."""
    assert main(["push", "denoiser", "--repo", "alice/denoiser"]) == 0
    shutil.rmtree(copied_denoiser.folder / "weights")
    return registry.find("denoiser")


def test_weights_that_are_not_bundled_come_from_the_hub(hub: Hub, on_the_hub: Record) -> None:
    commit = hub.model("alice/denoiser").branches["main"]
    source = locate(on_the_hub, "digits")
    assert source.label == f"weights from the Hub at {commit[:12]} (alice/denoiser)"
    assert (source.folder.parts[-3:]) == (commit, "checkpoints", "digits")


def test_a_reference_to_the_hub_comes_before_the_bundled_weights(hub: Hub, copied_denoiser: Record) -> None:
    assert main(["push", "denoiser", "--repo", "alice/denoiser"]) == 0
    options = weights.parse_options(["denoiser=alice/denoiser@v1"], local=False)
    label = locate(copied_denoiser, "photographs", options).label
    assert label.startswith("weights from the Hub at ")
    assert label.endswith("(alice/denoiser, not pinned)")


def test_candidates_are_in_order_and_nothing_is_downloaded_before_fetch(
    hub: Hub, copied_denoiser: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["push", "denoiser", "--repo", "alice/denoiser"]) == 0
    write_run(tmp_path / "runs" / "denoiser" / "1", "photographs")
    monkeypatch.setattr(runs, "RUNS", tmp_path / "runs")
    hub.requests.clear()
    record = registry.find("denoiser")
    options = WeightsOptions({"denoiser": NOWHERE}, local=True)
    pin = record.ready_manifest.pinned["photographs"]
    assert list(weights.candidates(record, "photographs", options)) == [
        HubSource(record, "photographs", NOWHERE),
        LocalSource(tmp_path / "runs" / "denoiser" / "1" / "checkpoint", "weights of the run 1"),
        LocalSource(record.folder / "weights" / "photographs", "bundled weights, photographs"),
        HubSource(record, "photographs", Reference("alice/denoiser", pin.revision or ""), pin),
    ]
    assert not hub.requests


def test_an_app_falls_back_to_the_bundled_weights_and_says_so(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    options = weights.parse_options([f"denoiser={NOWHERE}"], local=False)
    label = locate(registry.find("denoiser"), "photographs", options).label
    assert label == f"bundled weights, photographs (those of {NOWHERE} could not be loaded)"
    assert "has no repository 'alice/nowhere'" in caplog.text


@pytest.mark.parametrize("revision", ["main", "0" * 40])
def test_an_app_falls_back_if_the_hub_is_down(revision: str, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "ATTEMPTS", 1)
    hub.fail(".*", *["reset"] * 20)
    options = weights.parse_options([f"denoiser=alice/nowhere@{revision}"], local=False)
    assert "could not be loaded" in locate(registry.find("denoiser"), "photographs", options).label


def commit_weights_of_a_stranger(hub: Hub, arguments: dict[str, object]) -> None:
    """Commit a checkpoint with these builder arguments to friend/denoiser."""
    metadata = {"builder": "build_denoiser", "arguments": arguments}
    bundled = registry.find("denoiser").folder / "weights" / "photographs" / "model.safetensors"
    files = {
        "checkpoint.json": File(json.dumps(metadata).encode(), False),
        "model.safetensors": File(bundled.read_bytes(), True),
    }
    hub.repositories["model", "friend/denoiser"] = Repository()
    hub.model("friend/denoiser").commit(files, "theirs")


@pytest.mark.parametrize("arguments", [{"blocks": [1, 2, 10**7]}, {"widths": [1] * 3000}, {"widths": [[[9] * 9] * 9]}])
def test_unpinned_weights_of_a_network_of_unreasonable_size_are_refused(hub: Hub, arguments: dict[str, object]) -> None:
    commit_weights_of_a_stranger(hub, arguments)
    source = HubSource(registry.find("denoiser"), "photographs", Reference("friend/denoiser", "main"))
    with pytest.raises(UserError, match=r"friend/denoiser@\w+ asks for a network of an unreasonable size"):
        source.fetch()


def test_an_app_falls_back_if_the_downloaded_weights_cannot_be_loaded(hub: Hub) -> None:
    commit_weights_of_a_stranger(hub, {"widths": [], "blocks": []})
    engine = LocalEngine(weights.parse_options(["denoiser=friend/denoiser@main"], local=False))
    assert engine.describe(registry.find("denoiser")).endswith("(those of friend/denoiser@main could not be loaded)")


def test_an_app_falls_back_from_every_candidate_that_fails(
    copied_denoiser: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(tmp_path / "runs" / "denoiser" / "1", "photographs")
    monkeypatch.setattr(runs, "RUNS", tmp_path / "runs")
    run = tmp_path / "runs" / "denoiser" / "1" / "checkpoint"
    options = weights.parse_options([f"denoiser={tmp_path}"], local=True)
    label = LocalEngine(options).describe(copied_denoiser)
    assert label.endswith(f"bundled weights, photographs (those of {tmp_path}, {run} could not be loaded)")


def test_the_last_error_is_raised_if_no_candidate_works(copied_denoiser: Record) -> None:
    weights_file = copied_denoiser.folder / "weights" / "photographs" / "model.safetensors"
    weights_file.write_bytes(b"damaged")
    with pytest.raises(CheckpointError, match=f"{weights_file} cannot be read"):
        LocalEngine(WeightsOptions(allow_fallback=True)).describe(copied_denoiser)


def test_a_command_does_not_fall_back(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(HubError, match="has no repository"):
        locate(registry.find("denoiser"), "photographs", WeightsOptions({"denoiser": NOWHERE}))
    photo = Path(weights.__file__).parent.parent / "plugins" / "denoiser" / "examples" / "digits.png"
    assert main(["run", "denoiser", "denoise", str(photo), str(tmp_path / "out.png"), "--weights", str(NOWHERE)]) == 2
    assert "has no repository 'alice/nowhere'" in capsys.readouterr().err


def test_the_hub_is_needed_only_for_missing_and_overridden_weights(on_the_hub: Record) -> None:
    bundled = [Record("b", Path("/nowhere"), "b", registry.State.BROKEN)]
    assert not weights.may_need_hub(bundled, WeightsOptions())
    assert weights.may_need_hub(bundled, WeightsOptions({"b": NOWHERE}))
    assert weights.may_need_hub([on_the_hub], WeightsOptions())


def test_errors_say_how_to_get_weights(tmp_path: Path) -> None:
    for text, message in [
        ("denoiser=/nowhere/at/all", "is not a folder: name one that holds checkpoint.json, or owner/name@revision"),
        ("denoiser", "names no plugin: write PLUGIN=FOLDER"),
        (f"denoizer={tmp_path}", "no plugin 'denoizer'"),
        (f"denoiser/letters={tmp_path}", "has no checkpoint 'letters', it has photographs, digits"),
    ]:
        with pytest.raises(UserError, match=message):
            weights.parse_options([text], local=False)
    with pytest.raises(WeightsNotFoundError, match="python -m core train denoiser"):
        locate(registry.find("denoiser"), "unheard_of")


def test_all_bundled_weights_together_stay_under_40_megabytes() -> None:
    sizes = {path: path.stat().st_size for path in (ROOT / "plugins").glob("*/weights/*/*")}
    assert sum(sizes.values()) < 40e6
    assert len({path.parts[-4] for path in sizes}) >= 5  # plugins
