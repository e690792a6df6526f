"""The VAE explorer: both parts of its loss, ways between codes, networks better than PCA, and a page that answers."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
import keras
import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core import metadata, registry
from core.cli.parser import main
from core.engine import LocalEngine
from core.errors import UserError
from core.imaging import images
from core.networks import checkpoint
from core.plugin import Plugin
from core.progress import finish
from core.training.runs import Run
from core.web import sheets
from plugins.vae_explorer import example_images, latent_plane, latents, metrics, model, train
from plugins.vae_explorer.latents import Encoded
from plugins.vae_explorer.model import build_autoencoder, decode, encode, sample
from plugins.vae_explorer.recipes import DIMENSIONS, RECIPES
from plugins.vae_explorer.tabs import comparison, conditional, digit_input, encodings, latent_space, morph, training
from plugins.vae_explorer.train import Config
from plugins.vae_explorer.training import pca, vae
from tests.conftest import ROOT

DIGIT = ROOT / "plugins" / "super_resolver" / "examples" / "digits.png"
to_numpy = keras.ops.convert_to_numpy


@pytest.fixture(scope="module")
def plugin() -> Plugin:
    return Plugin(registry.find("vae_explorer"), LocalEngine())


@pytest.fixture(scope="module")
def digits() -> example_images.Examples:
    known = example_images.read("mnist")
    return example_images.Examples(known.pictures[:500], known.labels[:500])


def test_the_divergence_is_what_monte_carlo_says() -> None:
    random = np.random.default_rng(0)
    mean, log_variance = (random.normal(at, 1, (3, 4)).astype(np.float32) for at in (0, -1))
    latents = mean + np.exp(log_variance / 2) * random.standard_normal((200_000, 3, 4))
    log_ratio = (latents**2 - (latents - mean) ** 2 / np.exp(log_variance) - log_variance) / 2
    estimated = log_ratio.sum(axis=-1).mean(axis=0)
    np.testing.assert_allclose(to_numpy(vae.divergence(mean, log_variance)), estimated, rtol=0.02)
    np.testing.assert_allclose(metrics.divergence(Encoded(mean, log_variance)), estimated, rtol=0.02)


def test_codes_are_drawn_with_the_deviation_that_the_divergence_means() -> None:
    mean, log_variance = np.full((100_000, 1), 3, np.float32), np.full((100_000, 1), np.log(4), np.float32)
    trained_by = to_numpy(vae.draw_codes(mean, log_variance, keras.random.SeedGenerator(0)))
    scored_by = metrics.draw(Encoded(mean, log_variance), np.random.default_rng(0))
    for drawn in (trained_by, scored_by):
        assert (drawn.mean(), drawn.std()) == pytest.approx((3, 2), abs=0.03)


@pytest.mark.parametrize(("loss", "expected"), [("mse", 4 * 0.25), ("mae", 4 * 0.5), ("bce", 4 * np.log(2))])
def test_errors_are_summed_over_a_picture(loss: Any, expected: float) -> None:
    wanted, drawn = np.ones((2, 2, 2, 1), np.float32), np.full((2, 2, 2, 1), 0.5, np.float32)
    np.testing.assert_allclose(to_numpy(vae.error(wanted, drawn, loss)), expected, rtol=1e-4)


def test_both_parts_of_the_loss_are_tracked_apart(digits: example_images.Examples) -> None:
    keras.utils.set_random_seed(0)
    bounded = vae.Variational(build_autoencoder(variational=True, width=4, hidden=(8,)), "mse", 0)
    bounded.compile("adam")
    logs = bounded.fit(digits.pictures, digits.pictures, batch_size=50, epochs=3, verbose=0).history
    assert logs["reconstruction"][-1] < logs["reconstruction"][0]
    total = (np.array(logs["reconstruction"]) + np.array(logs["divergence"])) / 784
    np.testing.assert_allclose(logs["loss"], total, rtol=0.01)


def test_the_divergence_s_weight_warms_up(digits: example_images.Examples) -> None:
    bounded = vae.Variational(build_autoencoder(variational=True, width=4, hidden=(8,)), "mse", 0)
    bounded.compile("adam")
    weights = []
    watch = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: weights.append(float(to_numpy(bounded.beta.value))))
    bounded.fit(digits.pictures, digits.pictures, epochs=4, verbose=0, callbacks=[vae.Schedule(0.5, 2, 0), watch])
    assert weights == pytest.approx([0.5 / 3, 1 / 3, 0.5, 0.5])


@pytest.mark.parametrize(("variational", "classes"), [(False, 0), (True, 0), (True, 10)])
def test_a_network_has_codes_for_pictures_of_its_shape(variational: bool, classes: int) -> None:
    network = build_autoencoder((32, 20, 3), 5, variational, classes, width=4, hidden=(8,))
    labels, shown = (3,) if classes else (), np.random.default_rng(0).random((6, 32, 20, 3), np.float32)
    encoded = encode(network, shown, labels)
    assert encoded.mean.shape == encoded.log_variance.shape == (6, 5)
    assert np.isfinite(encoded.log_variance).all() == variational
    assert decode(network, encoded.mean, labels).shape == (6, 32, 20, 3)
    assert decode(network, encode(network, shown[0], labels).mean, labels).shape == (32, 20, 3)
    with pytest.raises(UserError, match="told the class" if classes else "told no class"):
        encode(network, shown, () if classes else (3,))
    with pytest.raises(UserError, match="do not fit this checkpoint"):
        encode(network, shown[:, :28], labels)


def test_bad_codes_and_counts_are_refused_in_a_sentence() -> None:
    network = build_autoencoder(width=4, hidden=(8,), classes=3)
    for call, words in [
        (lambda: decode(network, np.zeros(3), (1,)), "has 2 finite numbers"),
        (lambda: decode(network, np.array([np.nan, 0]), (1,)), "has 2 finite numbers"),
        (lambda: sample(network, 0, labels=(1,)), "count is 0"),
        (lambda: sample(network, 4, labels=(3,)), "from 0 to 2"),
        (lambda: sample(network, 4, seed=-1, labels=(1,)), "seed is -1"),
        (lambda: sample(network, 4, labels=(1, 2)), "one for each picture"),
    ]:
        with pytest.raises(UserError, match=words):
            call()


def test_places_and_codes_are_each_other_s_inverse() -> None:
    latents = np.random.default_rng(0).normal(5, 2, (100, 2)).astype(np.float32)
    plane = latent_plane.find(latents, np.full_like(latents, -np.inf))
    places = example_images.grid(3) * 2 - 0.5  # beyond the borders too
    np.testing.assert_allclose(plane.places_of(plane.codes_at(places)), places, atol=1e-5)
    assert plane.codes_at(np.zeros(2))[1] == pytest.approx(plane.high[1])  # the top is where the second is largest


def test_a_digit_is_put_where_the_networks_have_seen_digits() -> None:
    paper = np.ones((200, 300, 3), np.float32)
    paper[150:190, 20:30] = 0
    digit = digit_input.fit_digit(paper)
    rows, columns = np.nonzero(digit[..., 0] > 0.5)
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == (20, 5)
    assert (rows.mean(), columns.mean()) == pytest.approx((13.5, 13.5), abs=0.6)
    for blank in (np.zeros((30, 30, 3), np.float32), np.ones((30, 30, 1), np.float32)):
        assert digit_input.fit_digit(blank).max() == 0


def test_importance_weights_tighten_the_bound(plugin: Plugin, digits: example_images.Examples) -> None:
    coder = metrics.Coder(*(partial(plugin.run, verb, checkpoint="mnist_vae_binary") for verb in ("encode", "decode")))
    binary = metrics.binarise(digits.pictures[:30], np.random.default_rng(0))
    one, many = (finish(metrics.importance_weighted(coder, binary, count)).mean() for count in (1, 200))
    assert one < many
    assert -120 < many < -60


def test_the_nearest_neighbours_vote() -> None:
    latents = np.repeat([[0.0, 0.0], [1.0, 1.0]], 20, axis=0).astype(np.float32)
    latents += np.random.default_rng(0).normal(0, 0.01, latents.shape).astype(np.float32)
    assert metrics.knn_accuracy(latents, np.repeat([0, 1], 20), 5) == 1
    assert metrics.knn_accuracy(latents, np.tile([0, 1], 20), 19) < 0.7


def test_each_recipe_has_a_bundled_network(plugin: Plugin) -> None:
    assert set(plugin.record.ready_manifest.checkpoints) == set(RECIPES)
    for name, recipe in RECIPES.items():
        arguments = metadata.read(plugin.record.folder / "weights" / name).arguments
        assert (arguments["dimensions"], arguments.get("variational", False)) == (
            recipe.dimensions,
            recipe.kind in ("vae", "cvae"),
        )


def test_an_autoencoder_bends_where_pca_cannot(plugin: Plugin, digits: example_images.Examples) -> None:
    shown = digits.pictures
    for count in DIMENSIONS:
        bent = plugin.run("reconstruct", shown, checkpoint=f"mnist_ae_{count}")
        straight = plugin.run("reconstruct", shown, keep=count, checkpoint="mnist_pca")
        assert np.square(shown - bent).mean() < np.square(shown - straight).mean()


def test_codes_are_sorted_by_what_they_tell(plugin: Plugin) -> None:
    nats = encodings.measure_nats(plugin, "mnist_vae_binary")
    assert nats[0] > 1
    assert np.all(np.diff(nats) < 0.3)


def test_the_curve_on_the_page_is_of_the_bundled_networks(plugin: Plugin) -> None:
    shown = json.loads(comparison.SCORES.read_text())
    for count in DIMENSIONS:
        pca = metadata.read(plugin.record.folder / "weights" / "mnist_pca").scores
        assert shown[f"mnist_pca_mse_{count}"] == pytest.approx(pca[f"mse_{count}"], rel=0.01)
        for kind in ("ae", "vae"):
            stored = metadata.read(plugin.record.folder / "weights" / f"mnist_{kind}_{count}").scores
            assert shown[f"mnist_{kind}_mse_{count}"] == pytest.approx(stored["mse"], rel=0.01)


def test_scores_in_the_model_card_are_those_of_the_checkpoints(plugin: Plugin) -> None:
    card, shown = (plugin.record.folder / "README.md").read_text(), json.loads(comparison.SCORES.read_text())
    for name in ("mnist_2d_mse784_plus_kl", "mnist_nll_iw500", "mnist_2d_knn_accuracy"):
        assert f"| `{name}` | {shown[name]:.2f} |" in card


@pytest.mark.parametrize("name", ["mnist_vae_2", "mnist_cvae", "mnist_ae_mae", "mnist_pca"])
def test_a_network_is_trained_from_idx_files(
    name: str, tmp_path: Path, digits: example_images.Examples, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train, "WATCHED", 50)
    for split in ("train", "t10k"):
        (tmp_path / f"{split}-images").write_bytes(bytes(16) + images.to_uint8(digits.pictures).tobytes())
        (tmp_path / f"{split}-labels").write_bytes(bytes(8) + digits.labels.astype(np.uint8).tobytes())
    config = Config(checkpoint=name, data=tmp_path, epochs=2, steps=4, width=4, hidden=(8,), batch=20)
    run = Run.start("vae_explorer", config, tmp_path)
    assert all(np.isfinite(value) for value in train.train(config, run).values())
    assert checkpoint.load(run.checkpoint, model).count_params() > 0
    if name == "mnist_vae_2":
        with np.load(run.checkpoint / "snapshots.npz") as snapshots:
            assert snapshots["epochs"].tolist() == [0, 1, 2]
            assert snapshots["places"].shape == (3, 50, 2)
            assert len(snapshots["divergence"]) == 2


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
    with np.load(made[0] / "snapshots.npz") as snapshots:
        assert snapshots["epochs"].tolist() == [0, 1, 2, 3]


def test_sorting_a_code_changes_no_picture() -> None:
    network = build_autoencoder(dimensions=6, variational=True, width=4, hidden=(8,))
    shown = example_images.read("mnist").pictures[:50]
    before = decode(network, encode(network, shown).mean)
    pca.sort_codes(network, shown)
    np.testing.assert_allclose(decode(network, encode(network, shown).mean), before, atol=1e-5)
    assert np.all(np.diff(latents.divergence_by_dimension(encode(network, shown)).mean(axis=0)) <= 1e-6)


def test_pictures_of_one_s_own_are_learnt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for i in range(24):
        pillow.new("RGB", (40, 50), (10 * i, 0, 0)).save(tmp_path / f"{i:02d}.png")
    (tmp_path / "broken.png").write_bytes(b"")
    config = Config(images=tmp_path, side=16, epochs=1, steps=2, width=4, hidden=(8,), batch=4)
    made = train.train(config, Run.start("vae_explorer", config, tmp_path / "runs"))
    assert np.isfinite(made["mse"])
    assert "skipped broken.png" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"checkpoint": "cats"}, "--checkpoint is 'cats'"),
        ({"beta": -1}, "--beta is -1"),
        ({"beta": float("nan")}, "--beta is nan"),
        ({"side": 30}, "--side is 30"),
        ({"dimensions": 0}, "must be at least 1"),
        ({"hidden": ()}, "--hidden is empty"),
    ],
)
def test_a_config_that_cannot_be_is_refused(flags: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words):
        Config(**flags)


def test_verbs_answer_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.png"
    assert main(["run", "vae_explorer", "encode", str(DIGIT)]) == 0
    assert len(capsys.readouterr().out.splitlines()[0].split()) == 3
    for arguments, size in [
        (["decode", str(out), "--codes", "0.5", "-1"], (28, 28)),
        (["sample", str(out), "--count", "16", "--labels", "7", "--checkpoint", "mnist_cvae"], (112, 112)),
        (["reconstruct", str(DIGIT), str(out), "--keep", "1"], (28, 28)),
        (["morph", str(DIGIT), str(DIGIT), str(out), "--steps", "5"], (140, 28)),
    ]:
        assert main(["run", "vae_explorer", *arguments]) == 0
        assert pillow.open(out).size == size
    assert main(["run", "vae_explorer", "decode", str(out), "--codes", "1"]) == 2


def test_a_place_is_drawn_for_both_maps(plugin: Plugin) -> None:
    variational, plain, legend = latent_space.draw_maps(plugin, "clothes")
    assert (
        images.load(variational).shape
        == images.load(plain).shape
        == (example_images.MAP_SIDE, example_images.MAP_SIDE, 3)
    )
    assert "sandal" in legend
    here, there = (latent_space.walk(plugin, "digits", *place)[0] for place in ((20, 50), (80, 20)))
    assert np.abs(images.load(here) - images.load(there)).max() > 0.5
    for bad in ({"subject": "cats"}, {"across": 101}):
        with pytest.raises(UserError):
            latent_space.walk(plugin, **bad)
    click = gr.SelectData(None, {"index": [280, 560], "value": None})
    assert latent_space._point_at(3, click) == (25, 50, 4)


def test_sliders_are_as_many_as_the_code_has_numbers(plugin: Plugin) -> None:
    for subject, count in (("digits", 32), ("clothes", 16)):
        _, *sliders = latent_space.draw_code(plugin, subject, 1)
        assert [slider.visible for slider in sliders] == [True] * count + [False] * (32 - count)
    drawn, *sliders = latent_space.draw_code(plugin, "digits", 1)
    (slid,) = latent_space.slide(plugin, "digits", *(slider.value for slider in sliders))
    np.testing.assert_allclose(images.load(slid), images.load(drawn), atol=0.1)  # sliders show two decimals


def test_the_way_from_one_to_the_other_ends_where_it_should(plugin: Plugin) -> None:
    animation, strips = morph.morph(plugin, "digits", str(DIGIT), None, 0)
    with pillow.open(animation) as film:
        assert film.n_frames == 2 * morph.FRAMES - 2
    width = 12 * 28 * sheets.ON_A_SHEET + sheets.LABEL_WIDTH
    assert images.load(strips).shape == (3 * 28 * sheets.ON_A_SHEET + sheets.TOP, width, 3)
    straight, arc = (images.load(morph.morph(plugin, "clothes", seed=1, spherical=way)[1]) for way in (False, True))
    assert straight.shape == (2 * 28 * sheets.ON_A_SHEET + sheets.TOP, width, 3)
    assert np.abs(straight - arc).max() > 0.02


def test_every_other_tab_draws(plugin: Plugin) -> None:
    drawn = [
        *finish(comparison.compress(plugin, 1)),
        *finish(comparison.lose(plugin, 1)),
        *latent_space.shake(plugin, 1, 1),
        *conditional.draw_class(plugin, "7", 1),
        training.show_snapshot(plugin, 1)[0],
    ]
    assert all(images.load(path).std() > 0.05 for path in drawn)
    for call in (
        lambda: latent_space.shake(plugin, 4),
        lambda: conditional.draw_class(plugin, "x"),
        lambda: training.show_snapshot(plugin, 99),
        lambda: latent_space.draw_code(plugin, "cats"),
        lambda: morph.morph(plugin, "cats"),
    ):
        with pytest.raises(UserError, match=r"choose one of|use 0 to"):
            call()


@pytest.mark.browser
def test_a_visitor_walks_over_the_map(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{app_address}/vae_explorer")
    drawn = page.locator(".stage img").nth(0)
    drawn.wait_for(timeout=120_000)
    page.wait_for_timeout(500)
    first = drawn.get_attribute("src")
    chart = page.locator(".clickable img").first
    chart.click(position={"x": 60, "y": 60})
    page.wait_for_function("src => document.querySelectorAll('.stage img')[0].src !== src", arg=first, timeout=30_000)
    place = page.get_by_label("number input for Across").first
    clicked = float(place.input_value())
    assert clicked < 30
    box = chart.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 60, steps=12)
    page.wait_for_timeout(300)
    page.mouse.move(box["x"] + box["width"] * 0.92, box["y"] + 60, steps=3)
    page.mouse.up()
    page.wait_for_function("at => document.querySelector('.settings input[type=number]').value > at + 30", arg=clicked)
    page.close()


@pytest.mark.browser
def test_every_button_draws_something_else(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{app_address}/vae_explorer")
    for tab, button in (("Numbers", "Draw another code"), ("Noise", "Another picture"), ("Classes", "Other styles")):
        page.get_by_role("tab", name=tab, exact=True).click()
        seed = page.get_by_label("Seed").locator("visible=true").first
        seed.wait_for(timeout=60_000)
        page.get_by_role("button", name=button).click()
        page.wait_for_function("input => input.value !== '0'", arg=seed.element_handle(), timeout=30_000)
    page.get_by_role("tab", name="Numbers", exact=True).click()
    slider = page.get_by_label("number input for 1:").first
    page.wait_for_timeout(3000)  # what is under way comes to its end
    slider.fill("2.5")
    slider.press("Enter")
    page.get_by_role("tab", name="Noise", exact=True).click()
    page.get_by_role("tab", name="Numbers", exact=True).click()
    page.wait_for_timeout(1500)
    assert slider.input_value() == "2.5"  # a tab that is returned to is as it was left
    page.close()


@pytest.mark.browser
def test_a_visitor_draws_a_digit_and_it_is_morphed(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 1200})
    page.goto(f"{app_address}/vae_explorer")
    page.get_by_role("tab", name="Morph", exact=True).click()
    strips = page.locator(".stage img:visible").nth(1)
    strips.wait_for(timeout=120_000)
    before = strips.get_attribute("src")
    page.get_by_text("Draw one").click()
    canvas = page.locator("canvas:visible").first
    page.locator(".sketch [aria-label=Brush].highlight").wait_for(timeout=30_000)
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y - 60)
    page.mouse.down()
    page.mouse.move(x, y + 60, steps=15)
    page.mouse.up()
    page.get_by_role("button", name="From this").click()
    page.wait_for_function(
        "src => { const shown = [...document.querySelectorAll('.stage img')].filter(image => image.offsetParent);"
        " return shown.length > 1 && shown[1].src !== src; }",
        arg=before,
        timeout=60_000,
    )
    page.close()
