"""The verbs stylize and score, on the engine, the command line and every backend."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from core import registry
from core.cli.parser import main
from core.engine import LocalEngine
from core.errors import UserError
from core.imaging import images
from core.metadata import WEIGHTS_FILE
from core.plugin import Plugin
from core.progress import finish
from plugins.style_transfer import gallery, model, resizing, train
from plugins.style_transfer.color_transfer import LUMINANCE, color_statistics
from plugins.style_transfer.options import Colors, OptimizeOptions, ReconstructOptions, StylizeOptions
from tests.conftest import run_python
from tests.plugins.style_transfer.conftest import PAINTING, PHOTO, SMALL


def test_a_photo_is_stylized(plugin: Plugin, photo: Any, style: Any) -> None:
    stylized = plugin.run("stylize", photo, style)
    assert stylized.shape == photo.shape
    assert 0 <= stylized.min() < stylized.max() <= 1
    before, after = (plugin.run("score", each, photo, style) for each in (photo, stylized))
    assert after.style_loss < 0.5 * before.style_loss
    assert before.content_loss == 0 < after.content_loss < 5


def test_no_frame_appears(plugin: Plugin, style: Any) -> None:
    flat = np.full((128, 128, 3), 0.5, np.float32)
    stylized = plugin.run("stylize", flat, style)
    border = np.concatenate([stylized[:2].ravel(), stylized[-2:].ravel()])
    assert abs(border.mean() - stylized[32:-32].mean()) < 0.02
    assert border.std() < 1.5 * stylized[32:-32].std() + 0.01


@pytest.mark.slow
def test_bfloat16_stylizes_nearly_the_same_and_scores_are_float32(photo: Any, style: Any) -> None:
    record = registry.find("style_transfer")
    whole, half = (Plugin(record, LocalEngine(precision=name)) for name in ("float32", "mixed_bfloat16"))
    one, other = (each.run("stylize", photo, style) for each in (whole, half))
    assert one.dtype == other.dtype == np.float32
    assert 0 < np.quantile(np.abs(one - other), 0.99) < 2 / 255
    assert whole.run("score", one, photo, style) == half.run("score", one, photo, style)


def test_strength_zero_returns_the_photo_and_half_lies_between(plugin: Plugin, photo: Any, style: Any) -> None:
    none, half, full = (
        plugin.run("stylize", photo, style, options=StylizeOptions(strength)) for strength in (0, 0.5, 1)
    )
    np.testing.assert_allclose(none, photo, atol=1e-6)
    assert 0.2 < np.abs(half - photo).mean() / np.abs(full - photo).mean() < 0.9


def test_a_mix_of_one_style_with_itself_is_that_style(plugin: Plugin, photo: Any, style: Any) -> None:
    alone, mixed = plugin.run("stylize", photo, style), plugin.run("stylize", photo, style, more_styles=(style, style))
    np.testing.assert_allclose(mixed, alone, atol=1e-3)


def test_a_style_of_weight_zero_has_no_effect(plugin: Plugin, photo: Any, style: Any) -> None:
    other = resizing.shrink_to(images.load(gallery.find_painting("Kano Sansetsu")), SMALL)
    alone = plugin.run("stylize", photo, style)
    first_only = StylizeOptions(mixing_weights=(2.0, 0.0))
    mixed = plugin.run("stylize", photo, style, more_styles=(other,), options=first_only)
    half = plugin.run("stylize", photo, style, more_styles=(other,))
    np.testing.assert_allclose(mixed, alone, atol=1e-3)
    assert np.abs(half - alone).mean() > 0.01


def test_the_photo_s_colors_can_be_kept(plugin: Plugin, photo: Any, style: Any) -> None:
    def difference(stylized: Any) -> float:
        return float(np.abs(color_statistics(stylized).mean - color_statistics(photo).mean).max())

    def stylize(colors: Colors) -> Any:
        return plugin.run("stylize", photo, style, options=StylizeOptions(colors=colors))

    painting, luminance, matched = stylize("painting"), stylize("luminance"), stylize("matched")
    assert difference(matched) < difference(painting)
    chroma = (luminance - photo) - ((luminance - photo) @ LUMINANCE)[..., None]
    unclipped = (luminance > 0.001).all(-1) & (luminance < 0.999).all(-1)
    assert np.abs(chroma[unclipped]).max() < 1e-3


def test_a_gray_photo_and_a_gray_painting_give_a_gray_result(plugin: Plugin, photo: Any, style: Any) -> None:
    gray_photo, gray_style = (np.repeat(image[:64, :64, 1:2], 3, axis=-1) for image in (photo, style))
    options = OptimizeOptions(size=64, steps=1)
    results = (
        plugin.run("stylize", gray_photo, gray_style),
        plugin.run("optimize", gray_photo, gray_style, options=options).image,
    )
    assert all(images.is_gray(result) for result in results)
    assert not images.is_gray(plugin.run("stylize", gray_photo, style[:64, :64]))


def test_transparency_is_kept(plugin: Plugin, photo: Any, style: Any) -> None:
    cut_out = np.concatenate([photo, np.linspace(0, 1, photo.size // 3).reshape(*photo.shape[:2], 1)], -1)
    stylized = plugin.run("stylize", cut_out.astype(np.float32), style)
    np.testing.assert_array_equal(stylized[..., 3], cut_out[..., 3].astype(np.float32))


@pytest.mark.parametrize(
    ("verb", "others", "options"),
    [
        ("stylize", 1, StylizeOptions(0.5, colors="matched")),
        ("optimize", 1, OptimizeOptions(size=64, steps=2)),
        ("reconstruct_from_layer", 0, ReconstructOptions(size=64, steps=2)),
    ],
)
def test_colors_hidden_by_transparency_change_nothing(
    plugin: Plugin, style: Any, verb: str, others: int, options: Any
) -> None:
    results = []
    for hidden in (0, 1):
        half = np.concatenate([style[:64, :64], np.ones((64, 64, 1), np.float32)], axis=-1)
        half[:, 32:] = (hidden, hidden, hidden, 0)
        results.append(plugin.run(verb, *[half] * (1 + others), options=options))
    first, second = (getattr(each, "image", each) for each in results)
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (33, 65), (150, 97)])
def test_pictures_of_all_sizes_are_stylized(plugin: Plugin, style: Any, size: tuple[int, int]) -> None:
    odd = np.random.default_rng(0).random((*size, 3), np.float32)
    stylized = plugin.run("stylize", odd, style)
    assert stylized.shape == odd.shape
    assert np.isfinite(stylized).all()
    assert np.isfinite(plugin.run("stylize", style, odd)).all()


def test_a_painting_has_no_loss_relative_to_its_own_style(plugin: Plugin, photo: Any, style: Any) -> None:
    itself = plugin.run("score", style, photo, style)
    assert itself.style_loss == itself.moments_loss == 0 < itself.content_loss


@pytest.mark.parametrize("side", [20, 2100])
def test_an_image_that_is_too_small_or_large_to_score_is_refused(plugin: Plugin, photo: Any, side: int) -> None:
    image = np.zeros((side, 64, 3), np.float32)
    with pytest.raises(UserError, match=f"A side of the photo in pixels is {side}: use 32 to 2048"):
        plugin.run("score", photo, image, photo)


def test_the_bundled_weights_stay_small() -> None:
    assert (train.BUNDLED / WEIGHTS_FILE).stat().st_size < 11e6


def test_the_command_line_has_flat_flags(tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "out.png"
    more = str(gallery.find_painting("Gustav Klimt"))
    flags = ["--more-styles", more, "--mixing-weights", "2", "1", "--strength", "0.8"]
    assert main(["run", "style_transfer", "stylize", str(PHOTO), str(PAINTING), str(out), *flags]) == 0
    assert images.load(out).shape == images.load(PHOTO).shape
    flags = ["--size", "64", "--steps", "3", "--initial", str(out)]
    assert main(["run", "style_transfer", "optimize", str(PHOTO), str(PAINTING), str(out), *flags]) == 0
    assert max(images.load(out).shape) == 64
    assert "style: " in capsys.readouterr().out
    flags = ["--size", "64", "--steps", "3", "--layer", "block1_conv1", "--target", "style"]
    assert main(["run", "style_transfer", "reconstruct_from_layer", str(PAINTING), str(out), *flags]) == 0
    assert max(images.load(out).shape) == 64


@pytest.mark.parametrize(("flag", "value"), [("--strength", "2"), ("--colors", "nobody's")])
def test_a_flag_out_of_range_ends_with_exit_status_2(tmp_path: Path, capsys: Any, flag: str, value: str) -> None:
    command = ["run", "style_transfer", "stylize", str(PHOTO), str(PAINTING), str(tmp_path / "out.png")]
    with pytest.raises(SystemExit) as ended:
        raise SystemExit(main([*command, flag, value]))
    assert ended.value.code == 2
    assert value in capsys.readouterr().err


STYLIZE_ELSEWHERE = """
import numpy as np
from core.networks import checkpoint
from core.progress import finish
from plugins.style_transfer import model, train
from plugins.style_transfer.options import OptimizeOptions
network = checkpoint.load(train.BUNDLED, model)
photo, style = np.random.default_rng(0).random((2, 64, 64, 3), np.float32)
stylized = finish(model.stylize(network, photo, style))
optimized = finish(model.optimize(network, photo, style, options=OptimizeOptions(size=64, steps=6)))
np.savez(r"{path}", stylized=stylized, losses=optimized.style)
"""


@pytest.mark.backend
@pytest.mark.parametrize("backend", [pytest.param("jax", marks=pytest.mark.slow), "torch"])
def test_other_backends_stylize_the_same(network: keras.Model, tmp_path: Path, backend: str) -> None:
    pytest.importorskip(backend)
    path = tmp_path / "stylized.npz"
    ended = run_python("-c", STYLIZE_ELSEWHERE.format(path=path), KERAS_BACKEND=backend)
    assert ended.returncode == 0, ended.stderr
    photo, style = np.random.default_rng(0).random((2, 64, 64, 3), np.float32)
    with np.load(path) as elsewhere:
        np.testing.assert_allclose(elsewhere["stylized"], finish(model.stylize(network, photo, style)), atol=1e-3)
        assert elsewhere["losses"][-1] < elsewhere["losses"][0]
