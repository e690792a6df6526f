"""Muon for the kernels of convolutions, and the learning rate schedules."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from core.training import optimizers
from core.training.optimizers import ConstantThenLinear, Muon
from core.training.settings import Settings


def test_muon_updates_a_kernel_by_about_the_same_in_every_direction() -> None:
    kernel = keras.Variable(np.zeros((3, 3, 4, 8), np.float32), name="kernel")
    bias = keras.Variable(np.zeros(8, np.float32), name="bias")
    random = np.random.default_rng(0)
    gradients = [random.normal(size=variable.shape).astype(np.float32) for variable in (kernel, bias)]
    gradients[0][..., 0] *= 100
    Muon(0.01).apply(gradients, [kernel, bias])
    singular_values = np.linalg.svd(keras.ops.convert_to_numpy(kernel).reshape(36, 8), compute_uv=False)
    # 0.2 times the rate is Adam's root mean square; 6 is the square root of the 36 rows.
    np.testing.assert_allclose(singular_values, 0.01 * 0.2 * 6, rtol=0.4)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(bias), -0.01 * np.sign(gradients[1]), rtol=1e-3)


def test_the_learning_rate_is_constant_and_then_falls_linearly_to_zero() -> None:
    schedule = ConstantThenLinear(0.5, steps=1000, decay=0.2)
    rates = [float(schedule(step)) for step in (0, 49, 800, 900, 1000, 1100)]
    np.testing.assert_allclose(rates, [0.01, 0.5, 0.5, 0.25, 0, 0], atol=1e-6)
    assert float(ConstantThenLinear.from_config(schedule.get_config())(900)) == pytest.approx(0.25)


def test_the_learning_rate_warms_up_and_falls_to_a_hundredth() -> None:
    schedule = optimizers.cosine(Settings(epochs=2, steps=200, rate=0.5))
    rates = [float(schedule(step)) for step in (0, 100, 400)]
    assert rates == pytest.approx([0.005, 0.5, 0.005], rel=1e-4)
