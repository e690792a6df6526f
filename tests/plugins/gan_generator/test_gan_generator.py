"""The GAN generator: two networks that move by their own loss only, measures that tell, a page with a lab."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import gradio_client
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
from plugins.gan_generator import latents, metrics, model, multiscale, reference_set, toy_data, toy_gan, train
from plugins.gan_generator.adversarial import augmentation, losses
from plugins.gan_generator.adversarial.objective import COLLAPSE, CURES, FAILURES, Rules
from plugins.gan_generator.adversarial.trainer import Adversarial, accuracies, choose_optimizer
from plugins.gan_generator.model import build_gan, generate, judge, recognise, vary, walk
from plugins.gan_generator.tabs import clickable_grid, interpolate, lab, realism, subjects, training
from plugins.gan_generator.tabs import generate as generate_tab
from plugins.gan_generator.tabs.subjects import SUBJECTS
from plugins.gan_generator.train import Config
from plugins.gan_generator.training.recipes import RECIPES
from tests.conftest import run_python

to_numpy = keras.ops.convert_to_numpy
SMALL = {"shape": (8, 8, 1), "dimensions": 4, "width": 4}


@pytest.fixture(scope="module")
def plugin() -> Plugin:
    return Plugin(registry.find("gan_generator"), LocalEngine())


@pytest.fixture(scope="module")
def network() -> keras.Model:
    keras.utils.set_random_seed(0)
    return build_gan(**SMALL, classes=3)


def test_the_losses_are_those_of_the_papers() -> None:
    real, fake = (np.random.default_rng(i).normal(0, 2, (50, 1)).astype(np.float32) for i in range(2))
    sigmoid = lambda x: 1 / (1 + np.exp(-x))  # noqa: E731
    expected = {
        "bce": (-(np.log(sigmoid(real)) + np.log(1 - sigmoid(fake))), -np.log(sigmoid(fake))),
        "hinge": (np.maximum(0, 1 - real) + np.maximum(0, 1 + fake), -fake),
        "relativistic": (-np.log(sigmoid(real - fake)), -np.log(sigmoid(fake - real))),
    }
    for kind, (wanted, other) in expected.items():
        np.testing.assert_allclose(losses.discriminator_loss(kind, real, fake), wanted.mean(), rtol=1e-4)
        np.testing.assert_allclose(losses.generator_loss(kind, real, fake), other.mean(), rtol=1e-4)
    smoothed = -(0.9 * np.log(sigmoid(real)) + 0.1 * np.log(1 - sigmoid(real)) + np.log(1 - sigmoid(fake)))
    np.testing.assert_allclose(losses.discriminator_loss("bce", real, fake, 0.1), smoothed.mean(), rtol=1e-4)


def test_a_finite_difference_finds_the_squared_slope() -> None:
    random = np.random.default_rng(0)
    slope = random.normal(0, 1, 20)
    pictures = random.random((50_000, 20))
    beside = pictures + random.normal(0, 0.02, pictures.shape)
    found = losses.gradient_penalty((pictures @ slope)[:, None], (beside @ slope)[:, None], 0.02)
    assert float(found) == pytest.approx(np.square(slope).sum(), rel=0.03)


def test_the_same_picture_of_different_codes_costs_most() -> None:
    random = np.random.default_rng(0)
    codes_drawn, labels = random.normal(0, 1, (8, 4)).astype(np.float32), np.eye(2, dtype=np.float32)[[0, 1] * 4]
    own, prototypes = random.random((8, 6, 6, 1), np.float32), random.random((2, 6, 6, 1), np.float32)[[0, 1] * 4]
    varied, collapsed = (float(losses.mode_seeking(each, codes_drawn, labels)) for each in (own, prototypes))
    assert collapsed > 50 * varied
    assert float(losses.mode_seeking(prototypes, codes_drawn)) < 0.05 * collapsed  # where no class is told, two differ


MOVES_PROGRAM = """
import keras, numpy as np
from plugins.gan_generator.adversarial.trainer import Adversarial, choose_optimizer
from plugins.gan_generator.model import build_gan
from plugins.gan_generator.adversarial.objective import Rules
def moved(**rules):
    keras.utils.set_random_seed(0)
    small = dict(shape=(8, 8, 1), dimensions=4, width=4, classes=3)
    game = Adversarial(build_gan(**small), build_gan(**small), Rules(**rules), 0)
    game.compile(choose_optimizer(1e-3, 1e-3))
    random = np.random.default_rng(0)
    batch = random.random((16, 8, 8, 1), np.float32), np.eye(3, dtype=np.float32)[random.integers(3, size=16)]
    game.fit(list(batch), batch_size=16, verbose=0)
    before = {each.path: keras.ops.convert_to_numpy(each.value) for each in game.network.trainable_variables}
    game.fit(list(batch), batch_size=16, verbose=0)
    after = {each.path: keras.ops.convert_to_numpy(each.value) for each in game.network.trainable_variables}
    return [sum(float(np.abs(after[p] - before[p]).sum()) for p in after if p.startswith(who))
            for who in ("discriminator", "generator")]
