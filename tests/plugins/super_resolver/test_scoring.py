"""Pairs and scores: better than bicubic interpolation, as the model card says."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import metadata
from core.errors import UserError
from core.imaging.images import Image
from core.plugin import Plugin
from plugins.super_resolver.scoring import find_low, make_pair, score


@pytest.mark.parametrize(("name", "scale"), [("x2", 2), ("x3", 3), ("x4", 4)])
def test_each_scale_beats_bicubic_interpolation(plugin: Plugin, photo: Image, name: str, scale: int) -> None:
    high, low = make_pair(photo, scale)
    scores = score(lambda small: plugin.run("upscale", small, checkpoint=name), high, low, scale)
    assert scores[f"psnr_y_x{scale}"] > scores[f"bicubic_psnr_y_x{scale}"] + 0.3
    assert scores[f"ssim_y_x{scale}"] > scores[f"bicubic_ssim_y_x{scale}"]


def test_a_low_resolution_image_is_found_by_its_name(tmp_path: Path) -> None:
    for name in ("bird.json", "bird.png", "baby_x4.png", "headx4.png"):
        (tmp_path / name).touch()
    for stem, found in (("bird", "bird.png"), ("baby", "baby_x4.png"), ("head", "headx4.png")):
        assert find_low(tmp_path, Path(f"{stem}.png"), 4).name == found
    with pytest.raises(UserError, match="holds no low-resolution woman"):
        find_low(tmp_path, Path("woman.png"), 4)


def test_the_scores_in_the_model_card_are_those_of_the_checkpoints(plugin: Plugin) -> None:
    card = (plugin.record.folder / "README.md").read_text()
    for name in plugin.record.ready_manifest.checkpoints:
        scores = metadata.read(plugin.record.folder / "weights" / name).scores
        keys = [key for key in scores if "_y_x" in key]  # ours, ours, bicubic's, bicubic's
        ours, bicubic = (f"{scores[a]:.2f} | {scores[b]:.4f} |" for a, b in zip(keys[::2], keys[1::2], strict=True))
        assert f"| `{name}` | {ours}" in card
        assert bicubic in card
