"""Training runs from the data to the checkpoint, and the scores that are published of the bundled ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core import metadata
from core.imaging import images
from core.networks import checkpoint
from core.plugin import Plugin
from core.training import cats
from core.training.cats import ComposedCats
from core.training.datasets import Dataset
from core.training.runs import Run, read_snapshots
from plugins.vae_explorer import example_images, model, train
from plugins.vae_explorer.latents import COMPARED_DIMENSIONS
from plugins.vae_explorer.tabs.reconstruct import SCORES
from plugins.vae_explorer.train import Config


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("name", ["mnist_vae_2", "mnist_cvae", "mnist_aae_2", "mnist_pca"])
def test_a_network_is_trained_from_idx_files(
    name: str, tmp_path: Path, digits: example_images.Examples, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train, "VALIDATION_COUNT", 50)
    for split in ("train", "t10k"):
        (tmp_path / f"{split}-images").write_bytes(bytes(16) + images.to_uint8(digits.pictures).tobytes())
        (tmp_path / f"{split}-labels").write_bytes(bytes(8) + digits.labels.astype(np.uint8).tobytes())
    config = Config(checkpoint=name, data=tmp_path, epochs=2, steps=4, width=4, hidden=(8,), batch=20)
    run = Run.start("vae_explorer", config, tmp_path)
    assert all(np.isfinite(value) for value in train.train(config, run).values())
    assert checkpoint.load(run.checkpoint, model).count_params() > 0
    if name == "mnist_vae_2":
        snapshots = read_snapshots(run.checkpoint / "snapshots.npz")
        assert snapshots["epochs"].tolist() == [0, 1, 2]
        assert snapshots["positions"].shape == (3, 50, 2)
        assert len(snapshots["kl_divergence"]) == 2


@pytest.mark.slow
@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_a_killed_run_is_resumed(tmp_path: Path, precision: Any, train_twice: Any) -> None:
    for i in range(24):
        pillow.new("RGB", (16, 16), (10 * i, 0, 0)).save(tmp_path / f"{i:02d}.png")
    flags = {"images": tmp_path, "side": 16, "epochs": 3, "steps": 2, "width": 4, "hidden": (8,), "batch": 4}
    config = Config(**flags, backup_minutes=0, precision=precision)
    made = train_twice("vae_explorer", train.train, config, tmp_path / "runs")
    resumed, straight = (checkpoint.load(each, model).get_weights() for each in made)
    for values, expected in zip(resumed, straight, strict=True):
        np.testing.assert_allclose(values, expected, atol=2e-3)
    assert read_snapshots(made[0] / "snapshots.npz")["epochs"].tolist() == [0, 1, 2, 3]


@pytest.mark.usefixtures("eagerly")
def test_a_network_is_trained_on_one_s_own_images(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for i in range(24):
        pillow.new("RGB", (40, 50), (10 * i, 0, 0)).save(tmp_path / f"{i:02d}.png")
    (tmp_path / "broken.png").write_bytes(b"")
    config = Config(images=tmp_path, side=16, epochs=1, steps=2, width=4, hidden=(8,), batch=4)
    scores = train.train(config, Run.start("vae_explorer", config, tmp_path / "runs"))
    assert np.isfinite(scores["mse"])
    assert "skipped broken.png" in capsys.readouterr().out


@pytest.mark.usefixtures("eagerly")
def test_a_network_is_trained_on_cats_and_scored_on_combinations_that_are_held_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(name: str, folder: Any, own: Any, side: int, split: str) -> Dataset:
        labels = cats.combinations(split)
        return Dataset(ComposedCats(cats.bundled_layers(), labels), labels, (), cats.ATTRIBUTES)  # type: ignore[arg-type]

    monkeypatch.setattr(train.datasets, "read_dataset_or_folder", read)
    for name in ("VALIDATION_COUNT", "TEST_COUNT"):
        monkeypatch.setattr(train, name, 20)
    config = Config(checkpoint="cats_vae_32", epochs=1, steps=2, width=4, batch=4)
    run = Run.start("vae_explorer", config, tmp_path)
    assert np.isfinite([*train.train(config, run).values()]).all()
    stored = metadata.read(run.checkpoint)
    assert (stored.builder, stored.provenance["data"]["pictures"]) == ("build_residual_vae", 324_000)
    assert checkpoint.read_weights(run.checkpoint / metadata.WEIGHTS_FILE)  # as int8


def test_the_chart_on_the_page_shows_the_scores_of_the_bundled_networks(plugin: Plugin) -> None:
    shown = json.loads(SCORES.read_text())
    for dimensions in COMPARED_DIMENSIONS:
        pca = metadata.read(plugin.record.folder / "weights" / "mnist_pca").scores
        assert shown[f"mnist_pca_mse_{dimensions}"] == pytest.approx(pca[f"mse_{dimensions}"], rel=0.01)
        for kind in ("ae", "vae"):
            stored = metadata.read(plugin.record.folder / "weights" / f"mnist_{kind}_{dimensions}").scores
            assert shown[f"mnist_{kind}_mse_{dimensions}"] == pytest.approx(stored["mse"], rel=0.01)


def test_scores_in_the_model_card_are_those_that_were_evaluated(plugin: Plugin) -> None:
    card, shown = (plugin.record.folder / "README.md").read_text(), json.loads(SCORES.read_text())
    for name in ("mnist_2d_mse784_plus_kl", "mnist_nll_iw500", "mnist_2d_knn_accuracy"):
        assert f"| `{name}` | {shown[name]:.2f} |" in card
