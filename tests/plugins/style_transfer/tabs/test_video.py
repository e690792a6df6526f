"""The tab that stylizes a short video."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import UserError
from core.plugin import Plugin
from core.progress import finish
from plugins.style_transfer import clips
from plugins.style_transfer.tabs import video


def test_a_video_is_stylized_and_keeps_its_name(plugin: Plugin, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    clips.save(clips.Clip(random.integers(0, 255, (3, 64, 96, 3)).astype(np.uint8), 25.0), tmp_path / "noise.mp4")
    (path,) = finish(video.stylize_video(plugin, str(tmp_path / "noise.mp4"), "Gustav Klimt"))
    assert Path(path).name == "noise_stylized.mp4"
    assert clips.load(Path(path)).frames.shape == (3, 64, 96, 3)
    with pytest.raises(UserError, match="There is no video yet"):
        finish(video.stylize_video(plugin, None, "Gustav Klimt"))
