"""Spaces are assembled as the Hub expects them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import RepoCard

from core import registry
from core.cli.parser import main
from core.publish import space
from core.registry import Record
from tests.conftest import ROOT
from tests.local_hub import Hub

Output = pytest.CaptureFixture[str]


def front_matter(folder: Path) -> dict[str, Any]:
    values: dict[str, Any] = RepoCard((folder / "README.md").read_text()).data.to_dict()
    return values


def test_a_space_holds_its_plugin_and_what_it_needs(tmp_path: Path) -> None:
    assert main(["space", "denoiser", "--out", str(tmp_path / "space")]) == 0
    names = {path.name for path in (tmp_path / "space").iterdir()}
    assert names == {"README.md", "LICENSE", "app.py", "requirements.txt", "core", "plugins", space.INVENTORY_FILE}
    assert [path.name for path in (tmp_path / "space" / "plugins").iterdir()] == ["denoiser"]
    assert not list((tmp_path / "space").rglob("__pycache__"))
    assert (tmp_path / "space" / "plugins" / "denoiser" / "weights" / "digits" / "model.safetensors").exists()


def test_its_front_matter_is_valid_on_the_hub(tmp_path: Path) -> None:
    main(["space", "denoiser", "--out", str(tmp_path / "space")])
    values = front_matter(tmp_path / "space")
    assert (values["sdk"], values["app_file"], values["title"]) == ("gradio", "app.py", "Denoiser")
    assert values["sdk_version"] == "6.31.0"
    assert tuple(map(int, values["python_version"].split("."))) >= (3, 11)
    assert len(values["short_description"]) <= 60
    assert {"darkroom", "keras", "image-denoising"} <= set(values["tags"])
    assert "models" not in values


@pytest.mark.parametrize("folder", sorted((ROOT / "spaces").glob("*/")), ids=lambda folder: folder.name)
def test_the_readme_of_every_space_has_valid_front_matter(folder: Path) -> None:
    values = front_matter(folder)
    assert set(values) == {"emoji", "colorFrom", "colorTo", "short_description", "tags"}
    assert len(values["short_description"]) <= 60


def test_pinned_weights_are_preloaded_instead_of_copied(hub: Hub, copied_denoiser: Record, tmp_path: Path) -> None:
    main(["push", "denoiser", "--repo", "alice/denoiser"])
    main(["space", "denoiser", "--out", str(tmp_path / "space"), "--hardware", "t4-small"])
    commit, values = hub.model("alice/denoiser").branches["main"], front_matter(tmp_path / "space")
    assert values["models"] == ["alice/denoiser"]
    assert values["preload_from_hub"] == [
        f"alice/denoiser checkpoint.json,model.safetensors {commit}",
        *(
            f"alice/denoiser checkpoints/{name}/checkpoint.json,checkpoints/{name}/model.safetensors {commit}"
            for name in ("digits", "camera")
        ),
    ]
    assert values["suggested_hardware"] == "t4-small"
    assert not list((tmp_path / "space" / "plugins").rglob("*.safetensors"))


@pytest.mark.parametrize(
    ("hardware", "included", "excluded"),
    [
        ("cpu-upgrade", "tensorflow-cpu==2.21.0", "torch"),
        ("l4x1", "tensorflow[and-cuda]==2.21.0", "tensorflow-cpu"),
        ("zero-a10g", "torch>=2.9,<3", "tensorflow"),
    ],
)
def test_the_hardware_decides_the_backend(hardware: str, included: str, excluded: str) -> None:
    lines = space.requirements([registry.find("denoiser")], space.variant_of(hardware))
    assert included in lines
    assert not [line for line in lines if line.startswith(excluded)]
    assert not [line for line in lines if line.startswith("tyro")]


def test_only_the_plugin_s_own_packages_are_added(plant: Callable[..., Path]) -> None:
    manifest = 'api = "1.0"\ntitle = "Planted"\nsummary = "A test."\nrequires = ["pyyaml>=6"]\n[checkpoints.only]\n'
    plant("planted", plugin=manifest)
    lines = space.requirements([registry.find("planted")], space.Variant.CPU)
    assert "pyyaml>=6" in lines
    assert "pyyaml>=6" not in space.requirements([registry.find("denoiser")], space.Variant.CPU)


def test_a_plugin_without_a_folder_in_spaces_gets_front_matter_too(plant: Callable[..., Path], tmp_path: Path) -> None:
    plant("planted")
    main(["space", "planted", "--out", str(tmp_path / "out" / "space")])
    values = front_matter(tmp_path / "out" / "space")
    assert (values["title"], values["short_description"]) == ("Planted", "A test.")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--out", "{full}"], "contains files that are not of an assembled Space"),
        (["--out", "{full}/new", "--hardware", "abacus"], "--hardware 'abacus' is unknown: the Hub has cpu-basic"),
        ([], "say where the Space is to go"),
        (["--push", "alice/denoiser", "--sleep", "60"], "--sleep needs paid --hardware"),
        (["--push", "alice/denoiser", "--hardware", "t4-small", "--sleep", "0"], "--sleep is 0: use seconds"),
        (
            ["--push", "alice/denoiser", "--secret", "TOKEN=do-not-tell"],
            "--secret 'TOKEN': give only the name of an environment variable",
        ),
        (["--push", "alice/denoiser", "--hardware", ""], "--hardware '' is unknown"),
        (["--push", "alice/denoiser", "--secret", "UNSET_SECRET"], "set the environment variable UNSET_SECRET"),
    ],
)
def test_a_space_that_cannot_be_assembled_is_an_error(
    arguments: list[str], words: str, tmp_path: Path, capsys: Output
) -> None:
    (tmp_path / "note.txt").touch()
    assert main(["space", "denoiser", *(word.format(full=tmp_path) for word in arguments)]) == 2
    printed = capsys.readouterr().err
    assert words in printed
    assert "do-not-tell" not in printed
    assert (tmp_path / "note.txt").exists()


def test_only_an_assembled_space_is_ever_removed(tmp_path: Path, capsys: Output) -> None:
    out = tmp_path / "space"
    assert main(["space", "denoiser", "--out", str(out)]) == 0
    (out / "core" / "__pycache__").mkdir()
    assert main(["space", "denoiser", "--out", str(out)]) == 0
    (out / "notes.md").write_text("mine")
    assert main(["space", "denoiser", "--out", str(out)]) == 2
    assert "contains files that are not of an assembled Space, such as notes.md" in capsys.readouterr().err
    assert (out / "notes.md").exists()
    assert (out / "app.py").exists()


@pytest.mark.parametrize("place", [".", "..", "core/new", "plugins/denoiser/new", "spaces/new"])
def test_a_space_is_not_assembled_into_its_own_source(place: str, capsys: Output) -> None:
    assert main(["space", "denoiser", "--out", str(ROOT / place)]) == 2
    assert "the source of the Space" in capsys.readouterr().err
    assert not (ROOT / place / space.INVENTORY_FILE).exists()


def test_a_folder_that_cannot_be_written_is_an_error(capsys: Output) -> None:
    assert main(["space", "denoiser", "--out", "/proc/nowhere"]) == 2
    assert "cannot be assembled in /proc/nowhere" in capsys.readouterr().err


def test_a_bundled_checkpoint_that_differs_from_the_pinned_one_is_copied(
    hub: Hub, copied_denoiser: Record, tmp_path: Path
) -> None:
    main(["push", "denoiser", "--repo", "alice/denoiser"])
    digits = copied_denoiser.folder / "weights" / "digits" / "checkpoint.json"
    digits.write_text(digits.read_text() + "\n")
    main(["space", "denoiser", "--out", str(tmp_path / "space")])
    main(["space", "denoiser", "--out", str(tmp_path / "space")])  # again, replacing the first
    assert len(front_matter(tmp_path / "space")["preload_from_hub"]) == 2  # of three
    assert (tmp_path / "space" / "plugins" / "denoiser" / "weights" / "digits" / "checkpoint.json").exists()
