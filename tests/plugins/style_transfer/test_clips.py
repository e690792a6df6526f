"""Short videos: read, written, refused, and stylized without flicker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.cli.parser import main
from core.errors import UserError
from core.imaging import images
from core.plugin import Plugin
from plugins.style_transfer import clips, gallery, resizing
from plugins.style_transfer.clips import Clip

PHOTO, PAINTING = gallery.PHOTOS[1], gallery.find_painting("Vincent van Gogh")


def pan(count: int, side: int = 128) -> Clip:
    """Return a clip in which a window moves over a photo by two pixels a frame."""
    photo = images.to_uint8(resizing.shrink_to(images.load(PHOTO), 320))
    return Clip(np.stack([photo[40 : 40 + side, 2 * i : 2 * i + side] for i in range(count)]), 25.0)


@pytest.mark.parametrize("suffix", clips.WRITTEN)
def test_a_clip_survives_a_file(tmp_path: Path, suffix: str) -> None:
    clip = pan(6)
    clips.save(clip, tmp_path / f"pan{suffix}")
    read = clips.load(tmp_path / f"pan{suffix}")
    assert read.rate == clip.rate
    assert read.frames.shape == clip.frames.shape
    assert np.abs(read.frames.astype(int) - clip.frames).mean() < 8


def test_of_a_long_fast_and_large_video_what_is_beyond_the_limits_is_left_out(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(clips, "MAX_SECONDS", 0.2)
    monkeypatch.setattr(clips, "SIDE", 64)
    clips.save(Clip(pan(30).frames, 50.0), tmp_path / "long.mp4")
    read = clips.load(tmp_path / "long.mp4")
    assert read.frames.shape == (5, 64, 64, 3)
    assert read.rate == 25


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("film.avi", b"RIFF", "its suffix is unknown"),
        ("film.mp4", b"no video", "film.mp4 cannot be read as a video"),
        ("list.mp4", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "list.mp4 cannot be read as a video"),
        ("list.mkv", b"ffconcat version 1.0\nfile /etc/passwd\n", "list.mkv cannot be read as a video"),
        ("empty.webm", b"", "empty.webm cannot be read as a video"),
    ],
)
def test_a_file_that_is_no_video_is_refused(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=message):
        clips.load(tmp_path / name)


@pytest.mark.slow
def test_a_stylized_video_flickers_hardly_more_than_its_source(plugin: Plugin) -> None:
    clip = pan(8)
    stylized = plugin.run("stylize_video", clip, images.load(PAINTING)).frames
    still = plugin.run(
        "apply_style", images.from_uint8(clip.frames[-1]), gallery.encode_painting(plugin, "Vincent van Gogh")
    )
    assert np.abs(images.from_uint8(stylized[-1]) - still).mean() < 0.05
    change, of_source = (
        np.abs(np.diff(each.astype(np.float32), axis=0)).mean() / each.std() for each in (stylized, clip.frames)
    )
    assert change < 1.2 * of_source


def test_a_video_is_stylized_on_the_command_line(tmp_path: Path) -> None:
    clips.save(pan(3), tmp_path / "in.mp4")
    files = [str(tmp_path / "in.mp4"), str(PAINTING), str(tmp_path / "out.mp4")]
    assert main(["run", "style_transfer", "stylize_video", *files]) == 0
    assert clips.load(tmp_path / "out.mp4").frames.shape == (3, 128, 128, 3)