for loss in ("relativistic", "hinge", "bce"):
    print(*moved(loss=loss), *moved(loss=loss, skip_below=1e9), *moved(loss=loss, generator_every=10))
"""


@pytest.mark.backend
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_each_network_moves_in_its_own_turn_and_only_then(backend: str) -> None:
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    ended = run_python("-c", MOVES_PROGRAM, KERAS_BACKEND=backend)
    assert ended.returncode == 0, ended.stderr
    for line in ended.stdout.splitlines()[-3:]:
        both, skipping, waiting = np.array(line.split(), float).reshape(3, 2)
        assert (both > 0.05).all()
        assert skipping[0] == 0 < 0.05 < skipping[1]
        assert waiting[1] == 0 < 0.05 < waiting[0]


def test_each_loss_has_a_gradient_for_one_network_only(network: keras.Model) -> None:
    game = Adversarial(network, build_gan(**SMALL, classes=3), Rules(discriminator_every=2, generator_every=3), 0)
    game.compile(choose_optimizer(1e-3, 1e-3))
    batch = [
        np.random.default_rng(0).random((8, 8, 8, 1), np.float32),
        np.eye(3, dtype=np.float32)[[0, 1, 2] * 2 + [0, 1]],
    ]
    turns = []
    for _ in range(6):
        before = [to_numpy(each.value) for each in network.trainable_variables]
        game.fit(batch, batch_size=8, verbose=0)
        turns.append(
            {
                each.path.split("_")[0]
                for each, old in zip(network.trainable_variables, before, strict=True)
                if np.abs(to_numpy(each.value) - old).max() > 0
            }
        )
    both = {"generator", "discriminator"}
    assert turns == [both, set(), {"discriminator"}, {"generator"}, {"discriminator"}, set()]


def test_the_average_follows_the_generator() -> None:
    keras.utils.set_random_seed(0)
    game = Adversarial(build_gan(**SMALL), build_gan(**SMALL), Rules(averaged_over=5), 0)
    game.compile(choose_optimizer(1e-2, 1e-2))
    first = game.network.get_weights()
    game.fit(np.random.default_rng(0).random((320, 8, 8, 1), np.float32), batch_size=8, verbose=0)
    apart = [
        sum(np.abs(a - b).sum() for a, b in zip(game.average.get_weights(), others, strict=True))
        for others in (first, game.network.get_weights())
    ]
    assert apart[0] > 2 * apart[1] > 0


def test_accuracies_of_a_relativistic_loss_have_a_border_in_the_middle() -> None:
    real, fake = np.array([[11.0], [12.0], [9.0]]), np.array([[8.0], [9.5], [11.5]])
    assert [round(float(each), 2) for each in accuracies("relativistic", real, fake)] == [0.67, 0.67]
    assert [float(each) for each in accuracies("bce", real, fake)] == [1, 0]


def test_pictures_are_moved_covered_and_recoloured_alike_at_each_scale() -> None:
    seed = keras.random.SeedGenerator(0)
    one = np.zeros((64, 16, 16, 1), np.float32)
    one[:, 8, 8] = 1
    moved = to_numpy(augmentation.move(one, seed))
    assert (moved.sum(axis=(1, 2, 3)) == 1).all()
    places = np.argwhere(moved[..., 0])[:, 1:] - 8
    assert (places.min(), places.max()) == (-2, 2)
    hidden = (to_numpy(augmentation.cover(np.ones((64, 16, 16, 1), np.float32), seed)) == 0.5).mean(axis=(1, 2, 3))
    assert 0 < hidden.min() < hidden.max() <= 0.25
    twice = np.tile(np.random.default_rng(0).random((8, 16, 16, 3), np.float32), 2)
    changed = to_numpy(augmentation.augment(twice, 3, seed))
    np.testing.assert_allclose(changed[..., :3], changed[..., 3:], atol=1e-5)
    assert np.abs(changed - twice).max() > 0.1


def test_a_pyramid_holds_the_picture_at_half_and_a_quarter_of_its_size() -> None:
    picture = np.random.default_rng(0).random((2, 8, 8, 3), np.float32)
    stacked = multiscale.stack(picture, 3)
    assert stacked.shape == (2, 8, 8, 9)
    np.testing.assert_array_equal(stacked[..., :3], picture)
    np.testing.assert_allclose(stacked[0, 5, 6, 3:6], picture[0, 4:6, 6:8].mean(axis=(0, 1)), rtol=1e-5)
    np.testing.assert_allclose(stacked[0, 5, 6, 6:], picture[0, 4:8, 4:8].mean(axis=(0, 1)), rtol=1e-5)


@pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 1), (64, 64, 3)])
@pytest.mark.parametrize("scales", [1, 2])
def test_a_network_draws_and_judges_pictures_of_its_shape(shape: tuple[int, int, int], scales: int) -> None:
    built = build_gan(shape, 4, 2, 4, scales)
    drawn = generate(built, 3)
    assert drawn.shape == (3, *shape)
    assert 0 <= drawn.min() <= drawn.max() <= 1
    assert judge(built, drawn, (0, 1, 0)).shape == (3,)


def test_the_frechet_distance_is_that_of_two_normal_distributions() -> None:
    random = np.random.default_rng(0)
    deviations, shift = np.array([1.0, 2.0, 0.5]), np.array([0.3, 0.0, -1.0])
    some, others = random.normal(0, 1, (2, 200_000, 3))
    expected = np.square(shift).sum() + np.square(deviations - 1).sum()
    found = metrics.frechet(metrics.moments(some), metrics.moments(others * deviations + shift))
    assert found == pytest.approx(expected, rel=0.02)
    assert metrics.frechet(metrics.moments(some), metrics.moments(some)) == pytest.approx(0, abs=1e-9)


def test_precision_falls_with_bad_pictures_and_recall_with_missing_ones() -> None:
    random = np.random.default_rng(0)
    real, good = random.normal(0, 1, (2, 1000, 2)).astype(np.float32)
    assert min(metrics.precision_and_recall(real, good)) > 0.85
    half_bad = np.concatenate([good[:500], good[500:] + 20])
    precision, recall = metrics.precision_and_recall(real, half_bad)
    assert precision < 0.55
    assert recall > 0.8
    precision, recall = metrics.precision_and_recall(real, good[good[:, 0] > 0])
    assert precision > 0.85
    assert recall < 0.65


def test_modes_count_what_is_drawn_and_copies_are_found() -> None:
    centres = np.eye(5, dtype=np.float32)
    assert metrics.modes(centres.repeat(20, 0), centres[:3].repeat(20, 0), centres) == 3
    known = np.random.default_rng(0).random((50, 8, 8, 3), np.float32)
    which, distances = metrics.nearest_mirrored(known[[7, 3]][:, :, ::-1], known)
    assert which.tolist() == [7, 3]
    np.testing.assert_allclose(distances, 0, atol=1e-3)


def test_a_path_goes_through_its_stops_and_keeps_the_length_of_codes() -> None:
    stops = np.random.default_rng(0).standard_normal((3, 64)).astype(np.float32)
    way, shares = latents.follow(stops, 5)
    assert way.shape == (11, 64)
    for place, stop in zip((0, 5, 10), range(3), strict=True):
        np.testing.assert_allclose(way[place], stops[stop], atol=1e-5)
        np.testing.assert_array_equal(shares[place], np.eye(3)[stop])
    lengths = np.linalg.norm(way, axis=1)
    assert lengths.min() > 0.95 * np.linalg.norm(stops, axis=1).min()
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-6)


def test_a_seed_names_a_picture(network: keras.Model) -> None:
    several = generate(network, 5, seed=3)
    np.testing.assert_allclose(several[2], generate(network, 1, seed=5)[0], atol=1e-6)
    np.testing.assert_allclose(vary(network, 5, 3)[0], several[2], atol=1e-6)
    way = walk(network, (3, 5), 4)
    np.testing.assert_allclose(way[[0, -1]], several[[0, 2]], atol=1e-6)
    still = generate(network, 4, truncation=0, labels=(1,))
    np.testing.assert_allclose(still, still[:1].repeat(4, 0), atol=1e-6)


def test_bad_settings_are_refused_in_a_sentence(network: keras.Model, plugin: Plugin) -> None:
    for call, words in [
        (lambda: generate(network, 0), "count is 0"),
        (lambda: generate(network, 4, seed=-1), "seed is -1"),
        (lambda: generate(network, 4, labels=(3,)), "from 0 to 2"),
        (lambda: generate(network, 4, labels=(1, 2)), "one for each picture"),
        (lambda: generate(network, 4, truncation=2), "truncation is 2"),
        (lambda: generate(build_gan(**SMALL), 4, labels=(0,)), "told no class"),
        (lambda: vary(network, amount=-1), "amount is -1"),
        (lambda: walk(network, (1,)), "number of seeds is 1"),
        (lambda: walk(network, steps=0), "steps is 0"),
        (lambda: judge(network, np.zeros((2, 8, 8, 1), np.float32)), "told the class"),
        (lambda: judge(network, np.zeros((2, 9, 8, 1), np.float32), (1,)), "size of the pictures"),
        (lambda: recognise(network, np.zeros((8, 8, 1), np.float32)), "this checkpoint is a gan, without features"),
        (lambda: plugin.run("generate", checkpoint="lab"), "this checkpoint is a lab, without generator"),
        (lambda: plugin.run("play", np.zeros(2), checkpoint="crawl"), "name the lab's"),
        (lambda: plugin.run("play", np.zeros(3), checkpoint="lab"), "give pairs"),
        (lambda: plugin.run("play", np.zeros(2), rounds=0, checkpoint="lab"), "rounds is 0"),
        (lambda: plugin.run("play", np.zeros(2), rates=(0, 1), checkpoint="lab"), "rates is"),
        (lambda: plugin.run("play", np.zeros(2), state=np.zeros(5), checkpoint="lab"), "state has 5 numbers"),
    ]:
        with pytest.raises(UserError, match=words):
            call()


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"checkpoint": "cats"}, "--checkpoint is 'cats'"),
        ({"side": 30}, "--side is 30"),
        ({"smoothing": 0.1}, "smoothing is 0.1 with the loss relativistic"),
        ({"penalty": -1}, "penalty is -1"),
        ({"penalty": float("nan")}, "penalty is nan"),
        ({"discriminator_rate": 2}, "--discriminator-rate is 2"),
        ({"scales": 5}, "--scales is 5"),
        ({"width": 0}, "--width 0"),
    ],
)
def test_a_config_that_cannot_be_is_refused(flags: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words):
        Config(**flags)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures of two classes, of odd sizes, and what is none."""
    random = np.random.default_rng(0)
    for kind in ("dark", "light"):
        (tmp_path / "own" / kind).mkdir(parents=True)
        for i in range(15):
            low = 0 if kind == "dark" else 155
            pixels = random.integers(low, low + 100, (20 + i, 30, 3), np.uint8)
            pillow.fromarray(pixels).save(tmp_path / "own" / kind / f"{i}.png")
    (tmp_path / "own" / "dark" / "broken.png").write_bytes(b"no picture")
    return tmp_path / "own"


