"""Optimizing the pixels lowers the loss, coarse to fine; a layer's content and style are reconstructed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.plugin import Plugin
from plugins.style_transfer import optimization, resizing
from plugins.style_transfer.loss_weights import Losses, LossWeights
from plugins.style_transfer.options import OptimizeOptions, ReconstructOptions


@pytest.mark.parametrize("optimizer", ["lbfgs", pytest.param("adam", marks=pytest.mark.slow)])
def test_the_loss_falls(plugin: Plugin, photo: Any, style: Any, optimizer: Any) -> None:
    weights = LossWeights()
    options = OptimizeOptions(optimizer=optimizer, size=96, steps=20)
    result = plugin.run("optimize", photo, style, options=options)
    assert result.image.shape == resizing.shrink_to(photo, 96).shape
    terms = zip(result.content, result.style, result.variation, strict=True)
    totals = [Losses(*each).weighted_sum(weights) for each in terms]
    assert len(totals) == 20
    assert totals[-1] < 0.5 * totals[0]


def test_stages_go_from_coarse_to_fine() -> None:
    stages = optimization.plan_stages(400, 101)
    assert [stage.side for stage in stages] == [100, 200, 400]
    assert sum(stage.steps for stage in stages) == 101
    assert optimization.plan_stages(96, 10) == [optimization.Stage(96, 10)]


def test_an_earlier_result_is_continued(plugin: Plugin, photo: Any, style: Any) -> None:
    options = OptimizeOptions(size=96, steps=10)
    first = plugin.run("optimize", photo, style, options=options)
    further = plugin.run("optimize", photo, style, initial=first.image, options=options)
    assert further.style[-1] < first.style[-1]


@pytest.mark.slow
def test_the_same_seed_gives_the_same_result(plugin: Plugin, photo: Any, style: Any) -> None:
    first, again, other = (
        plugin.run("optimize", photo, style, options=OptimizeOptions(start="noise", size=64, steps=4, seed=seed)).image
        for seed in (3, 3, 4)
    )
    np.testing.assert_allclose(first, again, atol=1e-3)
    assert np.abs(first - other).mean() > 0.01


def test_intermediate_results_have_the_final_size(plugin: Plugin, photo: Any, style: Any) -> None:
    steps = plugin.stream("optimize", photo, style, options=OptimizeOptions(size=192, steps=4))
    first = next(steps)
    assert first.so_far.image.shape == photo.shape
    assert 0 < first.done < first.total
    steps.close()


def test_features_reconstruct_content_and_gram_matrices_a_texture(plugin: Plugin, style: Any) -> None:
    small = resizing.shrink_to(style, 96)
    content, texture = (
        plugin.run(
            "reconstruct_from_layer", small, options=ReconstructOptions("block1_conv1", target, size=96, steps=30)
        )
        for target in ("content", "style")
    )
    assert np.corrcoef(content.image.ravel(), small.ravel())[0, 1] > 0.9
    assert abs(np.corrcoef(texture.image.ravel(), small.ravel())[0, 1]) < 0.6
    assert texture.style[-1] < 0.1 * texture.style[0]


def test_an_error_in_scipy_s_thread_is_raised(plugin: Plugin, photo: Any, style: Any, monkeypatch: Any) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ArithmeticError("no way")

    monkeypatch.setattr(optimization.optimize, "minimize", fail)
    with pytest.raises(ArithmeticError, match="no way"):
        plugin.run("optimize", photo, style, options=OptimizeOptions(size=64, steps=3))
