"""Push and pull: what is on the Hub, what is pinned, what is refused."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from huggingface_hub import ModelCard, constants

from core import manifest, metadata, registry, verbs
from core.cli.parser import main
from core.files import written_atomically
from core.imaging.images import Image
from core.networks import checkpoint
from core.registry import Record
from core.training import runs
from tests.conftest import ROOT
from tests.core.publish.conftest import PUSH
from tests.local_hub import Hub

Output = pytest.CaptureFixture[str]


def test_a_push_uploads_checkpoints_pictures_and_card(hub: Hub, pushed: Record) -> None:
    one_checkpoint = {"model.safetensors", "checkpoint.json", "config.json", "metadata.json", "model.weights.h5"}
    pictures = {"card.webp", *(f"examples/{path.name}" for path in (pushed.folder / "examples").iterdir())}
    others = {f"checkpoints/{other}/{name}" for other in ("digits", "camera") for name in one_checkpoint}
    expected = one_checkpoint | others | pictures | {"README.md", ".gitattributes"}
    files = {name for name in hub.model("alice/denoiser").files if not name.endswith("history.csv")}
    assert files == expected
    assert hub.model("alice/denoiser").titles[pushed_commit(hub)] == "Denoiser: photographs, digits, camera"
    assert hub.model("alice/denoiser").tags == {"v1": pushed_commit(hub)}


def pushed_commit(hub: Hub) -> str:
    return hub.model("alice/denoiser").branches["main"]


def test_a_push_pins_what_it_pushed(hub: Hub, pushed: Record) -> None:
    written = manifest.read(pushed.folder)
    assert written.repository == "alice/denoiser"
    for name, pin in written.checkpoints.items():
        data = (pushed.folder / "weights" / name / "model.safetensors").read_bytes()
        assert (pin.revision, pin.size) == (pushed_commit(hub), len(data))
        assert pin.sha256 == hashlib.sha256(data).hexdigest()
        metadata_file = pushed.folder / "weights" / name / "checkpoint.json"
        assert pin.metadata_sha256 == hashlib.sha256(metadata_file.read_bytes()).hexdigest()


def test_a_second_push_changes_nothing(hub: Hub, pushed: Record, capsys: Output) -> None:
    before = (pushed.folder / "plugin.toml").read_text()
    assert main(["push", "denoiser"]) == 0
    assert "was there already: v1, alice/denoiser@" in capsys.readouterr().out
    assert not hub.made("PUT|POST .*/(commit|tag)/")
    assert (pushed.folder / "plugin.toml").read_text() == before


def test_the_card_has_scores_in_its_front_matter(hub: Hub, pushed: Record) -> None:
    card = ModelCard(hub.model("alice/denoiser").files["README.md"].data.decode())
    assert (card.data.library_name, card.data.license) == ("keras", "apache-2.0")
    assert (card.data.pipeline_tag, card.data.model_name) == ("image-to-image", "Denoiser")
    scores = metadata.read(pushed.folder / "weights" / "photographs").scores
    found = {
        result.metric_name: result.metric_value
        for result in card.data.eval_results or []
        if result.dataset_type == "photographs"
    }
    assert found == {name: value for name, value in scores.items() if not name.startswith("seconds")}
    assert 'keras.saving.load_model("hf://alice/denoiser")' in card.text
    assert "![Denoiser](card.webp)" in card.text


def test_plain_keras_loads_a_pushed_network(pushed: Record, picture: Image) -> None:
    plain = keras.saving.load_model("hf://alice/denoiser")
    ours = checkpoint.load(pushed.folder / "weights" / "photographs", verbs.import_module_of(pushed, "model"))
    inputs = picture[None], np.full((1, 120, 160, 1), 0.1, np.float32)
    np.testing.assert_array_equal(plain.predict_on_batch(inputs), ours.predict_on_batch(inputs))


def test_a_run_is_pushed_with_its_history(
    hub: Hub, copied_denoiser: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "RUNS", tmp_path / "runs")
    run = tmp_path / "runs" / "denoiser" / "now"
    shutil.copytree(copied_denoiser.folder / "weights" / "digits", run / "checkpoint")
    (run / "config.json").write_text('{"checkpoint": "digits"}')
    (run / "checkpoint" / "history.csv").write_text("epoch,loss\n0,1.0\n")
    shutil.rmtree(copied_denoiser.folder / "weights")
    assert main([*PUSH, "--local"]) == 0
    files = hub.model("alice/denoiser").files
    assert files["checkpoints/digits/history.csv"].data == b"epoch,loss\n0,1.0\n"
    assert "model.safetensors" not in files
    assert set(manifest.read(copied_denoiser.folder).pinned) == {"digits"}


def test_a_push_keeps_other_checkpoints_and_other_files(hub: Hub, pushed: Record) -> None:
    repository = hub.model("alice/denoiser")
    notes = dict(repository.files) | {"notes.md": repository.files["README.md"]}
    repository.commit(notes | {"checkpoints/gone/model.safetensors": notes["model.safetensors"]}, "by hand")
    shutil.rmtree(pushed.folder / "weights" / "digits")
    assert main(PUSH) == 0
    assert "checkpoints/gone/model.safetensors" not in repository.files
    assert {"notes.md", "checkpoints/digits/model.safetensors"} <= set(repository.files)


def test_a_private_push_creates_a_private_repository(hub: Hub, copied_denoiser: Record) -> None:
    assert main([*PUSH, "--private"]) == 0
    assert hub.model("alice/denoiser").private


def test_a_pull_downloads_two_files_per_checkpoint_once(hub: Hub, pushed: Record, capsys: Output) -> None:
    assert main(["pull", "denoiser"]) == 0
    commit = pushed_commit(hub)
    assert f"weights from the Hub at {commit[:12]} (alice/denoiser); loaded from" in capsys.readouterr().out
    assert {request.path.rpartition("/")[2] for request in hub.made("HEAD .*/resolve/")} == {
        "checkpoint.json",
        "model.safetensors",
    }
    hub.requests.clear()
    assert main(["pull", "denoiser", "--checkpoint", "digits"]) == 0
    assert not hub.requests


def test_a_pull_verifies_the_files_against_the_pins(hub: Hub, pushed: Record, capsys: Output) -> None:
    files = hub.model("alice/denoiser").files
    size = (pushed.folder / "weights" / "photographs" / "model.safetensors").stat().st_size
    for path, words in (
        ("checkpoint.json", "has a wrong checksum"),
        ("model.safetensors", f"bytes, expected {size}"),
    ):
        kept, files[path] = files[path], files["config.json"]
        assert main(["pull", "denoiser"]) == 2
        printed = capsys.readouterr().err
        assert f"{path} of alice/denoiser@{pushed_commit(hub)}" in printed
        assert words in printed
        files[path] = kept


def test_an_unpinned_revision_needs_the_flag(hub: Hub, pushed: Record, capsys: Output) -> None:
    assert main(["pull", "denoiser", "--revision", "main"]) == 2
    assert "leave --revision out, or add --unpinned" in capsys.readouterr().err
    assert main(["pull", "denoiser", "--revision", "v1", "--unpinned"]) == 0
    assert not hub.made(r".*\.h5|.*config\.json")


def test_a_plugin_without_pins_is_an_error(hub: Hub, copied_denoiser: Record, capsys: Output) -> None:
    assert main(["pull", "denoiser"]) == 2
    assert "has no repository in plugin.toml yet: name one by --repo" in capsys.readouterr().err
    assert main(["pull", "denoiser", "--repo", "alice/denoiser"]) == 2
    assert "pins nothing in plugin.toml" in capsys.readouterr().err


def test_an_unpinned_download_can_be_pinned(hub: Hub, pushed: Record) -> None:
    pins = (pushed.folder / "plugin.toml").read_text()
    shutil.copy(ROOT / "plugins" / "denoiser" / "plugin.toml", pushed.folder)
    assert main(["pull", "denoiser", "--repo", "alice/denoiser", "--unpinned", "--pin"]) == 0
    assert (pushed.folder / "plugin.toml").read_text() == pins


def test_pinning_replaces_the_bundled_weights(hub: Hub, pushed: Record) -> None:
    bundled = pushed.folder / "weights" / "photographs" / "checkpoint.json"
    newer = bundled.read_text()
    bundled.write_text(newer.replace("build_denoiser", "build_nothing"))
    assert main(["pull", "denoiser", "--unpinned", "--pin"]) == 0
    assert bundled.read_text() == newer


def test_pushing_one_checkpoint_keeps_the_others_and_their_scores(hub: Hub, pushed: Record) -> None:
    before = manifest.read(pushed.folder).checkpoints
    digits = pushed.folder / "weights" / "digits" / "checkpoint.json"
    digits.write_text(digits.read_text() + "\n")
    shutil.rmtree(pushed.folder / "weights" / "photographs")
    assert main(["push", "denoiser", "--checkpoint", "digits"]) == 0
    after = manifest.read(pushed.folder).checkpoints
    assert after["photographs"] == before["photographs"]
    assert after["digits"].revision == pushed_commit(hub) != before["digits"].revision
    card = ModelCard(hub.model("alice/denoiser").files["README.md"].data.decode())
    assert {result.dataset_type for result in card.data.eval_results or []} == {"photographs", "digits", "camera"}


def test_a_new_repository_must_take_every_pinned_checkpoint(hub: Hub, pushed: Record, capsys: Output) -> None:
    assert main(["push", "denoiser", "--repo", "alice/other", "--checkpoint", "digits"]) == 2
    assert "photographs of denoiser would stay pinned in alice/denoiser" in capsys.readouterr().err
    assert ("model", "alice/other") not in hub.repositories


def test_a_repository_is_an_owner_and_a_name(capsys: Output) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["push", "denoiser", "--repo", "denoiser"])
    assert "'denoiser' is not a repository: write owner/name" in capsys.readouterr().err


def test_a_checkpoint_of_another_network_is_refused(hub: Hub, pushed: Record, capsys: Output) -> None:
    files = hub.model("alice/denoiser").files
    files["model.safetensors"] = files["checkpoints/digits/model.safetensors"]
    assert main(["pull", "denoiser", "--unpinned"]) == 2
    assert "does not fit its network" in capsys.readouterr().err


def test_the_pinned_commit_can_be_pulled_from_a_mirror(hub: Hub, pushed: Record) -> None:
    hub.repositories["model", "alice/mirror"] = hub.model("alice/denoiser")
    assert main(["pull", "denoiser", "--repo", "alice/mirror"]) == 0


def test_comments_in_the_manifest_are_kept(hub: Hub, copied_denoiser: Record) -> None:
    path = copied_denoiser.folder / "plugin.toml"
    path.write_text("# mine\n" + path.read_text())
    assert main(PUSH) == 0
    assert path.read_text().startswith("# mine\n")


def test_the_error_of_a_read_only_manifest_says_what_to_write(
    hub: Hub, copied_denoiser: Record, capsys: Output
) -> None:
    with written_atomically(copied_denoiser.folder / "plugin.toml") as temporary:
        shutil.copyfile(copied_denoiser.folder / "plugin.toml", temporary)
    temporary.mkdir()  # so that it cannot be written again
    assert main(PUSH) == 2
    assert f'write into it {{"photographs": {{"revision": "{pushed_commit(hub)}"' in capsys.readouterr().err


def test_an_incomplete_pin_is_an_error(copied_denoiser: Record) -> None:
    path = copied_denoiser.folder / "plugin.toml"
    path.write_text(path.read_text() + 'revision = "' + "0" * 40 + '"\n')
    with pytest.raises(manifest.ManifestError, match="a pin is complete or empty, this one has only revision"):
        manifest.read(copied_denoiser.folder)


def test_pins_without_a_repository_are_an_error(hub: Hub, pushed: Record) -> None:
    path = pushed.folder / "plugin.toml"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if not line.startswith("repository")))
    with pytest.raises(manifest.ManifestError, match="repository is missing"):
        manifest.read(pushed.folder)


def test_a_push_without_weights_is_an_error(hub: Hub, copied_denoiser: Record, capsys: Output) -> None:
    shutil.rmtree(copied_denoiser.folder / "weights")
    assert main(PUSH) == 2
    assert "has no weights here to push" in capsys.readouterr().err
    assert not hub.requests


def test_the_cache_is_below_hf_home(pushed: Record) -> None:
    assert main(["pull", "denoiser"]) == 0
    assert list(Path(constants.HF_HUB_CACHE).glob("models--alice--denoiser/snapshots/*/model.safetensors"))


def test_pictures_in_folders_are_pushed_and_files_of_systems_are_not(hub: Hub, copied_denoiser: Record) -> None:
    examples = copied_denoiser.folder / "examples"
    for name in ("old/deep/a.png", "old/.DS_Store", "._b.jpg", ".cache/c.png", "__MACOSX/d.png", "Thumbs.db"):
        (examples / name).parent.mkdir(parents=True, exist_ok=True)
        (examples / name).write_bytes(b"x")
    assert main(PUSH) == 0
    pushed = {path for path in hub.model("alice/denoiser").files if path.startswith("examples/")}
    expected = {f"examples/{path.name}" for path in (ROOT / "plugins" / "denoiser" / "examples").iterdir()}
    assert pushed == expected | {"examples/old/deep/a.png"}


# Those with many networks take half a minute each.
MANY_NETWORKS = "gan_generator", "super_resolver", "vae_explorer"
BUNDLED = [
    pytest.param(name, marks=pytest.mark.slow) if name in MANY_NETWORKS else name
    for name in sorted(path.parent.name for path in (ROOT / "plugins").glob("*/plugin.toml"))
]


@pytest.mark.parametrize("name", BUNDLED)
def test_every_bundled_plugin_is_pushed_and_pulled_and_loaded(
    name: str, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    shutil.copytree(ROOT / "plugins" / name, tmp_path / "plugins" / name)
    monkeypatch.setattr(registry, "BUNDLED", tmp_path / "plugins")
    assert main(["push", name, "--repo", f"alice/{name}"]) == 0
    shutil.rmtree(tmp_path / "plugins" / name / "weights")
    assert main(["pull", name]) == 0
    assert capsys.readouterr().out.count("loaded from") == len(registry.find(name).ready_manifest.checkpoints)
