"""The command line: files in and out, flags from signatures, one line and exit status 2 for a user's mistake."""

from __future__ import annotations

import inspect
import json
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core import registry, verbs
from core.cli.parser import main
from core.engine import LocalEngine
from core.imaging import images
from core.imaging.images import Image
from core.training import runs


@pytest.fixture
def photo(tmp_path: Path, picture: Image) -> Path:
    path = tmp_path / "photo.png"
    images.save(np.concatenate([picture, np.full((120, 160, 1), 0.5, np.float32)], -1), path)
    return path


def test_run_writes_the_image_and_prints_the_other_results(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.png"
    assert main(["run", "denoiser", "denoise", str(photo), str(out), "--sigma", "25"]) == 0
    assert capsys.readouterr().out == "sigma: 25\n"
    assert images.load(out).shape == (120, 160, 4)


def test_the_help_of_a_verb_lists_its_flags(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["run", "denoiser", "denoise", "--help"])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    for word in ("IMAGE OUT", "--sigma", "--checkpoint", "--precision"):
        assert word in printed


def test_evaluate_prints_one_json_object(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "denoiser", "--data", str(photo.parent), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert set(report) == {"plugin", "checkpoint", "device", "images", "scores", "per_image"}
    assert (report["plugin"], report["checkpoint"], report["images"]) == ("denoiser", "photographs", 1)
    expected = {f"{metric}_sigma{sigma}" for metric in ("psnr", "ssim") for sigma in (15, 25, 50)}
    assert set(report["scores"]) == expected | {"seconds_per_megapixel"}
    assert report["per_image"][0]["image"] == "photo.png"


def test_evaluate_scores_several_files_at_once_as_one_after_the_other(
    photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for i in range(3):
        images.save(images.load(photo)[i:100, ..., :3], photo.with_name(f"{i}.png"))
    reports = []
    for at_once in (1, 3):
        monkeypatch.setattr(LocalEngine, "capacity", lambda *_, at_once=at_once: at_once)
        assert main(["evaluate", "denoiser", "--data", str(photo.parent), "--json"]) == 0
        rows = json.loads(capsys.readouterr().out)["per_image"]
        reports.append([{name: value for name, value in row.items() if "seconds" not in name} for row in rows])
    assert [row["image"] for row in reports[0]] == ["0.png", "1.png", "2.png", "photo.png"]
    assert reports[0] == reports[1]


def test_evaluate_scores_the_named_checkpoint(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scores = []
    for checkpoint in ("photographs", "digits"):
        assert main(["evaluate", "denoiser", "--data", str(photo.parent), "--checkpoint", checkpoint, "--json"]) == 0
        report = json.loads(capsys.readouterr().out)
        assert report["checkpoint"] == checkpoint
        scores.append(report["scores"]["psnr_sigma50"])
    assert scores[0] != scores[1]


def test_an_image_of_16_bits_keeps_16_bits(photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deep = tmp_path / "deep.png"
    images.save(images.load(photo), deep, depth=16)
    for name, depth, words in [("out.png", 16, ""), ("out.jpg", 8, "out.jpg will hold 8 of the 16 bits per channel")]:
        assert main(["run", "denoiser", "denoise", str(deep), str(tmp_path / name)]) == 0
        assert images.bit_depth(tmp_path / name) == depth
        assert words in capsys.readouterr().err


def test_the_help_of_run_lists_the_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "gan_generator", "--help"]) == 0
    printed = capsys.readouterr().out
    summary = inspect.getdoc(verbs.list_verbs(registry.find("gan_generator"))["generate"]).splitlines()[0]
    assert re.search(rf"^generate +{re.escape(summary)}$", printed, re.MULTILINE)
    assert "python -m core run gan_generator VERB --help" in printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "nobody", "denoise", "a.png", "b.png"], "there is no plugin 'nobody': there are denoiser"),
        (["run", "denoiser", "paint", "a.png", "b.png"], "denoiser has no verb 'paint': it has denoise"),
        (["run", "denoiser", "denoise", "missing.png", "b.png"], "missing.png does not exist"),
        (["run", "denoiser", "denoise", "PHOTO", "b.doc"], "b.doc does not end in the suffix of an image"),
        (["run", "denoiser", "denoise", "PHOTO", "OUT", "--sigma", "99"], "sigma is 99: use 0 to 75"),
        (["run", "denoiser", "denoise", "PHOTO", "OUT", "--checkpoint", "x4"], "denoiser has no checkpoint 'x4'"),
        (
            ["run", "denoiser", "denoise", "PHOTO", "OUT", "--weights", "/nowhere"],
            "is not a folder: name one that holds checkpoint.json",
        ),
        (["evaluate", "denoiser", "--data", "/nowhere", "--json"], "folder: name one that holds pictures"),
        (["train", "denoiser", "--resume", "--epochs", "3"], "'--epochs' cannot be given with it"),
        (["list", "--all"], "unknown argument '--all'"),
        (["run", "denoiser", "--sigma", "9"], "run denoiser needs a verb after the plugin's name: denoise."),
        (["run", "denoiser"], "run denoiser needs a verb after the plugin's name: denoise."),
        (["run", "denoiser", "--local", "denoise", "missing.png", "OUT"], "missing.png does not exist"),
    ],
)
def test_a_mistake_of_the_user_is_one_line_and_exit_status_2(
    arguments: list[str], message: str, photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = {"PHOTO": str(photo), "OUT": str(tmp_path / "out.png")}
    assert main([places.get(word, word) for word in arguments]) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.err.count("\n") == 1
    assert printed.out == ""


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--epochs", "0"], "--epochs is 0: use at least 1"),
        (["--rate", "nan"], "--rate is nan"),
        (["--patch", "7"], "--patch is 7: use a multiple of 8"),
        (["--widths", "8", "8"], "must be as many"),
    ],
)
def test_invalid_training_settings_are_refused(
    flags: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["train", "denoiser", *flags])
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


