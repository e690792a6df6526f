"""Two networks against each other in one `fit`: each moves by its own loss only (https://arxiv.org/abs/1406.2661)."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from .augmentation import augment
from .losses import discriminator_loss, generator_loss, gradient_penalty, mode_seeking
from .objective import Loss, Rules

DRAWS = 2**18  # of random numbers: more than an epoch of 15,000 steps has
NEAR = 0.02  # standard deviation of the noise that slopes are measured by
PENALISED = 4  # one picture of so many: the mean is the same, and it costs less
MOST_SLOPE = 10.0  # norm of the slopes of a whole network
METRICS = ("discriminator_loss", "generator_loss", "accuracy_on_real", "accuracy_on_fake", "slope")


def choose_optimizer(generator_rate: Any, discriminator_rate: Any) -> keras.optimizers.Optimizer:
    """Return Adam with a rate for each network, and no momentum.

    Without it, a network whose gradient is zero does not move: who sits a step out stands still. What Adam remembers
    of the slopes fades meanwhile, so that the next step is longer, by ten times at the most. Slopes above `MOST_SLOPE`
    are cut to it: pictures of 64 × 64, of which there are few, made one in which the discriminator lost its mind.
    """
    rates = generator_rate, discriminator_rate
    adams = [keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99, global_clipnorm=MOST_SLOPE) for rate in rates]
    return keras.optimizers.MultiOptimizer(keras.optimizers.OptimizerMap(adams[0], {"discriminator_.*": adams[1]}))


class Adversarial(keras.Model):  # type: ignore[misc]
    """The game of a `network`, as `build_gan` returns it: from a code to what is drawn and an opinion of it.

    It is trained on batches of pictures (n, …), or of (pictures, classes) where both networks are told the class.
    What is drawn is paired with what is real, class by class. The `average` of the weights over the last steps, a
    network of the same form, draws better than that at any one of them (https://arxiv.org/abs/1806.04498).
    """

    def __init__(self, network: keras.Model, average: keras.Model, rules: Rules, seed: int) -> None:
        super().__init__()
        self.network, self.average, self.rules = network, average, rules
        self.generator = keras.Model(network.inputs, network.outputs[0])
        self.discriminator = network.get_layer("discriminator")
        average.trainable = False
        average.set_weights(network.get_weights())
        self.noise = keras.random.SeedGenerator(seed)
        self.moves = self.add_weight(name="moves", initializer="zeros", trainable=False)
        self.trackers = [keras.metrics.Mean(name=name) for name in METRICS]
        self.built = True  # its networks are: a resumed run fills them before it trains

    def call(self, inputs: Any) -> Any:
        """Return what the generator draws, as much as it is given, of the same classes, and of which codes."""
        real, label = _split(inputs)
        code = keras.random.normal((ops.shape(real)[0], self.generator.inputs[0].shape[-1]), seed=self.noise)
        return self.generator([code, *label] if label else [code]), code

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, *_: Any, **__: Any) -> Any:
        """Return the sum of both losses, each of which has a gradient for one network only."""
        real, label = _split(x)
        drawn, code = y_pred
        real, fake = self._augment(real), self._augment(drawn)
        opinions, slope = self._judge(real, ops.stop_gradient(fake), label)
        lost = discriminator_loss(self.rules.loss, *opinions, self.rules.smoothing)
        won_over = self._judge_unmoved(fake, label)
        kept = generator_loss(self.rules.loss, ops.stop_gradient(opinions[0]), won_over)
        if self.rules.seeking:
            kept += self.rules.seeking * mode_seeking(drawn, code, *label)
        self._follow(lost, kept, *accuracies(self.rules.loss, *opinions), slope)
        plays = self._plays(self.rules.discriminator_every) * ops.cast(lost > self.rules.skip_below, "float32")
        turns = self._plays(self.rules.generator_every)
        self.moves.assign_add(1.0)
        return plays * (lost + self.rules.penalty / 2 * slope) + turns * kept

    def _judge(self, real: Any, fake: Any, label: list[Any]) -> tuple[tuple[Any, Any], Any]:
        """Return the opinions of both, and the mean squared slopes there, summed: all in one pass."""
        if not self.rules.penalty:
            both = self.discriminator(_with_label(ops.concatenate([real, fake]), [*label, *label]))
            return tuple(ops.split(both, 2)), ops.zeros(())  # type: ignore[return-value]
        some = [each[::PENALISED] for each in (real, fake)]
        noise = [keras.random.normal(ops.shape(each), stddev=NEAR, seed=self.noise) for each in some]
        beside = [each + ops.cast(shift, each.dtype) for each, shift in zip(some, noise, strict=True)]
        thinned = [each[::PENALISED] for each in label]
        every = self.discriminator(
            _with_label(ops.concatenate([real, fake, *beside]), [*label, *label, *thinned, *thinned])
        )
        count, few = ops.shape(real)[0], ops.shape(some[0])[0]
        opinions = every[:count], every[count : 2 * count]
        shaken = every[2 * count : 2 * count + few], every[2 * count + few :]
        slopes = [gradient_penalty(one[::PENALISED], other, NEAR) for one, other in zip(opinions, shaken, strict=True)]
        return opinions, slopes[0] + slopes[1]

    def _judge_unmoved(self, fake: Any, label: list[Any]) -> Any:
        """Return the opinions of what was drawn such that only the generator has a gradient."""
        weights = [ops.stop_gradient(each.value) for each in self.discriminator.trainable_variables]
        others = [each.value for each in self.discriminator.non_trainable_variables]
        return self.discriminator.stateless_call(weights, others, _with_label(fake, label))[0]

    def _augment(self, pictures: Any) -> Any:
        if not self.rules.augmented:
            return pictures
        return augment(pictures, min(3, pictures.shape[-1]), self.noise)

    def _plays(self, every: int) -> Any:
        return ops.cast(ops.equal(ops.mod(self.moves, every), 0), "float32")

    def _follow(self, *measured: Any) -> None:
        """Keep account, and let the average follow the generator."""
        for tracker, value in zip(self.trackers, measured, strict=True):
            tracker.update_state(value)
        kept = ops.minimum(1 - 1 / self.rules.averaged_over, self.moves / (self.moves + 10))
        for average, latest in zip(self.average.variables, self.network.variables, strict=True):
            average.assign(kept * average + (1 - kept) * latest)


class Reseed(keras.callbacks.Callback):  # type: ignore[misc]
    """Gives each epoch noise of its own, so that a resumed run draws what it would have drawn."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.seed = seed

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Set where the noise is drawn from."""
        self.model.noise.state.assign(np.array([self.seed, epoch * DRAWS], np.uint32))


def accuracies(loss: Loss, real: Any, fake: Any) -> tuple[Any, Any]:
    """Return the shares of real pictures taken for real, and of drawn ones taken for drawn.

    The border is 0; the relativistic loss knows none, so there it is the mean of all opinions.
    """
    border = (ops.mean(real) + ops.mean(fake)) / 2 if loss == "relativistic" else 0.0
    return ops.mean(ops.cast(real > border, "float32")), ops.mean(ops.cast(fake < border, "float32"))


def _split(inputs: Any) -> tuple[Any, list[Any]]:
    """Return pictures, and their classes, if there are any, in a list."""
    return (inputs[0], list(inputs[1:])) if isinstance(inputs, (list, tuple)) else (inputs, [])


def _with_label(pictures: Any, labels: list[Any]) -> Any:
    return [pictures, ops.concatenate(labels)] if labels else pictures
