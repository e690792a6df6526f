"""A verb on files, on folders and on standard streams, and chains of verbs."""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from core.cli.parser import main
from core.errors import DiskFullError
from core.imaging import images
from core.imaging.images import Image

HALVE = '''
from typing import NamedTuple
import keras
from core.errors import UserError
from core.imaging.images import Image
from core.sounds import Samples, Sound
from core.tables import Table
from core.texts import Text
import numpy as np
import pandas

def build_network(): return keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
def halve(network: keras.Model, image: Image) -> Image:
    """Return half of the image's values."""
    if image.mean() > 0.9: raise UserError("it is too bright.")
    return np.concatenate([image[..., :3] / 2, image[..., 3:]], -1)
def hum(network: keras.Model, image: Image) -> Sound:
    """Return a sound as long as the image is wide."""
    return Samples(np.zeros((image.shape[1], 1), np.float32), 8000)
class Parts(NamedTuple):
    image: Image
    red: Image
def split(network: keras.Model, image: Image) -> Parts:
    """Return the image and its red."""
    return Parts(image, image[..., :1])
def several(network: keras.Model, count: int = 1) -> Image:
    """Return several images."""
    return np.full((count, 8, 8, 3), 0.5, np.float32)
def count(network: keras.Model, image: Image) -> int:
    """Return the number of pixels."""
    return image[..., 0].size
def shout(network: keras.Model, text: Text, mark: str = "!") -> Text:
    """Return the text in upper case, with a mark."""
    return text.upper() + mark
def words(network: keras.Model, text: Text) -> Table:
    """Return the words of a text and their lengths."""
    return pandas.DataFrame({"word": text.split(), "length": [len(word) for word in text.split()]})
'''