def test_a_run_that_fails_at_once_leaves_nothing_to_resume(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(runs, "RUNS", tmp_path / "runs")
    assert main(["train", "denoiser", "--data", "/nowhere"]) == 2
    assert "folder: name one that holds pictures" in capsys.readouterr().err
    assert not list(tmp_path.glob("runs/denoiser/*"))


@pytest.mark.slow  # `tests/core/test_reference.py` checks the same plugin, by the function for its own tests
def test_check_prints_the_result_of_each_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "denoiser"]) == 0
    assert "denoiser: fulfills the contract." in capsys.readouterr().out


@pytest.mark.parametrize(("flags", "camera"), [([], "a camera"), (["--strip-metadata"], None)])
def test_a_result_keeps_exif_unless_told_otherwise(
    flags: list[str], camera: str | None, photo: Path, tmp_path: Path
) -> None:
    exif = pillow.Exif()
    exif[0x0110] = "a camera"
    images.save(images.load(photo), tmp_path / "in.jpg", exif=exif.tobytes())
    main(["run", "denoiser", "denoise", str(tmp_path / "in.jpg"), str(tmp_path / "out.png"), "--sigma", "10", *flags])
    with pillow.open(tmp_path / "out.png") as file:
        assert file.getexif().get(0x0110) == camera


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize(
    "arguments",
    [
        ["vae_explorer", "--side", "28"],
        pytest.param(["gan_generator", "--width", "4", "--dimensions", "8", "--side", "16"], marks=pytest.mark.slow),
    ],
)
def test_the_advice_after_training_on_ones_own_images_works_as_printed(
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(runs, "RUNS", tmp_path / "my runs")
    (tmp_path / "own").mkdir()
    for i in range(40):
        images.save(np.random.default_rng(i).random((16, 16, 3)).astype(np.float32), tmp_path / "own" / f"{i}.png")
    own = ["--images", str(tmp_path / "own"), "--epochs", "1", "--steps", "2", "--batch", "4"]
    assert main(["train", *arguments, *own]) == 0
    printed = capsys.readouterr().err
    assert "Bundle it" not in printed
    command = shlex.split(re.search(r"Try it: python -m core (.*)", printed)[1])
    out = tmp_path / "out.png"
    assert main([str(out) if word == "OUT.png" else word for word in command]) == 0
    assert images.load(out).ndim == 3
