"""Style transfer: losses, colours, mixing, tiles that agree, a loss that falls, and a page that answers."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import gradio_client
import keras
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from core import metadata, registry
from core.cli.parser import main
from core.engine import LocalEngine
from core.errors import UserError
from core.imaging import images
from core.metadata import WEIGHTS_FILE, Checkpoint
from core.networks import checkpoint
from core.plugin import Plugin
from core.progress import finish
from core.training import runs
from core.training.data import read_pictures
from plugins.style_transfer import (
    color_transfer,
    feedforward,
    gallery,
    losses,
    lpips,
    model,
    optimization,
    resizing,
    style_mixing,
    train,
)
from plugins.style_transfer.loss_weights import Aim, Losses
from plugins.style_transfer.networks import decoder, keras_vgg, vgg
from plugins.style_transfer.tabs import instant, iterative, layers
from plugins.style_transfer.training import batches
from plugins.style_transfer.training.config import Config
from plugins.style_transfer.vgg_layers import BRUSH_LAYERS, CHANNELS, LAYERS, STATISTICS
from tests.conftest import ROOT

PHOTO, PAINTING = gallery.PHOTOS[1], gallery.find("Vincent van Gogh")
to_numpy = keras.ops.convert_to_numpy


@pytest.fixture(scope="module")
def plugin() -> Plugin:
    return Plugin(registry.find("style_transfer"), LocalEngine())


@pytest.fixture(scope="module")
def network() -> keras.Model:
    return checkpoint.load(train.BUNDLED, model)


@pytest.fixture(scope="module")
def photo() -> images.Image:
    return resizing.shrink_to(images.load(PHOTO), 192)


@pytest.fixture(scope="module")
def style() -> images.Image:
    return resizing.shrink_to(images.load(PAINTING), 192)


def test_a_gram_matrix_is_the_mean_of_products_of_channels() -> None:
    feature = np.random.default_rng(0).random((2, 5, 7, 3), np.float32)
    direct = np.einsum("nhwc,nhwd->ncd", feature, feature) / 35
    np.testing.assert_allclose(to_numpy(losses.gram(feature)), direct, rtol=1e-5)


def test_a_gram_matrix_forgets_where_things_are() -> None:
    feature = np.random.default_rng(0).random((1, 4, 4, 3), np.float32)
    shuffled = np.random.default_rng(1).permutation(feature.reshape(16, 3)).reshape(1, 4, 4, 3)
    np.testing.assert_allclose(to_numpy(losses.gram(shuffled)), to_numpy(losses.gram(feature)), rtol=1e-5)


def test_losses_are_those_of_their_papers() -> None:
    one, other = np.random.default_rng(0).random((2, 1, 6, 5, 4), np.float32)
    grams = [to_numpy(losses.gram(each)) for each in (one, other)]
    gatys = ((grams[0] - grams[1]) ** 2).sum() / (4 * 4**2)  # of Gram matrices that are means over places
    assert float(losses.style_loss(grams[:1], grams[1:])[0]) == pytest.approx(gatys, rel=1e-4)
    assert float(losses.content_loss(one, other)[0]) == pytest.approx(((one - other) ** 2).mean(), rel=1e-4)
    adain = ((one.mean((1, 2)) - other.mean((1, 2))) ** 2).mean() + ((one.std((1, 2)) - other.std((1, 2))) ** 2).mean()
    assert float(losses.moments_loss([one], [other])[0]) == pytest.approx(adain, rel=1e-2)
    flat = np.zeros((1, 4, 4, 3), np.float32)
    flat[:, ::2] = 1
    assert float(losses.variation_loss(keras.ops.convert_to_tensor(flat))[0]) == pytest.approx(1)


def draw_features(seed: int) -> list[Any]:
    """Return what the layers that the brush sees might give of one picture."""
    random = np.random.default_rng(seed)
    return [random.random((1, 4, 4, CHANNELS[name]), np.float32) for name in BRUSH_LAYERS]


def test_statistics_are_cut_as_they_were_put_together() -> None:
    seen = draw_features(0)
    statistics = vgg.describe(seen)
    assert statistics.shape == (1, STATISTICS)
    for name, feature in zip(BRUSH_LAYERS, seen, strict=True):
        mean, deviation = (to_numpy(each) for each in vgg.part(statistics, name))
        np.testing.assert_allclose(mean, feature.mean((1, 2)), rtol=1e-4)
        np.testing.assert_allclose(np.exp(deviation), feature.std((1, 2)), rtol=1e-2)


def test_the_bundled_vgg_is_normalised(network: keras.Model) -> None:
    eye = vgg.look_through(network.get_layer(vgg.VGG), LAYERS)
    photos = [resizing.shrink_to(images.load(path), 256)[:160, :160] for path in (*gallery.PHOTOS, PAINTING)]
    for name, seen in eye.predict_on_batch(np.stack(photos)).items():
        assert 0.5 < seen.mean() < 2, name


def test_keras_own_vgg_is_normalised_as_the_bundled_one(monkeypatch: Any) -> None:
    random = keras.applications.VGG19(include_top=False, weights=None)
    monkeypatch.setattr(keras.applications, "VGG19", lambda **_: random)
    keras_vgg.fetch.cache_clear()
    eye = vgg.look_through(keras_vgg.fetch(), LAYERS)
    keras_vgg.fetch.cache_clear()
    photos = np.stack([images.load(path)[: keras_vgg.SEEN, : keras_vgg.SEEN] for path in gallery.PHOTOS])
    for name, seen in eye.predict_on_batch(photos).items():
        assert (np.abs(seen.mean((0, 1, 2)) - 1) < 0.05).mean() > 0.7, name  # but for channels that nothing moves


def test_a_vgg_that_cannot_be_fetched_is_a_sentence(plugin: Plugin, photo: Any, style: Any, monkeypatch: Any) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("no route to host")

    monkeypatch.setattr(keras.applications, "VGG19", fail)
    with pytest.raises(UserError, match=r"cannot be had .no route to host.: take the bundled one"):
        plugin.run("paint", photo, style, features="keras")


def test_colours_become_those_of_another_picture(photo: Any, style: Any) -> None:
    matched = color_transfer.match(photo, color_transfer.measure(photo), color_transfer.measure(style))
    wanted, found = color_transfer.measure(style), color_transfer.measure(matched)
    np.testing.assert_allclose(found.mean, wanted.mean, atol=1e-3)
    np.testing.assert_allclose(found.covariance, wanted.covariance, atol=2e-3)


def test_light_is_taken_and_colours_stay(photo: Any, style: Any) -> None:
    light = resizing.resize(style, photo.shape)
    lit = color_transfer.with_luminance(photo, light)
    np.testing.assert_allclose(lit @ color_transfer.LUMINANCE, light @ color_transfer.LUMINANCE, atol=1e-5)
    np.testing.assert_allclose(np.ptp(lit - photo, axis=-1), 0, atol=1e-5)


def test_parts_to_learn_from_are_squares_of_the_wanted_size() -> None:
    pictures = read_pictures([PHOTO, PAINTING])
    drawn = batches.draw_pairs(pictures[:1], pictures[1:], 3, 64, np.random.default_rng(0))
    again = batches.draw_pairs(pictures[:1], pictures[1:], 3, 64, np.random.default_rng(0))
    for each, same in zip(drawn, again, strict=True):
        assert each.shape == (3, 64, 64, 3)
        assert 0 <= each.min() < each.max() <= 1
        assert np.array_equal(each, same)


def test_a_photo_is_painted(plugin: Plugin, photo: Any, style: Any) -> None:
    painted = plugin.run("stylise", photo, style)
    assert painted.shape == photo.shape
    assert 0 <= painted.min() < painted.max() <= 1
    before, after = (plugin.run("judge", each, photo, style) for each in (photo, painted))
    assert after.style_loss < 0.5 * before.style_loss
    assert before.content_loss == 0 < after.content_loss < 5


def test_no_frame_is_painted(plugin: Plugin, style: Any) -> None:
    flat = np.full((128, 128, 3), 0.5, np.float32)
    painted = plugin.run("stylise", flat, style)
    border = np.concatenate([painted[:2].ravel(), painted[-2:].ravel()])
    assert abs(border.mean() - painted[32:-32].mean()) < 0.02
    assert border.std() < 1.5 * painted[32:-32].std() + 0.01


def test_half_precision_paints_nearly_the_same_and_is_judged_in_float32(photo: Any, style: Any) -> None:
    record = registry.find("style_transfer")
    whole, half = (Plugin(record, LocalEngine(precision=name)) for name in ("float32", "mixed_bfloat16"))
    one, other = (each.run("stylise", photo, style) for each in (whole, half))
    assert one.dtype == other.dtype == np.float32
    assert 0 < np.abs(one - other).mean() < 0.01
    assert whole.run("judge", one, photo, style) == half.run("judge", one, photo, style)


def test_no_strength_leaves_the_photo_and_half_of_it_half_of_the_way(plugin: Plugin, photo: Any, style: Any) -> None:
    none, some, full = (plugin.run("stylise", photo, style, strength=strength) for strength in (0, 0.5, 1))
    np.testing.assert_allclose(none, photo, atol=1e-6)
    assert 0.2 < np.abs(some - photo).mean() / np.abs(full - photo).mean() < 0.9


def test_a_mix_of_one_style_with_itself_is_that_style(plugin: Plugin, photo: Any, style: Any) -> None:
    alone, mixed = plugin.run("stylise", photo, style), plugin.run("stylise", photo, style, more=(style, style))
    np.testing.assert_allclose(mixed, alone, atol=1e-3)


def test_a_share_of_nothing_counts_for_nothing(plugin: Plugin, photo: Any, style: Any) -> None:
    other = resizing.shrink_to(images.load(gallery.find("Kano Sansetsu")), 192)
    alone = plugin.run("stylise", photo, style)
    mixed = plugin.run("stylise", photo, style, more=(other,), shares=(2.0, 0.0))
    half = plugin.run("stylise", photo, style, more=(other,))
    np.testing.assert_allclose(mixed, alone, atol=1e-3)
    assert np.abs(half - alone).mean() > 0.01


def test_the_photos_own_colours_can_be_kept(plugin: Plugin, photo: Any, style: Any) -> None:
    def differ(painted: Any) -> float:
        return float(np.abs(color_transfer.measure(painted).mean - color_transfer.measure(photo).mean).max())

    taken, lit, matched = (
        plugin.run("stylise", photo, style, colours=mode) for mode in ("painting", "luminance", "matched")
    )
    assert differ(matched) < differ(taken)
    chroma = (lit - photo) - ((lit - photo) @ color_transfer.LUMINANCE)[..., None]
    inside = (lit > 0.001).all(-1) & (lit < 0.999).all(-1)
    assert np.abs(chroma[inside]).max() < 1e-3


def test_transparency_is_kept(plugin: Plugin, photo: Any, style: Any) -> None:
    cut_out = np.concatenate([photo, np.linspace(0, 1, photo.size // 3).reshape(*photo.shape[:2], 1)], -1)
    painted = plugin.run("stylise", cut_out.astype(np.float32), style)
    np.testing.assert_array_equal(painted[..., 3], cut_out[..., 3].astype(np.float32))


def test_tiles_agree_with_the_whole(network: keras.Model, photo: Any, style: Any, monkeypatch: Any) -> None:
    large = resizing.resize(images.load(PHOTO), (384, 576))
    paint = partial(feedforward.stylise, network, large, [style], [1.0], 1.0, "painting")
    whole = finish(paint())
    monkeypatch.setattr(feedforward, "TILE", 320)
    tiled = finish(paint())
    difference = np.abs(tiled - whole)
    assert difference.mean() < 0.004
    assert np.quantile(difference, 0.999) < 0.1  # statistics of parts that overlap are not quite those of the whole


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (33, 65), (150, 97)])
def test_pictures_of_all_sizes_are_painted(plugin: Plugin, style: Any, size: tuple[int, int]) -> None:
    odd = np.random.default_rng(0).random((*size, 3), np.float32)
    painted = plugin.run("stylise", odd, style)
    assert painted.shape == odd.shape
    assert np.isfinite(painted).all()
    assert np.isfinite(plugin.run("stylise", style, odd)).all()


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_the_loss_falls_while_a_picture_is_painted(plugin: Plugin, photo: Any, style: Any, optimizer: str) -> None:
    aim = Aim()
    painted = plugin.run("paint", photo, style, optimizer=optimizer, size=96, steps=20)
    assert painted.image.shape == resizing.shrink_to(photo, 96).shape
    whole = [Losses(*parts).weigh(aim) for parts in zip(painted.content, painted.style, painted.variation, strict=True)]
    assert len(whole) == 20
    assert whole[-1] < 0.5 * whole[0]


def test_a_picture_is_painted_coarse_to_fine() -> None:
    stages = optimization.plan(400, 101)
    assert [stage.side for stage in stages] == [100, 200, 400]
    assert sum(stage.steps for stage in stages) == 101
    assert optimization.plan(96, 10) == [optimization.Stage(96, 10)]


def test_a_picture_is_gone_on_with(plugin: Plugin, photo: Any, style: Any) -> None:
    first = plugin.run("paint", photo, style, size=96, steps=10)
    further = plugin.run("paint", photo, style, canvas=first.image, size=96, steps=10)
    assert further.style[-1] < first.style[-1]


def test_the_same_seed_of_noise_paints_the_same(plugin: Plugin, photo: Any, style: Any) -> None:
    first, again, other = (
        plugin.run("paint", photo, style, start="noise", size=64, steps=4, seed=seed).image for seed in (3, 3, 4)
    )
    np.testing.assert_allclose(first, again, atol=1e-3)
    assert np.abs(first - other).mean() > 0.01


def test_what_there_is_so_far_is_of_the_size_that_it_will_have(plugin: Plugin, photo: Any, style: Any) -> None:
    steps = plugin.stream("paint", photo, style, size=192, steps=4)
    first = next(steps)
    assert first.so_far.image.shape == photo.shape
    assert 0 < first.done < first.total
    steps.close()


def test_a_layer_keeps_content_by_its_features_and_texture_by_its_gram_matrix(plugin: Plugin, style: Any) -> None:
    small = resizing.shrink_to(style, 96)
    content, texture = (
        plugin.run("reveal", small, layer="block1_conv1", kept=kept, size=96, steps=30) for kept in ("content", "style")
    )
    assert np.corrcoef(content.image.ravel(), small.ravel())[0, 1] > 0.9
    assert abs(np.corrcoef(texture.image.ravel(), small.ravel())[0, 1]) < 0.6
    assert texture.style[-1] < 0.1 * texture.style[0]


def test_what_judges_knows_a_picture_and_its_own_style(plugin: Plugin, photo: Any, style: Any) -> None:
    itself = plugin.run("judge", style, photo, style)
    assert itself.style_loss == itself.moments_loss == 0 < itself.content_loss


@pytest.mark.parametrize(
    ("verb", "settings", "words"),
    [
        ("stylise", {"strength": 2.0}, "The strength is 2: use 0 to 1"),
        ("stylise", {"strength": float("nan")}, "The strength is nan"),
        ("stylise", {"shares": (1.0, 2.0)}, "2 shares for 1 styles"),
        ("stylise", {"shares": (0.0,)}, "not all 0"),
        ("stylise", {"shares": (float("inf"),)}, "not all 0"),
        ("stylise", {"shares": (float("nan"),)}, "not all 0"),
        ("stylise", {"shares": (-1.0,)}, "not all 0"),
        ("stylise", {"colours": "nobody's"}, "The choice of colours is nobody's: use painting or"),
        ("paint", {"size": 20}, "The size is 20: use 64 to 1024"),
        ("paint", {"steps": 0}, "The number of steps is 0"),
        ("paint", {"style_weight": -1.0}, "The style weight is -1"),
        ("paint", {"style_weight": 1e30}, "The style weight is 1e.30: use 0 to 1,000,000"),
        ("paint", {"content_weight": float("nan")}, "The content weight is nan"),
        ("paint", {"optimizer": "magic"}, "The optimiser is magic: use adam or lbfgs"),
        ("paint", {"start": "nothing"}, "The start is nothing"),
        ("paint", {"start": "noise", "seed": -1}, "The seed is -1"),
        ("paint", {"features": "mine"}, "The VGG is mine"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    plugin: Plugin, photo: Any, style: Any, verb: str, settings: Any, words: str
) -> None:
    with pytest.raises(UserError, match=words):
        plugin.run(verb, photo, style, **settings)


def test_too_many_styles_are_refused(plugin: Plugin, photo: Any, style: Any) -> None:
    with pytest.raises(UserError, match="There are 5 styles: mix 4"):
        plugin.run("stylise", photo, style, more=(style,) * 4)


def test_shares_are_read_from_words() -> None:
    assert style_mixing.read_shares("2 1 .5", 3) == (2.0, 1.0, 0.5)
    for words in ("much", "1", "0,5 0,5", ""):
        with pytest.raises(UserError, match="give 2 numbers"):
            style_mixing.read_shares(words, 2)


def test_lpips_grows_with_what_is_different() -> None:
    random = np.random.default_rng(0)
    weights: dict[str, Any] = {"AlexNet_0": {}}
    before = 3
    for i, (channels, side, _, _) in enumerate(lpips.CONVOLUTIONS):
        kernel = random.normal(0, 0.1, (side, side, before, channels)).astype(np.float32)
        weights["AlexNet_0"][f"Conv_{i}"] = {"kernel": kernel, "bias": np.zeros(channels, np.float32)}
        weights[f"NetLinLayer_{i}"] = {"Conv_0": {"kernel": np.ones((1, 1, channels, 1), np.float32)}}
        before = channels
    distance = lpips.assemble(weights)
    one, other = random.random((2, 96, 96, 3), np.float32)
    assert distance(one, one) == 0 < distance(one, 0.9 * one + 0.1 * other) < distance(one, other)


def write_folder(folder: Path, count: int) -> Path:
    """Write pictures to train on, 96 × 80."""
    folder.mkdir()
    random = np.random.default_rng(list(folder.name.encode()))
    for i in range(count):
        images.save(resizing.resize(random.random((6, 5, 3), np.float32), (96, 80)).clip(0, 1), folder / f"{i}.png")
    return folder


@pytest.mark.slow
def test_a_painter_is_trained_scored_and_told_apart_from_its_vgg(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(train, "SCORED_SIDE", 64)
    flags = ["--data", str(write_folder(tmp_path / "a", 4)), "--paintings", str(write_folder(tmp_path / "b", 5))]
    flags += ["--side", "64", "--batch", "2", "--epochs", "1", "--steps", "2"]
    flags += ["--widths", "4", "4", "4"]
    assert main(["train", "style_transfer", *flags]) == 0
    made = runs.find_run("style_transfer", finished=True)
    assert made
    facts = metadata.read(made.checkpoint)
    assert facts.scores["instant_style_loss"] > 0
    assert {"photos", "paintings", "sha256"} <= facts.provenance["data"].keys()
    kinds = {name: values.dtype.name for name, values in load_file(made.checkpoint / WEIGHTS_FILE).items()}
    assert kinds["block4_conv1/kernel"] == "float16"
    assert kinds["whole0/kernel"] == "int8"
    trained, bundled = (checkpoint.load(folder, model) for folder in (made.checkpoint, train.BUNDLED))
    for name in LAYERS:
        one, other = (each.get_layer(vgg.VGG).get_layer(name).get_weights()[0] for each in (trained, bundled))
        np.testing.assert_allclose(one, other, atol=1e-3)
    assert np.abs(trained.get_layer(decoder.BRUSH).get_layer("shapes").get_weights()[0]).max() > 0


def test_a_brush_is_adain_s_decoder_in_the_order_of_its_layers() -> None:
    hand = decoder.assemble_brush(decoder.WIDTHS)
    shapes = [hand.get_layer(name).kernel.shape[2:] for name in decoder.DECODER]
    assert shapes == [
        *[(512, 256), (256, 256), (256, 256), (256, 256), (256, 128)],
        *[(128, 128), (128, 64), (64, 64), (64, 3)],
    ]
    names = [layer.name for layer in hand.layers]
    assert [name for name in names if name in decoder.DECODER] == list(decoder.DECODER)


def test_a_new_brush_sees_the_deepest_layer_alone() -> None:
    hand = decoder.assemble_brush((4, 4, 4))
    random = np.random.default_rng(0)
    sides = {name: 32 // 2 ** (int(name[5]) - 1) for name in BRUSH_LAYERS}
    seen = [random.random((1, side, side, CHANNELS[name]), np.float32) for name, side in sides.items()]
    own, style = (random.random((1, STATISTICS), np.float32) for _ in range(2))
    before = hand.predict_on_batch([*seen, own, style])
    np.testing.assert_array_equal(
        hand.predict_on_batch([*(2 * each for each in seen[:-1]), seen[-1], own, style]), before
    )
    assert np.abs(hand.predict_on_batch([*seen[:-1], 2 * seen[-1], own, style]) - before).max() > 0.01


@pytest.mark.parametrize("storage", ["float32", "int8"])
def test_a_brush_can_start_from_the_numbers_of_a_decoder(tmp_path: Path, storage: Any) -> None:
    hand, other = (decoder.assemble_brush((4, 4, 4)) for _ in range(2))
    checkpoint.save(hand, Checkpoint("build_painter"), tmp_path, storage)
    train.fill(other, decoder.DECODER, tmp_path / WEIGHTS_FILE, "--decoder")
    for one, same in zip(hand.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(one, same, atol=0.01)


@pytest.mark.parametrize("numbers", [{}, {"preprocess/kernel": np.ones((2, 2), np.float32)}])
def test_a_file_without_a_vgg_is_named(tmp_path: Path, numbers: Any) -> None:
    save_file(numbers, tmp_path / "nothing.safetensors")
    with pytest.raises(UserError, match=r"--vgg is .*nothing\.safetensors, and no vgg19 could be read"):
        train.fill(vgg.assemble_vgg(), ["preprocess"], tmp_path / "nothing.safetensors", "--vgg")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"--decoder is .*nothing\.safetensors"):
        train.fill(vgg.assemble_vgg(), ["preprocess"], tmp_path / "nothing.safetensors", "--decoder")


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"side": 100}, "--side is 100"),
        ({"widths": (64, 0, 256)}, r"--widths are \(64, 0, 256\)"),
        ({"start": Path("a"), "decoder": Path("b")}, "--start a has a decoder of its own: leave --decoder b out"),
        ({"style": -1.0}, "--style is -1"),
        ({"moments": float("nan")}, "--moments is nan"),
    ],
)
def test_what_training_is_told_wrongly_is_named(flags: Any, words: str) -> None:
    with pytest.raises(UserError, match=words):
        Config(**flags)


@pytest.mark.slow
def test_both_ways_and_anothers_pictures_are_scored(
    plugin: Plugin, tmp_path: Path, capsys: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(train, "SCORED_SIDE", 64)
    content, painted = write_folder(tmp_path / "content", 2), write_folder(tmp_path / "painted", 2)
    style = write_folder(tmp_path / "style", 1)
    flags = ["--content", str(content), "--style", str(style), "--painted", str(painted), "--size", "64"]
    assert main(["evaluate", "style_transfer", "--json", *flags, "--steps", "8"]) == 0
    report = json.loads(capsys.readouterr().out)
    for way in ("instant", "patient", "given"):
        assert report["scores"][f"{way}_content_loss"] > 0
        assert report["scores"][f"{way}_style_loss"] > 0
        assert f"{way}_seconds" in report["scores"]
    assert [row["image"] for row in report["per_image"]] == ["0 × 0", "1 × 0"]
    with pytest.raises(UserError, match="holds 2 pictures for 1 pairs"):
        train.evaluate(plugin, style, style, painted)


@pytest.mark.slow
def test_from_the_command_line(tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "out.png"
    more = str(gallery.find("Gustav Klimt"))
    assert main(["run", "style_transfer", "stylise", str(PHOTO), str(PAINTING), str(out), "--more", more]) == 0
    assert images.load(out).shape == images.load(PHOTO).shape
    flags = ["--size", "64", "--steps", "3", "--canvas", str(out)]
    assert main(["run", "style_transfer", "paint", str(PHOTO), str(PAINTING), str(out), *flags]) == 0
    assert max(images.load(out).shape) == 64
    assert "style: " in capsys.readouterr().out


PAINT_ELSEWHERE = """
import numpy as np
from pathlib import Path
from core import checkpoint
from core.progress import finish
from plugins.style_transfer import model, train
network = checkpoint.load(train.BUNDLED, model)
photo, style = np.random.default_rng(0).random((2, 64, 64, 3), np.float32)
painted = finish(model.stylise(network, photo, style))
slow = finish(model.paint(network, photo, style, size=64, steps=6))
np.savez(r"{path}", painted=painted, losses=slow.style)
"""


@pytest.mark.backend
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_other_backends_paint_the_same(network: keras.Model, tmp_path: Path, backend: str) -> None:
    pytest.importorskip(backend)
    path = tmp_path / "painted.npz"
    environment = {"KERAS_BACKEND": backend, "PATH": "/usr/bin:/bin"}
    program = PAINT_ELSEWHERE.format(path=path)
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, check=True)
    photo, style = np.random.default_rng(0).random((2, 64, 64, 3), np.float32)
    with np.load(path) as elsewhere:
        np.testing.assert_allclose(elsewhere["painted"], finish(model.stylise(network, photo, style)), atol=1e-3)
        assert elsewhere["losses"][-1] < elsewhere["losses"][0]


def test_the_page_paints_and_tells_what_it_cost(plugin: Plugin) -> None:
    (before, after), words, _ = finish(instant.stylise(plugin, str(PHOTO), str(PAINTING)))
    assert images.load(before).shape == images.load(after).shape
    assert "Style loss" in words
    assert finish(instant.stylise(plugin, None, None)) is None
    assert finish(instant.stylise(plugin, None, str(PAINTING))) is None
    with pytest.raises(UserError, match="There is no painting yet"):
        finish(iterative.paint(plugin, str(PHOTO), None))


def test_the_page_goes_on_from_what_was_painted(plugin: Plugin) -> None:
    paint = partial(iterative.paint, plugin, str(PHOTO), str(PAINTING), size=64, steps=3)
    path, curves, _, _, state, past = finish(paint())
    assert path == state
    assert 'points=""' not in curves
    *_, anew = finish(paint(canvas=state, past=past))
    assert len(anew.style) == 3
    *_, further = finish(paint(goes_on=True, canvas=state, past=past))
    assert len(past.style) == 3
    assert further.style[:3] == past.style
    assert len(further.style) == 6


def test_what_fails_while_the_way_down_is_searched_is_told(
    plugin: Plugin, photo: Any, style: Any, monkeypatch: Any
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ArithmeticError("no way")

    monkeypatch.setattr(optimization.optimize, "minimize", fail)
    with pytest.raises(ArithmeticError, match="no way"):
        plugin.run("paint", photo, style, size=64, steps=3)


def test_statistics_of_parts_are_merged_to_those_of_the_whole() -> None:
    halves = [draw_features(seed) for seed in (0, 1)]
    wholes = [np.concatenate(each, axis=1) for each in zip(*halves, strict=True)]
    merged = vgg.merge(np.concatenate([to_numpy(vgg.describe(each)) for each in halves]))
    np.testing.assert_allclose(merged, to_numpy(vgg.describe(wholes))[0], atol=1e-3)


def test_a_flat_picture_s_parts_are_merged_to_what_each_of_them_is() -> None:
    flat = np.concatenate([part for name in BRUSH_LAYERS for part in np.full((2, CHANNELS[name]), [[160.0], [-4.6]])])
    merged = vgg.merge(np.stack([flat] * 4).astype(np.float32))
    np.testing.assert_allclose(merged, flat, rtol=1e-5)


@pytest.mark.parametrize("side", [1, 64, 520, 768, 1000, 5000])
def test_parts_to_observe_lie_within_a_photo_and_its_margin(side: int) -> None:
    parts = feedforward._spread(side)
    inner = [slice(part.start, part.stop - 2 * feedforward.MARGIN) for part in parts]
    assert len({part.stop - part.start for part in parts}) == 1
    assert parts[0].stop - parts[0].start <= feedforward.OBSERVED_SIDE
    assert inner[0].start == 0
    assert side <= inner[-1].stop <= max(side, feedforward.POOLING_STRIDE)
    seen = {pixel for part in inner for pixel in range(part.start, part.stop)}
    assert seen >= set(range(side)) or side > 3 * inner[0].stop


def test_a_flat_photo_of_many_parts_is_painted_as_one_of_a_single_part(plugin: Plugin, style: Any) -> None:
    green = np.array([0, 1, 0], np.float32)
    large, small = (plugin.run("stylise", np.tile(green, (side, 640, 1)), style) for side in (720, 640))
    np.testing.assert_allclose(large.mean((0, 1)), small.mean((0, 1)), atol=0.02)


def test_a_large_bright_photo_has_the_colours_that_it_has() -> None:
    bright = np.broadcast_to(np.float32(0.825), (4000, 5000, 3))
    np.testing.assert_allclose(color_transfer.measure(bright).mean, 0.825, atol=1e-4)


def test_the_page_shows_what_a_layer_keeps(plugin: Plugin, monkeypatch: Any) -> None:
    monkeypatch.setattr(layers, "STEPS", 3)
    content, texture, curves = finish(layers.reveal(plugin, str(PAINTING), "block1_conv1"))
    assert images.load(content).shape == images.load(texture).shape
    assert curves.count("polyline") == 2
    assert 'points=""' not in curves


def test_every_painting_says_who_painted_it_and_when() -> None:
    for name, each in gallery.PAINTINGS.items():
        assert each.path.exists(), name
        assert each.painter in each.caption
        assert any(character.isdigit() for character in each.year)
    with pytest.raises(UserError, match="The painting is 'Nobody'"):
        gallery.find("Nobody")


def test_the_bundled_painter_keeps_its_numbers_small() -> None:
    assert (train.BUNDLED / WEIGHTS_FILE).stat().st_size < 11e6


@pytest.mark.browser
def test_a_photo_is_painted_in_the_browser(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{app_address}/style_transfer")
    page.get_by_text("Done in").first.wait_for(timeout=120_000)
    assert page.get_by_text("Style loss").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


@pytest.mark.browser
def test_painting_streams_stops_and_goes_on_in_the_browser(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{app_address}/style_transfer")
    page.get_by_role("tab", name="Patiently").click()
    page.locator(".source .image-frame img:visible").nth(1).wait_for()  # the examples are there: a visitor is slower
    page.get_by_role("button", name="Paint", exact=True).click()
    shown = page.locator(".stage .filling img:visible").first
    shown.wait_for(timeout=120_000)
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("Stopped.").locator("visible=true").first.wait_for(timeout=60_000)
    page.wait_for_timeout(1000)
    kept = shown.get_attribute("src")
    page.wait_for_timeout(2000)
    assert shown.get_attribute("src") == kept
    page.get_by_role("button", name="Go on").click()
    page.wait_for_function(
        "kept => ![...document.querySelectorAll('.stage .filling img')].some(each => each.src === kept)",
        arg=kept,
        timeout=120_000,
    )
    page.get_by_role("button", name="Pause").click()
    page.close()


@pytest.mark.browser
def test_styles_are_mixed_over_the_api(app_address: str) -> None:
    client = gradio_client.Client(app_address, verbose=False)
    files = [gradio_client.handle_file(str(path)) for path in (PHOTO, PAINTING)]
    (_, after), *_ = client.predict(
        *files, 0.8, "the photo's", ["Gustav Klimt"], "2 1", api_name="/style_transfer_stylise"
    )
    assert images.load(after).shape == images.load(PHOTO).shape
    with pytest.raises(Exception, match="give 2 numbers"):
        client.predict(*files, 0.8, "the photo's", ["Gustav Klimt"], "2", api_name="/style_transfer_stylise")