@pytest.fixture
def halving(plant: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin that halves images, without a network."""
    from core.engine import LocalEngine

    plant("halving", model=HALVE)
    monkeypatch.setattr(LocalEngine, "_load", lambda *_: (None, "no weights"))


@pytest.fixture
def deep(tmp_path: Path, picture: Image) -> Path:
    """An image of 16 bits per channel with transparency."""
    path = tmp_path / "deep.png"
    images.save(np.concatenate([picture, np.full((120, 160, 1), 0.5, np.float32)], -1), path, depth=16)
    return path


@pytest.mark.usefixtures("halving")
def test_a_chain_keeps_16_bits_and_transparency(deep: Path, tmp_path: Path) -> None:
    out, steps = tmp_path / "out.png", ["--then", "halving:halve"] * 2
    assert main(["run", "halving", "halve", str(deep), str(out), *steps]) == 0
    before, after = images.load(deep), images.load(out)
    assert images.bit_depth(out) == 16
    np.testing.assert_allclose(after[..., :3], before[..., :3] / 8, atol=1 / 65535)
    np.testing.assert_allclose(after[..., 3], before[..., 3], atol=1 / 65535)


@pytest.mark.usefixtures("halving")
def test_each_verb_of_a_chain_has_its_own_flags(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "halving", "several", "--count", "4", "--then", "halving:count"]) == 0
    assert int(capsys.readouterr().out) > 4 * 8 * 8 - 1  # the sheet of all four


@pytest.mark.usefixtures("halving")
def test_a_chain_goes_from_a_text_to_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("zoë says", encoding="utf-8")
    chain = ["--then", "halving:shout", "--mark", "?", "--then", "halving:words"]
    assert main(["run", "halving", "shout", str(tmp_path / "a.txt"), str(tmp_path / "out.csv"), *chain]) == 0
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == "word,length\nZOË,3\nSAYS!?,6\n"
    to_picture = [str(tmp_path / "a.txt"), str(tmp_path / "out.png"), "--then", "halving:halve"]
    assert main(["run", "halving", "shout", *to_picture]) == 2
    assert "halve of halving cannot go on with what shout makes: text" in capsys.readouterr().err


@pytest.mark.usefixtures("halving")
@pytest.mark.parametrize(
    ("then", "words"),
    [
        (["--then"], "--then needs PLUGIN:VERB"),
        (["--then", "halving"], "--then needs PLUGIN:VERB"),
        (["--then", "halving:count", "--then", "halving:halve"], "cannot go on with what count makes: nothing"),
        (["--then", "halving:several"], "several of halving cannot go on with what halve makes: image"),
    ],
)
def test_a_chain_that_cannot_be_is_refused_in_a_sentence(
    deep: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], then: list[str], words: str
) -> None:
    assert main(["run", "halving", "halve", str(deep), str(tmp_path / "out.png"), *then]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.usefixtures("halving")
def test_a_file_is_read_from_standard_input_and_written_to_standard_output(
    deep: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    piped = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(deep.read_bytes())))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=piped))
    assert main(["run", "halving", "halve", "-", "-"]) == 0
    np.testing.assert_allclose(images.load(piped.getvalue())[..., 0], images.load(deep)[..., 0] / 2, atol=1 / 65535)
    assert images.bit_depth(piped.getvalue()) == 16


@pytest.fixture
def folder(tmp_path: Path, picture: Image) -> Path:
    """A folder with two images, one of them in a folder in it, one that is damaged and a text."""
    folder = tmp_path / "photos"
    (folder / "summer").mkdir(parents=True)
    images.save(picture, folder / "a.png")
    images.save(picture, folder / "summer" / "b.jpg")
    (folder / "damaged.png").write_bytes(b"no image")
    (folder / "notes.txt").write_text("no image")
    return folder


@pytest.mark.usefixtures("halving")
def test_a_folder_is_worked_on_file_by_file(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "results"
    assert main(["run", "halving", "halve", str(folder), str(out)]) == 1
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*.*")) == ["a.png", "summer/b.jpg"]
    printed = capsys.readouterr()
    assert printed.out.split() == [str(out / "a.png"), str(out / "summer" / "b.jpg")]
    assert "FAIL  damaged.png: damaged.png is no" in printed.err
    assert "2 done, 1 failed" in printed.err


@pytest.fixture
def several_at_once(monkeypatch: pytest.MonkeyPatch) -> threading.Barrier:
    """Two calls at a time, of which each waits for the other; the image's red is changed meanwhile."""
    from core.engine import LocalEngine

    together = threading.Barrier(2, timeout=60)
    load = images.load

    def load_together(source: Path) -> Image:
        if source.suffix == ".png" and source.parent.name == "many":
            together.wait()
        return load(source)

    monkeypatch.setattr(LocalEngine, "capacity", lambda *_: 2)
    monkeypatch.setattr("core.imaging.images.load", load_together)
    return together


@pytest.mark.usefixtures("halving", "several_at_once")
def test_files_that_are_worked_on_at_once_are_reported_in_order(
    tmp_path: Path, picture: Image, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "many").mkdir()
    for i in range(6):
        images.save(picture * (i + 1) / 6 if i != 3 else np.ones_like(picture), tmp_path / "many" / f"{i}.png")
    assert main(["run", "halving", "halve", str(tmp_path / "many"), str(tmp_path / "out")]) == 1
    printed = capsys.readouterr()
    assert [Path(line).stem for line in printed.out.split()] == ["0", "1", "2", "4", "5"]
    assert "FAIL  3.png: it is too bright." in printed.err
    assert "5 done, 1 failed; the results" in printed.err
    np.testing.assert_allclose(images.load(tmp_path / "out" / "2.png"), picture / 4, atol=1 / 255)


@pytest.mark.usefixtures("halving")
def test_results_of_the_same_name_get_the_whole_name(folder: Path, picture: Image, tmp_path: Path) -> None:
    (folder / "damaged.png").unlink()
    images.save(picture, folder / "a.jpg")
    assert main(["run", "halving", "hum", str(folder), str(tmp_path / "out")]) == 0
    found = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.*"))
    assert found == ["a.jpg.wav", "a.png.wav", "summer/b.wav"]


@pytest.mark.usefixtures("halving")
def test_a_result_that_is_that_of_another_file_is_refused(
    folder: Path, picture: Image, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "damaged.png").unlink()
    images.save(picture, folder / "a_red.png")
    command = ["run", "halving", "split", str(folder), str(tmp_path / "out")]
    for _ in range(2):
        assert main(command) == 1
        assert "FAIL  a_red.png: its result would be" in capsys.readouterr().err


@pytest.mark.usefixtures("halving")
def test_what_concerns_all_files_ends_the_batch_and_the_rest_is_left(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise DiskFullError("the disk is full.")

    monkeypatch.setattr("core.cli.files.write", fail)
    assert main(["run", "halving", "halve", str(folder), str(tmp_path / "out")]) == 2
    printed = capsys.readouterr().err
    assert "0 done, 0 failed, 3 left, with which the same command goes on" in printed
    assert "darkroom: the disk is full." in printed


@pytest.mark.usefixtures("halving")
def test_a_folder_that_cannot_be_made_is_named_before_anything_is_computed(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["run", "halving", "halve", str(folder), str(tmp_path / "file" / "out")]) == 2
    assert "file/out cannot be written to (Not a directory)" in capsys.readouterr().err
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "summer").touch()
    assert main(["run", "halving", "halve", str(folder), str(tmp_path / "out")]) == 1
    assert "FAIL  summer/b.jpg: " in capsys.readouterr().err


@pytest.mark.usefixtures("halving")
def test_what_is_done_is_skipped_unless_the_file_has_changed(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "damaged.png").unlink()
    command = ["run", "halving", "halve", str(folder), str(tmp_path / "results")]
    assert main(command) == main(command) == 0
    assert "2 of 2 skipped" in capsys.readouterr().err
    later = (folder / "a.png").stat().st_mtime + 10
    os.utime(folder / "a.png", (later, later))
    assert main(command) == 0
    assert "1 of 2 skipped" in capsys.readouterr().err


@pytest.mark.usefixtures("halving")
@pytest.mark.parametrize(
    ("out", "words"), [("photos", "is the folder of the input"), ("photos/a.png", "a.png is a file: name a folder")]
)
def test_results_go_into_a_folder_of_their_own(
    folder: Path, capsys: pytest.CaptureFixture[str], out: str, words: str
) -> None:
    assert main(["run", "halving", "halve", str(folder), str(folder.parent / out)]) == 2
    assert words in capsys.readouterr().err
