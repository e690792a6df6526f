"""The verbs of the GAN generator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.cli.parser import main
from core.errors import UserError
from core.plugin import Plugin
from plugins.gan_generator.adversarial.objective import ToyOptions
from plugins.gan_generator.model import build_gan, classify, discriminate, generate, interpolate, perturb
from plugins.gan_generator.tabs.subjects import SUBJECTS


def test_a_seed_always_gives_the_same_image(network: keras.Model) -> None:
    several = generate(network, 5, seed=3)
    np.testing.assert_allclose(several[2], generate(network, 1, seed=5)[0], atol=1e-6)
    np.testing.assert_allclose(perturb(network, 5, 3)[0], several[2], atol=1e-6)
    path = interpolate(network, (3, 5), 4)
    np.testing.assert_allclose(path[[0, -1]], several[[0, 2]], atol=1e-6)
    average = generate(network, 4, truncation=0, labels=(1,))
    np.testing.assert_allclose(average, average[:1].repeat(4, 0), atol=1e-6)


def test_bad_settings_are_refused_in_a_sentence(network: keras.Model, plugin: Plugin, small: dict[str, Any]) -> None:
    for call, words in [
        (lambda: generate(network, 0), "count is 0"),
        (lambda: generate(network, 4, seed=-1), "seed is -1"),
        (lambda: generate(network, 4, labels=(3,)), "from 0 to 2"),
        (lambda: generate(network, 4, labels=(1, 2)), "one for each picture"),
        (lambda: generate(network, 4, truncation=2), "truncation is 2"),
        (lambda: generate(build_gan(**small), 4, labels=(0,)), "has no classes"),
        (lambda: perturb(network, amount=-1), "amount is -1"),
        (lambda: interpolate(network, (1,)), "number of seeds is 1"),
        (lambda: interpolate(network, steps=0), "steps is 0"),
        (lambda: discriminate(network, np.zeros((2, 8, 8, 1), np.float32)), "needs the class"),
        (lambda: discriminate(network, np.zeros((2, 9, 8, 1), np.float32), (1,)), r"pictures of \(9, 8, 1\)"),
        (lambda: classify(network, np.zeros((8, 8, 1), np.float32)), "this checkpoint is a gan without features"),
        (lambda: plugin.run("generate", checkpoint="lab"), "this checkpoint is a toy_gan without generator"),
        (lambda: plugin.run("train_toy", np.zeros(2), checkpoint="mnist"), "choose the toy GAN"),
        (lambda: plugin.run("train_toy", np.zeros(3), checkpoint="lab"), "give pairs"),
        (lambda: plugin.run("train_toy", np.zeros(2), rounds=0, checkpoint="lab"), "rounds is 0"),
        (lambda: plugin.run("train_toy", np.zeros(2), options=ToyOptions(generator_rate=0)), "generator_rate is 0"),
        (lambda: plugin.run("train_toy", np.zeros(2), np.zeros(5), checkpoint="lab"), "variables has 5 values"),
    ]:
        with pytest.raises(UserError, match=words):
            call()


def test_the_classifier_recognizes_the_bundled_digits(plugin: Plugin) -> None:
    labels = tuple(range(10)) * 20
    generated = plugin.run("generate", len(labels), labels=labels, checkpoint="mnist")
    assert generated.shape[1:] == (28, 28, 1)
    found = plugin.run("classify", generated, checkpoint="mnist_classifier").probabilities
    assert (found.argmax(axis=1) == labels).mean() > 0.6


def test_the_bundled_cats_have_the_accessory_that_was_asked_for(plugin: Plugin) -> None:
    cats, numbers = SUBJECTS["cats"], np.arange(48)
    colors, patterns, accessories = (numbers % len(names) for names in cats.groups.values())
    labels = np.ravel_multi_index((colors, patterns, accessories), tuple(map(len, cats.groups.values())))
    generated = plugin.run("generate", 48, labels=tuple(labels.tolist()), checkpoint="cats")
    found = plugin.run("classify", generated, checkpoint="cats_classifier").probabilities
    assert (found[:, -len(cats.classes) :].argmax(axis=1) == accessories).mean() > 0.9
    assert (found[:, : len(cats.colors)].argmax(axis=1) == colors).mean() > 0.9


def test_verbs_answer_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.png"
    for arguments, size in [
        (["generate", str(out), "--count", "16", "--seed", "3"], (256, 256)),
        (["generate", str(out), "--labels", "7", "--checkpoint", "mnist"], (112, 112)),
        (["perturb", str(out), "--seed", "3", "--count", "7"], (512, 64)),
        (["interpolate", str(out), "--seeds", "1", "2", "--steps", "7"], (512, 64)),
    ]:
        assert main(["run", "gan_generator", *arguments]) == 0
        assert pillow.open(out).size == size
    assert main(["run", "gan_generator", "discriminate", str(out), "--labels", "1"]) == 0
    toy = ["train_toy", "--points", "0", "1", "1", "0", "--rounds", "1", "--checkpoint", "lab"]
    assert main(["run", "gan_generator", *toy, "--loss", "hinge", "--generator-rate", "0.01"]) == 0
    assert "in all)" in capsys.readouterr().out
    assert main(["run", "gan_generator", "generate", str(out), "--labels", "2400"]) == 2
