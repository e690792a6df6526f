"""Adversarial training of a generator and a discriminator in one `fit` (https://arxiv.org/abs/1406.2661)."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from core.networks.layers import unpack_singleton

from .augmentation import augment
from .losses import discriminator_loss, generator_loss, gradient_penalty, mode_seeking
from .objective import Loss, Objective

# Standard deviation of the noise by which the gradient norm is estimated. In bfloat16 a logit is rounded so coarsely
# that with 0.02 the estimate was 5.1 where the squared norm was 0.29, and the discriminator learned nothing; with 0.1
# it is what float32 gives, 1.5: the squared norm of the gradient over such distances.
PENALTY_NOISE = {"float32": 0.02, "bfloat16": 0.1}
PENALTY_STRIDE = 4  # every fourth image is penalized: the expected mean is the same, at a quarter of the cost
CLIP_NORM = 10.0
METRICS = ("discriminator_loss", "generator_loss", "accuracy_on_real", "accuracy_on_fake", "squared_gradient_norm")


def build_optimizer(generator_rate: Any, discriminator_rate: Any, beta_1: float = 0.0) -> keras.optimizers.Optimizer:
    """Return Adam with a learning rate, or a schedule of it, for each network.

    By default β1 is 0, so that a zero gradient leaves the weights of a network unchanged at a step where it is not
    updated. Adam's second moment decays meanwhile, so that its next step is up to ten times as large. The gradient norm
    is clipped at `CLIP_NORM`: at 64 × 64 pixels with few images, the discriminator's loss diverged without it.
    """
    rates = generator_rate, discriminator_rate
    adams = [keras.optimizers.Adam(rate, beta_1=beta_1, beta_2=0.99, global_clipnorm=CLIP_NORM) for rate in rates]
    return keras.optimizers.MultiOptimizer(keras.optimizers.OptimizerMap(adams[0], {"discriminator_.*": adams[1]}))


class GANTrainer(keras.Model):  # type: ignore[misc]
    """Trains a GAN, each network on its own loss, and keeps an exponential moving average (EMA) of the weights.

    It is fitted on batches of real images (n, …), or of (images, one-hot labels of each group) for a network with
    classes. Each real image is paired with a generated one of its class; a batch of (images, latents, labels …) also
    says from which latent vector. The EMA generates better images than the weights of any one step
    (https://arxiv.org/abs/1806.04498); it is updated here and not by Keras' `use_ema`, which has no warm-up.

    Args:
        network: what `build_gan` returns: from latent vectors to generated images and their logits.
        ema: a network of the same architecture, which gets the averaged weights.
        objective: losses, regularization and update intervals.
        seed: of latent vectors, augmentation and penalty noise.
    """

    def __init__(self, network: keras.Model, ema: keras.Model, objective: Objective, seed: int) -> None:
        super().__init__()
        self.network, self.ema, self.objective = network, ema, objective
        self.generator = keras.Model(network.inputs, network.outputs[0])
        self.discriminator = network.get_layer("discriminator")
        self.discriminator.trainable = objective.adversarial_weight > 0
        ema.trainable = False
        ema.set_weights(network.get_weights())
        self.noise = keras.random.SeedGenerator(seed)
        self.step = self.add_weight(name="step", initializer="zeros", trainable=False)
        self.trackers = [keras.metrics.Mean(name=name) for name in METRICS]
        self.built = True  # both networks are built; a resumed run loads their weights before the first batch

    def call(self, inputs: Any) -> Any:
        """Return as many generated images as there are real ones, of the same classes, and their latent vectors."""
        real, latents, label = self._split(inputs)
        if latents is None:
            latents = keras.random.normal((ops.shape(real)[0], self.generator.inputs[0].shape[-1]), seed=self.noise)
        return self.generator([latents, *label]), latents

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, *_: Any, **__: Any) -> Any:
        """Return the sum of both losses, each of which has a gradient for one network only."""
        real, _, label = self._split(x)
        generated, latents = y_pred
        g_loss, d_total, values = self._adversarial_losses(real, generated, label)
        if self.objective.mode_seeking_weight:
            classes = ops.concatenate(label, axis=-1) if label else None
            g_loss += self.objective.mode_seeking_weight * mode_seeking(generated, latents, classes)
        if self.objective.reconstruction_weight:
            g_loss += self.objective.reconstruction_weight * ops.mean(ops.abs(real - generated))
        self._update_metrics_and_ema(values[0], g_loss, *values[1:])
        above_threshold = ops.cast(values[0] > self.objective.skip_below, "float32")
        discriminator_active = self._is_update_step(self.objective.discriminator_every) * above_threshold
        generator_active = self._is_update_step(self.objective.generator_every)
        self.step.assign_add(1.0)
        return discriminator_active * d_total + generator_active * g_loss

    def _adversarial_losses(self, real: Any, generated: Any, label: list[Any]) -> tuple[Any, Any, list[Any]]:
        """Return the generator's loss, the discriminator's with its penalty, and the metrics but the generator's."""
        objective = self.objective
        if not objective.adversarial_weight:
            return 0.0, 0.0, [ops.zeros(())] * (len(METRICS) - 1)
        real, fake = self._augment(real), self._augment(generated)
        logits, squared_gradient_norm = self._discriminate(real, ops.stop_gradient(fake), label)
        d_loss = discriminator_loss(objective.loss, *logits, objective.label_smoothing)
        fake_logits = self._frozen_discriminator(fake, label)
        g_loss = generator_loss(objective.loss, ops.stop_gradient(logits[0]), fake_logits)
        d_total = d_loss + objective.gradient_penalty_weight / 2 * squared_gradient_norm
        values = [d_loss, *accuracies(objective.loss, *logits), squared_gradient_norm]
        return objective.adversarial_weight * g_loss, d_total, values

    def _discriminate(self, real: Any, fake: Any, label: list[Any]) -> tuple[tuple[Any, Any], Any]:
        """Return the logits of real and fake images, and the sum of the squared gradient norms at both, in one pass."""
        if not self.objective.gradient_penalty_weight:
            twice = [ops.concatenate([each, each]) for each in label]
            both = self.discriminator(unpack_singleton([ops.concatenate([real, fake]), *twice]))
            return tuple(ops.split(both, 2)), ops.zeros(())  # type: ignore[return-value]
        deviation = PENALTY_NOISE[self.discriminator.compute_dtype]
        subsets = [each[::PENALTY_STRIDE] for each in (real, fake)]
        noise = [keras.random.normal(ops.shape(each), stddev=deviation, seed=self.noise) for each in subsets]
        perturbed = [each + ops.cast(shift, each.dtype) for each, shift in zip(subsets, noise, strict=True)]
        repeated = [ops.concatenate([each, each, *[each[::PENALTY_STRIDE]] * 2]) for each in label]
        logits = self.discriminator(unpack_singleton([ops.concatenate([real, fake, *perturbed]), *repeated]))
        count, few = ops.shape(real)[0], ops.shape(subsets[0])[0]
        original = logits[:count], logits[count : 2 * count]
        shifted = logits[2 * count : 2 * count + few], logits[2 * count + few :]
        r1, r2 = (
            gradient_penalty(before[::PENALTY_STRIDE], after, deviation)
            for before, after in zip(original, shifted, strict=True)
        )
        return original, r1 + r2

    def _frozen_discriminator(self, fake: Any, label: list[Any]) -> Any:
        """Return the logits of fake images such that only the generator gets a gradient."""
        weights = [ops.stop_gradient(each.value) for each in self.discriminator.trainable_variables]
        others = [each.value for each in self.discriminator.non_trainable_variables]
        return self.discriminator.stateless_call(weights, others, unpack_singleton([fake, *label]))[0]

    def _split(self, inputs: Any) -> tuple[Any, Any, list[Any]]:
        """Return a batch's images, their latent vectors (None if there are none), and a list of their labels."""
        real, *others = inputs if isinstance(inputs, (list, tuple)) else [inputs]
        has_latents = len(others) == len(self.generator.inputs)
        return real, others[0] if has_latents else None, others[1:] if has_latents else others

    def _augment(self, images: Any) -> Any:
        if not self.objective.augmentation:
            return images
        return augment(images, min(3, images.shape[-1]), self.noise)

    def _is_update_step(self, every: int) -> Any:
        """Return 1.0 if the step is a multiple of `every`, else 0.0."""
        return ops.cast(ops.equal(ops.mod(self.step, every), 0), "float32")

    def _update_metrics_and_ema(self, *values: Any) -> None:
        for tracker, value in zip(self.trackers, values, strict=True):
            tracker.update_state(value)
        decay = ops.minimum(1 - 1 / self.objective.ema_steps, self.step / (self.step + 10))  # lower at the beginning
        for average, latest in zip(self.ema.variables, self.network.variables, strict=True):
            average.assign(decay * average + (1 - decay) * latest)


def accuracies(loss: Loss, real: Any, fake: Any) -> tuple[Any, Any]:
    """Return the discriminator's accuracy on real and on fake images, from their logits (n, 1).

    The decision threshold is 0. The relativistic loss defines none: there it is midway between the two mean logits.
    """
    threshold = (ops.mean(real) + ops.mean(fake)) / 2 if loss == "relativistic" else 0.0
    return ops.mean(ops.cast(real > threshold, "float32")), ops.mean(ops.cast(fake < threshold, "float32"))
