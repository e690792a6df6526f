"""The handlers of all tabs: each returns pictures, and refuses what it does not know."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.errors import UserError
from core.imaging import images
from core.plugin import Plugin
from core.progress import finish
from plugins.gan_generator.tabs import generate, interpolate, lab, subjects, training


def test_every_tab_returns_pictures(plugin: Plugin) -> None:
    (grid,) = generate.generate(plugin, "digits", "7", "16", 1)
    chosen, around, description = generate.inspect(plugin, "digits", "7", "16", 3, 1)
    offered, animation, strip = interpolate.interpolate(plugin, "digits", stops="2, 5 9")
    snapshots, *curves = training.show_training(plugin, 2)
    assert all(images.load(path).std() > 0.05 for path in (grid, chosen, around, offered, strip, snapshots))
    assert "Image 4 (7)." in description
    assert [each.count("<polyline") for each in curves] == [4, 4]  # with the keys of the legend
    assert ['class="marker"' in each for each in curves] == [True, True]
    rows = np.split(images.load(snapshots), len(training.read(training.CHECKPOINT)["epochs"]))
    assert rows[2].max() > 0.9 > 0.3 > rows[3][:, -100:].max()  # later rows are dark
    assert next(training.play_training(plugin, 5, "fast")).so_far[0] == 5
    with pillow.open(animation) as film:
        assert film.n_frames > 2 * interpolate.STEPS


def test_the_nearest_training_images_are_of_the_class_and_as_far_as_is_said(plugin: Plugin, monkeypatch: Any) -> None:
    rows: list[Any] = []
    monkeypatch.setattr(
        generate.sheets, "write_rows", lambda given, name: rows.extend(pictures for _, pictures in given)
    )
    *_, description = generate.inspect(plugin, "digits", "7", "16", 3, 1)
    variations, _, nearest = rows
    known = generate.training_images(subjects.find("digits"), 7)
    assert min(np.abs(known - each).max((1, 2, 3)).min() for each in (nearest[0], nearest[0][:, ::-1])) == 0
    assert f"{np.sqrt(np.square(nearest[0] - variations[0]).mean()):.2f} (root mean square" in description


def test_a_chosen_color_and_class_hold_for_all_seeds_and_the_rest_is_decided_by_each() -> None:
    subject = subjects.SUBJECTS["cats"]
    labels = subject.labels(range(40), "typewriter", "lilac")
    assert {subject.name(label) for label in labels} == {"lilac, typewriter"}
    assert 5 < len(set(labels)) <= len(subject.groups["pattern"])
    free = subject.labels(range(40))
    assert subject.labels(range(10, 12)) == free[10:12]
    assert len(set(free)) > 30
    for label, values in ((0, (0, 0, 0)), (2399, (14, 9, 15))):
        names = subject.groups["color"][values[0]], subject.groups["accessory"][values[2]]
        assert subject.name(label) == ", ".join(names)


def test_handlers_refuse_unknown_choices(plugin: Plugin) -> None:
    for call in (
        lambda: generate.generate(plugin, "dogs"),
        lambda: generate.generate(plugin, class_name="dogs"),
        lambda: generate.generate(plugin, count="17"),
        lambda: generate.generate(plugin, color="transparent"),
        lambda: interpolate.interpolate(plugin, stops="1"),
        lambda: interpolate.interpolate(plugin, stops="1 26"),
        lambda: finish(lab.train_toy(plugin, distribution="dogs")),
        lambda: finish(lab.train_toy(plugin, loss="dogs")),
        lambda: finish(lab.train_toy(plugin, distribution="drawing")),
        lambda: finish(lab.train_toy(plugin, gradient_penalty_weight=-1)),
        lambda: finish(lab.train_toy(plugin, generator_every=0)),
    ):
        with pytest.raises(UserError):
            call()
