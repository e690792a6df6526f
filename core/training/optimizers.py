"""Optimizers and learning rate schedules of the plugins' trainings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from core.training.settings import OptimizerSettings, Settings

WARMUP_STEPS = 100  # of `cosine`
CONSTANT_WARMUP_STEPS = 50  # of `ConstantThenLinear`
KERNEL_RANK = 4  # of a two-dimensional convolution: height, width, inputs, outputs


def make_optimizer(settings: OptimizerSettings, adam_layers: Sequence[str] = ()) -> keras.optimizers.Optimizer:
    """Return the optimizer that `settings` names, with its learning rate schedule.

    Args:
        settings: epochs, steps, the highest learning rate, the optimizer and its decay.
        adam_layers: parts of the names of layers that Muon leaves to Adam; see `Muon`.
    """
    if settings.optimizer == "muon":
        return muon(settings, settings.decay, adam_layers)
    return adam(settings)


def adam(settings: Settings, clip: float = 0.1) -> keras.optimizers.Optimizer:
    """Return Adam with the learning rate schedule `cosine`.

    Args:
        settings: epochs, steps and the highest learning rate.
        clip: largest global norm of the gradient; without it, a single batch in thousands can make the loss diverge.
    """
    return keras.optimizers.Adam(cosine(settings), global_clipnorm=clip)


def muon(settings: Settings, decay: float, exclude_layers: Sequence[str] = ()) -> keras.optimizers.Optimizer:
    """Return Muon with the learning rate schedule `ConstantThenLinear`.

    Args:
        settings: epochs, steps and the highest learning rate.
        decay: share of the steps, at the end, over which the learning rate falls to zero; above 0, at most 1.
        exclude_layers: parts of the names of layers that are trained by Adam; see `Muon`.
    """
    return Muon(ConstantThenLinear(settings.rate, settings.epochs * settings.steps, decay), exclude_layers)


def cosine(settings: Settings) -> keras.optimizers.schedules.LearningRateSchedule:
    """Return a cosine decay to 1% of `settings.rate` over the whole run, after 100 steps of linear warm-up."""
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=settings.rate / 100,
        decay_steps=max(1, settings.epochs * settings.steps - WARMUP_STEPS),
        alpha=0.01,
        warmup_target=settings.rate,
        warmup_steps=WARMUP_STEPS,
    )


class ConstantThenLinear(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    """A constant learning rate, after 50 steps of linear warm-up, that falls linearly to zero at the end.

    Args:
        rate: the constant learning rate.
        steps: steps of the whole run; from then on, the learning rate is zero.
        decay: share of `steps`, at the end, over which the learning rate falls; 0 to 1.
    """

    def __init__(self, rate: float, steps: int, decay: float) -> None:
        self.rate, self.steps, self.decay = rate, steps, decay

    def __call__(self, step: Any) -> Any:
        """Return the learning rate at `step`, counted from 0."""
        done = ops.cast(step, "float32")
        warmup = (done + 1) / CONSTANT_WARMUP_STEPS
        remaining = (self.steps - done) / max(1.0, self.decay * self.steps)
        return self.rate * ops.clip(ops.minimum(warmup, remaining), 0, 1)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        return {"rate": self.rate, "steps": self.steps, "decay": self.decay}


class Muon(keras.optimizers.Muon):  # type: ignore[misc]
    """Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/) for the kernels of convolutions.

    Muon orthogonalizes the update of a matrix, so that all its singular values are about equal. Keras' Muon does not
    reshape kernels to matrices; here a kernel (height, width, inputs, outputs) is updated as a matrix
    (height · width · inputs, outputs). Other variables are updated by Adam. Updates are scaled to the root mean square
    of Adam's (Liu et al. 2025, https://arxiv.org/abs/2502.16982), so that both use the same learning rate. There is no
    weight decay.

    Args:
        learning_rate: a number or a schedule.
        exclude_layers: variables with one of these strings in their paths are updated by Adam, such as those of the
            first and last layers.
    """

    def __init__(self, learning_rate: Any, exclude_layers: Sequence[str] = ()) -> None:
        super().__init__(learning_rate, weight_decay=None, adam_weight_decay=None, exclude_layers=list(exclude_layers))

    def _should_use_adamw(self, variable: Any) -> bool:
        return len(variable.shape) != KERNEL_RANK or any(name in variable.path for name in self.exclude_layers)

    def _muon_update_step(self, gradient: Any, variable: Any, lr: Any, m: Any) -> None:
        self.assign(m, ops.add(gradient, m * self.momentum))
        nesterov = ops.add(gradient, m * self.momentum)
        matrix = ops.reshape(nesterov, (-1, variable.shape[-1]))
        update = self.lr_adjust(self.zeropower_via_newtonschulz5(matrix, self.ns_steps))
        self.assign_sub(variable, lr * ops.reshape(update, variable.shape))