@pytest.mark.parametrize(
    "flags",
    [
        {},
        {"loss": "bce", "smoothing": 0.1, "penalty": 0, "skip_below": 0.5, "discriminator_rate": 1e-4},
        {"loss": "hinge", "scales": 2, "augmented": True, "conditional": False},
        {"side": 64, "scales": 3, "generator_every": 2},
    ],
)
def test_pictures_of_one_s_own_are_learnt(
    folder: Path, flags: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    small = {"side": 16, "epochs": 1, "steps": 2, "batch": 8, "width": 4, "dimensions": 4}
    config = Config(images=folder, **small | flags)
    run = Run.start("gan_generator", config, folder.parent / "runs")
    assert all(np.isfinite(value) for value in train.train(config, run).values())
    assert "skipped broken.png" in capsys.readouterr().out
    trained = checkpoint.load(run.checkpoint, model)
    assert generate(trained, 2).shape == (2, config.side, config.side, 3)
    with np.load(run.checkpoint / "snapshots.npz") as stored:
        assert stored["epochs"].tolist() == [0, 1]
        assert stored["pictures"].shape == (2, 32, config.side, config.side, 3)


def test_more_scales_than_a_picture_has_halves_are_refused(folder: Path) -> None:
    config = Config(images=folder, side=12, scales=3)
    with pytest.raises(UserError, match="--scales is 3: pictures of 12 pixels"):
        train.train(config, Run.start("gan_generator", config, folder.parent / "runs"))


def test_a_classifier_is_trained_and_leaves_a_reference(folder: Path) -> None:
    config = Config(checkpoint="crawl_classifier", images=folder, side=16, epochs=4, steps=50, width=4, batch=8)
    run = Run.start("gan_generator", config, folder.parent / "runs")
    assert train.train(config, run)["accuracy"] == 1
    known = reference_set.read(run.checkpoint / "reference.npz")
    assert known.pictures.shape[1:] == (16, 16, 3)
    assert known.features.shape == (len(known.pictures), 64)
    seen = recognise(checkpoint.load(run.checkpoint, model), images.from_uint8(known.pictures))
    np.testing.assert_allclose(seen.features, known.features, atol=2e-2)  # half precision
    np.testing.assert_allclose(seen.probabilities.sum(axis=1), 1, rtol=1e-4)


def test_a_killed_run_is_resumed(folder: Path, train_twice: Any) -> None:
    flags = {"side": 16, "epochs": 3, "steps": 2, "batch": 8, "width": 4, "dimensions": 4}
    config = Config(images=folder, backup_minutes=0, rate=0.1, **flags)
    made = train_twice("gan_generator", train.train, config, folder.parent / "runs")
    resumed, straight = (checkpoint.load(each, model).get_weights() for each in made)
    for values, expected in zip(resumed, straight, strict=True):
        np.testing.assert_allclose(values, expected, atol=1e-4)


def test_each_recipe_has_a_bundled_network(plugin: Plugin) -> None:
    assert set(plugin.record.ready_manifest.checkpoints) == set(RECIPES)
    assert sum(file.stat().st_size for file in (plugin.record.folder / "weights").rglob("*.safetensors")) < 8e6


def test_the_bundled_generators_draw_what_their_classifier_takes_for_it(plugin: Plugin) -> None:
    for subject, least in ((SUBJECTS["digits"], 0.6), (SUBJECTS["tiles of a game"], 0.25)):  # by chance: 0.1, 0.17
        labels = tuple(range(len(subject.classes))) * 20
        drawn = plugin.run("generate", len(labels), labels=labels, checkpoint=subject.checkpoint)
        assert drawn.shape[1:3] == (subject.side, subject.side)
        seen = plugin.run("recognise", drawn, checkpoint=f"{subject.checkpoint}_classifier").probabilities
        assert (seen.argmax(axis=1) == labels).mean() > least


def test_no_bundled_picture_is_a_copy(plugin: Plugin) -> None:
    known = images.from_uint8(subjects.read_reference("crawl").pictures)
    drawn = plugin.run("generate", 64)
    _, distances = metrics.nearest_mirrored(drawn, known)
    assert not metrics.are_copies(drawn, distances).any()
    _, of_itself = metrics.nearest_mirrored(known[:64, :, ::-1], known)
    assert metrics.are_copies(known[:64], of_itself).all()


def test_a_match_goes_on_from_where_it_stood(plugin: Plugin) -> None:
    ring, cure = toy_data.TARGETS["ring"].draw(), CURES[COLLAPSE]
    whole = plugin.run("play", ring, rules=cure.rules, rates=cure.rates, rounds=4, checkpoint="lab")
    half = plugin.run("play", ring, rules=cure.rules, rates=cure.rates, rounds=2, checkpoint="lab")
    plugin.run("play", ring, rounds=1, seed=5, checkpoint="lab")  # somebody else's match in between
    rest = plugin.run("play", ring, half.state, cure.rules, cure.rates, 2, checkpoint="lab")
    assert (half.step, rest.step) == (2 * toy_gan.STEPS, 4 * toy_gan.STEPS)
    np.testing.assert_allclose(rest.points, whole.points, atol=1e-3)


@pytest.mark.parametrize(("rates", "mover"), [((1e-2, 1e-7), "generator"), ((1e-7, 1e-2), "discriminator")])
def test_each_rate_is_of_the_network_that_it_is_called_after(rates: tuple[float, float], mover: str) -> None:
    played = model.build_lab(width=8)
    ring, moved = toy_data.TARGETS["ring"].draw(), {}
    toy_gan.play(played, ring, toy_gan.NEW, Rules(), (1e-7, 1e-7), 0)
    before = {each.path: to_numpy(each.value) for each in played.trainable_variables}
    toy_gan.play(played, ring, toy_gan.NEW, Rules(), rates, 0)
    for each in played.trainable_variables:
        who = each.path.split("_")[0]
        moved[who] = moved.get(who, 0) + np.abs(to_numpy(each.value) - before[each.path]).sum()
    assert max(moved, key=moved.__getitem__) == mover
    assert min(moved.values()) < 0.01 < 1 < max(moved.values())


@pytest.mark.slow
@pytest.mark.parametrize("name", list(FAILURES))
def test_the_cure_reaches_all_modes_where_the_failure_holds_few(plugin: Plugin, name: str) -> None:
    ring, held = toy_data.TARGETS["ring"], []
    for preset in (CURES[name], FAILURES[name]):
        match = plugin.stream("play", ring.draw(), rules=preset.rules, rates=preset.rates, rounds=50, checkpoint="lab")
        held.append([toy_data.count_modes(progress.so_far.points, ring.centres) for progress in match])
    assert max(held[0]) == 8
    assert np.mean(held[1][25:]) < 4


def test_points_are_learnt_from_a_drawing() -> None:
    with pytest.raises(UserError, match="Nothing is drawn"):
        toy_data.from_drawing(np.ones((10, 10, 3), np.float32))
    paper = np.ones((100, 100, 3), np.float32)
    paper[10:20, 70:80] = 0
    drawn = toy_data.from_drawing(paper).draw()
    assert drawn.mean(axis=0) == pytest.approx((0.6, 0.85), abs=0.1)


def test_verbs_answer_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.png"
    for arguments, size in [
        (["generate", str(out), "--count", "16", "--seed", "3"], (128, 128)),
        (["generate", str(out), "--labels", "7", "--checkpoint", "mnist"], (112, 112)),
        (["vary", str(out), "--seed", "3", "--count", "7"], (256, 32)),
        (["walk", str(out), "--seeds", "1", "2", "--steps", "7"], (256, 32)),
    ]:
        assert main(["run", "gan_generator", *arguments]) == 0
        assert pillow.open(out).size == size
    assert main(["run", "gan_generator", "judge", str(out), "--labels", "1"]) == 0
    assert (
        main(["run", "gan_generator", "play", "--points", "0", "1", "1", "0", "--rounds", "1", "--checkpoint", "lab"])
        == 0
    )
    assert "in all)" in capsys.readouterr().out
    assert main(["run", "gan_generator", "generate", str(out), "--labels", "9"]) == 2


def test_every_tab_draws(plugin: Plugin) -> None:
    (drawn,) = generate_tab.generate(plugin, "digits", "7", "16", 1)
    chosen, around, words = generate_tab.inspect(plugin, "digits", "7", "16", 3, 1)
    offered, animation, strip = interpolate.walk(plugin, "digits", through="2, 5 9")
    grown, *curved = training.show_training(plugin, "digits")
    assert all(images.load(path).std() > 0.05 for path in (drawn, chosen, around, offered, strip, grown))
    assert "Number 4, 7." in words
    assert [len(each) > 2 for each in curved] == [True, True]
    with pillow.open(animation) as film:
        assert film.n_frames > 2 * interpolate.STEPS


def test_handlers_refuse_what_is_not_there(plugin: Plugin) -> None:
    for call in (
        lambda: generate_tab.generate(plugin, "cats"),
        lambda: generate_tab.generate(plugin, name="cats"),
        lambda: generate_tab.generate(plugin, count="17"),
        lambda: interpolate.walk(plugin, through="1"),
        lambda: interpolate.walk(plugin, through="1 26"),
        lambda: training.show_training(plugin, "cats"),
        lambda: finish(lab.play(plugin, target="cats")),
        lambda: finish(lab.play(plugin, loss="cats")),
        lambda: finish(lab.play(plugin, target="drawn")),
        lambda: finish(lab.play(plugin, penalty=-1)),
        lambda: finish(lab.play(plugin, generator_every=0)),
    ):
        with pytest.raises(UserError):
            call()


def test_a_click_finds_the_picture_under_it() -> None:
    pictures = np.zeros((36, 28, 28, 1), np.float32)
    pictures[17] = 1
    drawn = clickable_grid.draw(pictures, np.zeros(36))
    y, x = (int(np.median(axis)) for axis in np.nonzero(drawn.min(axis=-1) == 1))
    assert clickable_grid.locate((x, y), 36, 28) == 17
    click = gr.SelectData(None, {"index": [x, y], "value": None})
    assert generate_tab._point_at("digits", "36", 2, click) == (17, 3)
    assert interpolate._toggle("digits", "1 7", 1, gr.SelectData(None, {"index": [1, 1], "value": None})) == ("1 7", 2)
    assert interpolate._toggle("digits", "1 7 9", 1, gr.SelectData(None, {"index": [1, 1], "value": None})) == (
        "7 9",
        2,
    )


def test_the_lab_shows_each_round_and_can_be_stopped(plugin: Plugin) -> None:
    match = lab.play(plugin, 5)
    shown = [next(match).so_far for _ in range(3)]
    match.close()
    assert [len(past) for *_, past in (shown[0], shown[2])] == [3, 3]  # one list, which grows
    assert images.load(shown[2][0]).shape == (toy_data.SIDE, toy_data.SIDE, 3)
    assert "Step 150" in shown[2][2]
    assert shown[0][0] != shown[2][0]


def test_an_opinion_is_ranked_among_those_of_real_pictures(plugin: Plugin) -> None:
    subject = SUBJECTS["digits"]
    known = subjects.read_reference("mnist")
    real, labels = images.from_uint8(known.pictures[1000:1500]), tuple(known.labels[1000:1500].tolist())
    of_real, of_negatives = (realism.rank(plugin, subject, each, labels) for each in (real, 1 - real))
    assert of_real.mean() == pytest.approx(0.5, abs=0.1)
    assert of_negatives.mean() < 0.2


def test_scores_in_the_model_card_are_those_of_the_checkpoints(plugin: Plugin) -> None:
    card = (plugin.record.folder / "README.md").read_text()
    for subject in SUBJECTS.values():
        stored = metadata.read(plugin.record.folder / "weights" / subject.checkpoint).scores
        assert f"| `{subject.checkpoint}_frechet` | {stored['frechet']:.2f} |" in card
        assert f"| `{subject.checkpoint}_recall` | {stored['recall']:.2f} |" in card


def download(page: Any, shown: Any) -> bytes:
    body: bytes = page.request.get(shown.get_attribute("src")).body()
    return body


@pytest.mark.browser
def test_a_seed_draws_the_same_picture_twice(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{app_address}/gan_generator")
    shown = page.locator(".stage .clickable img").first
    shown.wait_for(timeout=120_000)
    seed, drawn = page.get_by_label("Seed").locator("visible=true").first, []
    for number in ("5", "6", "5"):
        before = shown.get_attribute("src")
        seed.fill(number)
        seed.press("Tab")
        page.wait_for_function(
            "src => document.querySelector('.stage .clickable img').src !== src", arg=before, timeout=30_000
        )
        drawn.append(download(page, shown))
    assert drawn[0] == drawn[2] != drawn[1]
    page.close()


@pytest.mark.browser
def test_a_click_on_a_picture_tells_of_it(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{app_address}/gan_generator")
    page.get_by_text("Number 0,").wait_for(timeout=120_000)
    sheet_of_36 = page.locator(".stage .clickable img").first
    box = sheet_of_36.bounding_box()
    sheet_of_36.click(position={"x": box["width"] * 0.95, "y": box["height"] * 0.97})
    page.get_by_text("Number 35,").wait_for(timeout=30_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


@pytest.mark.browser
def test_the_lab_streams_and_stops(browser: Any, app_address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{app_address}/gan_generator")
    page.get_by_role("tab", name="Lab", exact=True).click()
    page.get_by_text("Step 50.").wait_for(timeout=120_000)
    page.get_by_role("button", name="Mode collapse").click()
    words = "() => +(document.body.innerText.match(/Step ([\\d,]+)\\./) || [0, '0'])[1].replace(',', '')"
    page.wait_for_function(f"() => ({words})() >= 300", timeout=60_000)
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("Stopped.").locator("visible=true").first.wait_for(timeout=30_000)
    page.wait_for_timeout(1000)
    stopped = page.evaluate(words)
    page.wait_for_timeout(1500)
    assert page.evaluate(words) == stopped
    page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_function(f"() => ({words})() === {stopped + 50}", timeout=30_000)
    page.close()


@pytest.mark.browser
def test_a_class_of_either_subject_is_drawn_over_the_api(app_address: str) -> None:
    client = gradio_client.Client(app_address, verbose=False)
    for subject, name in (("digits", "7"), ("tiles of a game", "monsters")):
        drawn, _ = client.predict(subject, name, "16", 3, 1.0, api_name="/gan_generator_generate")
        assert images.load(drawn).std() > 0.05
    with pytest.raises(Exception, match="The class is '7'"):
        client.predict("tiles of a game", "7", "16", 3, 1.0, api_name="/gan_generator_generate")
