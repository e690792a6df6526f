"""Training, initial weights and evaluation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from core import metadata
from core.cli.parser import main
from core.errors import UserError
from core.metadata import WEIGHTS_FILE
from core.networks import checkpoint
from core.plugin import Plugin
from core.training import runs
from plugins.style_transfer import model, train
from plugins.style_transfer.networks import decoder, vgg
from plugins.style_transfer.vgg_layers import LAYERS
from tests.plugins.style_transfer.conftest import write_folder


@pytest.mark.usefixtures("eagerly")
def test_a_decoder_is_trained_and_scored_and_the_vgg_is_not_changed(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(train, "SCORED_SIDE", 64)
    flags = ["--data", str(write_folder(tmp_path / "a", 4)), "--paintings", str(write_folder(tmp_path / "b", 5))]
    flags += ["--side", "64", "--batch", "2", "--epochs", "1", "--steps", "2"]
    flags += ["--widths", "4", "4", "4"]
    assert main(["train", "style_transfer", *flags]) == 0
    finished = runs.find_run("style_transfer", finished=True)
    assert finished
    facts = metadata.read(finished.checkpoint)
    assert facts.scores["feedforward_style_loss"] > 0
    assert {"photos", "paintings", "sha256"} <= facts.provenance["data"].keys()
    dtypes = {name: values.dtype.name for name, values in load_file(finished.checkpoint / WEIGHTS_FILE).items()}
    assert dtypes["block4_conv1/kernel"] == "float16"
    assert dtypes["decoder_block1_conv2/kernel"] == "int8"
    trained, bundled = (checkpoint.load(folder, model) for folder in (finished.checkpoint, train.BUNDLED))
    for name in LAYERS:
        one, other = (each.get_layer(vgg.VGG).get_layer(name).get_weights()[0] for each in (trained, bundled))
        np.testing.assert_allclose(one, other, atol=1e-3)
    assert np.abs(trained.get_layer(decoder.DECODER).get_layer("adain_block3").get_weights()[0]).max() > 0


@pytest.mark.usefixtures("eagerly")
@pytest.mark.slow
def test_a_student_is_trained_on_the_losses_of_a_vgg_that_it_does_not_hold(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(train, "SCORED_SIDE", 64)
    folders = ["--data", str(write_folder(tmp_path / "a", 4)), "--paintings", str(write_folder(tmp_path / "b", 5))]
    flags = [
        "--optimizer",
        "muon",
        "--side",
        "64",
        "--style-side",
        "64",
        "--batch",
        "2",
        "--epochs",
        "1",
        "--steps",
        "2",
    ]
    flags += ["--checkpoint", "student", "--width", "8", "--blocks", "1", "--style-crops", "2"]
    assert main(["train", "style_transfer", *folders, *flags]) == 0
    finished = runs.find_run("style_transfer", finished=True)
    assert finished
    assert metadata.read(finished.checkpoint).scores["feedforward_style_loss"] > 0
    trained, untrained = checkpoint.load(finished.checkpoint, model), model.build_student(8, 1)
    assert trained.count_params() == untrained.count_params()
    assert np.abs(trained.get_layer("style_decoder").get_layer("to_full").get_weights()[0]).max() > 0


@pytest.mark.parametrize("weights", [{}, {"preprocess/kernel": np.ones((2, 2), np.float32)}])
def test_a_file_without_the_weights_of_a_vgg_is_named(tmp_path: Path, weights: Any) -> None:
    save_file(weights, tmp_path / "nothing.safetensors")
    with pytest.raises(UserError, match=r"--vgg is .*nothing\.safetensors, which does not hold the weights of vgg19"):
        train.load_layers(vgg.assemble_vgg(), ["preprocess"], tmp_path / "nothing.safetensors", "--vgg")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"--decoder is .*nothing\.safetensors"):
        train.load_layers(vgg.assemble_vgg(), ["preprocess"], tmp_path / "nothing.safetensors", "--decoder")


@pytest.mark.slow
def test_both_methods_and_another_s_images_are_scored(
    plugin: Plugin, tmp_path: Path, capsys: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(train, "SCORED_SIDE", 64)
    content, given = write_folder(tmp_path / "content", 2), write_folder(tmp_path / "given", 2)
    style = write_folder(tmp_path / "style", 1)
    folders = ["--content", str(content), "--style", str(style), "--stylized", str(given)]
    assert main(["evaluate", "style_transfer", "--json", *folders, "--size", "64", "--steps", "8"]) == 0
    report = json.loads(capsys.readouterr().out)
    for method in ("feedforward", "iterative", "given"):
        assert report["scores"][f"{method}_content_loss"] > 0
        assert report["scores"][f"{method}_style_loss"] > 0
        assert f"{method}_seconds" in report["scores"]
    assert [row["image"] for row in report["per_image"]] == ["0 × 0", "1 × 0"]
    with pytest.raises(UserError, match="holds 2 images for 1 pairs"):
        train.evaluate(plugin, style, style, given)


def test_iterative_style_transfer_can_be_left_out(tmp_path: Path, capsys: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(train, "SCORED_SIDE", 64)
    folders = [word for name in ("content", "style") for word in (f"--{name}", str(write_folder(tmp_path / name, 1)))]
    assert main(["evaluate", "style_transfer", "--json", *folders, "--no-iterative"]) == 0
    scores = json.loads(capsys.readouterr().out)["scores"]
    assert {name.split("_")[0] for name in scores} == {"feedforward"}
