"""Where weights come from: the first that is there wins."""

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
from core.registry import Record
from core.training import runs
from core.weights import WeightsNotFoundError, WeightsOptions
from tests.local_hub import Hub
from tests.local_hub_state import File, Repository

NOWHERE = Reference("alice/nowhere", "0" * 40)


def test_bundled_weights_are_the_default() -> None:
    source = weights.locate(registry.find("denoiser"), "digits")
    assert source.label == "bundled weights, digits"
    assert source.folder.name == "digits"


def test_a_named_folder_wins_and_is_shown(tmp_path: Path) -> None:
    preference = weights.parse_options([f"denoiser={tmp_path}"], local=False)
    record = registry.find("denoiser")
    assert weights.locate(record, "photographs", preference).label == f"weights from {tmp_path}"
    assert weights.locate(record, "digits", preference).label.startswith("bundled")
    other = weights.parse_options([f"denoiser/digits={tmp_path}"], local=False)
    assert weights.locate(record, "digits", other).folder == tmp_path


def test_local_takes_the_newest_finished_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, checkpoint, finished in (("1", "photographs", True), ("2", "digits", True), ("3", "photographs", False)):
        folder = tmp_path / "denoiser" / name
        (folder / "checkpoint").mkdir(parents=True)
        (folder / "config.json").write_text(json.dumps({"checkpoint": checkpoint}))
        if finished:
            (folder / "checkpoint" / "checkpoint.json").write_text("{}")
    monkeypatch.setattr(runs, "RUNS", tmp_path)
    record = registry.find("denoiser")
    for checkpoint, run in (("photographs", "1"), ("digits", "2")):
        assert weights.locate(record, checkpoint, WeightsOptions(local=True)).label == f"weights of the run {run}"


def test_local_falls_back_on_the_bundled_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "RUNS", tmp_path)
    source = weights.locate(registry.find("denoiser"), "photographs", WeightsOptions(local=True))
    assert source.label == "bundled weights, photographs"


@pytest.fixture
def on_the_hub(hub: Hub, copied_denoiser: Record) -> Record:
    """The denoiser, pushed and pinned, without bundled weights."""
    assert main(["push", "denoiser", "--repo", "alice/denoiser"]) == 0
    shutil.rmtree(copied_denoiser.folder / "weights")
    return registry.find("denoiser")


def test_what_is_not_bundled_comes_from_the_hub(hub: Hub, on_the_hub: Record) -> None:
    commit = hub.model("alice/denoiser").branches["main"]
    source = weights.locate(on_the_hub, "digits")
    assert source.label == f"weights from the Hub at {commit[:12]} (alice/denoiser)"
    assert (source.folder.parts[-3:]) == (commit, "checkpoints", "digits")


def test_a_place_on_the_hub_wins_over_the_bundled_weights(hub: Hub, copied_denoiser: Record) -> None:
    assert main(["push", "denoiser", "--repo", "alice/denoiser"]) == 0
    preference = weights.parse_options(["denoiser=alice/denoiser@v1"], local=False)
    label = weights.locate(copied_denoiser, "photographs", preference).label
    assert label.startswith("weights from the Hub at ")
    assert label.endswith("(alice/denoiser, not pinned)")


def test_an_app_falls_back_on_the_bundled_weights_and_says_so(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    preference = weights.parse_options([f"denoiser={NOWHERE}"], local=False)
    label = weights.locate(registry.find("denoiser"), "photographs", preference).label
    assert label == f"bundled weights, photographs (those of {NOWHERE} could not be had)"
    assert "shows no repository 'alice/nowhere'" in caplog.text


@pytest.mark.parametrize("revision", ["main", "0" * 40])
def test_an_app_falls_back_where_the_hub_is_down(revision: str, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "ATTEMPTS", 1)
    hub.spoil(".*", *["reset"] * 20)
    preference = weights.parse_options([f"denoiser=alice/nowhere@{revision}"], local=False)
    assert "could not be had" in weights.locate(registry.find("denoiser"), "photographs", preference).label


def unreasonable(hub: Hub, arguments: dict[str, object]) -> None:
    """Let friend's repository hold a network of `arguments`."""
    facts = {"builder": "build_denoiser", "arguments": arguments}
    bundled = registry.find("denoiser").folder / "weights" / "photographs" / "model.safetensors"
    numbers = File(bundled.read_bytes(), True)
    hub.repositories["model", "friend/denoiser"] = Repository()
    hub.model("friend/denoiser").commit(
        {"checkpoint.json": File(json.dumps(facts).encode(), False), "model.safetensors": numbers}, "theirs"
    )


@pytest.mark.parametrize("arguments", [{"blocks": [1, 2, 10**7]}, {"widths": [1] * 3000}, {"widths": [[[9] * 9] * 9]}])
def test_a_stranger_s_network_of_unreasonable_size_is_refused(hub: Hub, arguments: dict[str, object]) -> None:
    unreasonable(hub, arguments)
    with pytest.raises(UserError, match=r"friend/denoiser@\w+ asks for a network of an unreasonable size"):
        weights.fetch(registry.find("denoiser"), "photographs", Reference("friend/denoiser", "main"))


def test_an_app_falls_back_where_what_it_got_is_of_no_use(hub: Hub) -> None:
    unreasonable(hub, {"widths": [], "blocks": []})
    engine = LocalEngine(weights.parse_options(["denoiser=friend/denoiser@main"], local=False))
    assert engine.describe(registry.find("denoiser")).endswith("(those of friend/denoiser@main could not be had)")


def test_a_command_does_not_fall_back(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(HubError, match="shows no repository"):
        weights.locate(registry.find("denoiser"), "photographs", WeightsOptions({"denoiser": NOWHERE}))
    photo = Path(weights.__file__).parent.parent / "plugins" / "denoiser" / "examples" / "digits.png"
    assert main(["run", "denoiser", "denoise", str(photo), str(tmp_path / "out.png"), "--weights", str(NOWHERE)]) == 2
    assert "shows no repository 'alice/nowhere'" in capsys.readouterr().err


def test_the_hub_is_needed_only_where_something_is_missing_or_wished(on_the_hub: Record) -> None:
    bundled = [Record("b", Path("/nowhere"), "b", registry.State.BROKEN)]
    assert not weights.may_need_hub(bundled, WeightsOptions())
    assert weights.may_need_hub(bundled, WeightsOptions({"b": NOWHERE}))
    assert weights.may_need_hub([on_the_hub], WeightsOptions())


def test_what_cannot_be_found_says_how_to_get_it(tmp_path: Path) -> None:
    for words, message in [
        ("denoiser=/nowhere/at/all", "is no folder: name one that holds checkpoint.json, or owner/name@revision"),
        ("denoiser", "names no plugin: write PLUGIN=FOLDER"),
        (f"denoizer={tmp_path}", "no plugin 'denoizer'"),
        (f"denoiser/letters={tmp_path}", "has no checkpoint 'letters', it has photographs, digits"),
    ]:
        with pytest.raises(UserError, match=message):
            weights.parse_options([words], local=False)
    with pytest.raises(WeightsNotFoundError, match="python -m core train denoiser"):
        weights.locate(registry.find("denoiser"), "unheard_of")
