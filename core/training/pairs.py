"""Trains and scores a network of one input and one output on pairs that a function makes, such as (blurred, sharp)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from core.training import evaluation, fit, optimizers
from core.training.batches import Batches
from core.training.evaluation import Evaluation, Scores
from core.training.fit import Architecture
from core.training.runs import Run
from core.training.settings import Settings

Values = NDArray[Any]  # of floats, or of the numbers of letters or classes
VALIDATED, SCORED = 64, 20  # held-out pairs: after each epoch, and at the end of a training
HELD_OUT_SEED = 2**31  # of the pairs that are scored; those of a training have seeds of several numbers (`Batches`)


@dataclass(frozen=True)
class Pairs:
    """Pairs of an input and the target that a network is to make of it, and how its results are scored.

    Attributes:
        make: returns so many pairs, (inputs, targets), two arrays (n, ...), made with the given random generator.
        subject: what they are, in a few words, for the provenance of a checkpoint.
        metrics: a score of a result and its target, by name.
        loss: the one of Keras that is minimized.
        unit: what the pairs are of, in the plural: "images", "sounds", …
        scores_inputs: whether each metric is computed of the inputs too, as NAME_input, to compare the results with;
            False where the target is something else, such as a class.
    """

    make: Callable[[int, np.random.Generator], tuple[Values, Values]]
    subject: str
    metrics: Mapping[str, Callable[[Any, Any], float]]
    loss: str = "mse"
    unit: str = "images"
    scores_inputs: bool = True

    def train(self, build: Callable[..., keras.Model], config: Settings, run: Run, **arguments: Any) -> Scores:
        """Train the network that `build` returns, save it as the checkpoint of `run`, and return its scores.

        Args:
            build: a builder of the plugin's model.py.
            config: the settings of the training.
            run: where it is written.
            **arguments: those of the builder, which the checkpoint remembers.

        Raises:
            RunError: if the loss is not finite or has diverged.
        """
        keras.utils.set_random_seed(config.seed)
        architecture = Architecture(build, arguments)
        network = architecture.build(config.precision)
        network.compile(optimizers.adam(config), loss=self.loss)
        batches = Batches(lambda random: self.make(config.batch, random), config.steps, config.seed)
        fit.fit(network, batches, self._hold_out(VALIDATED), config, run)

        trained = architecture.rebuild(network)
        scores = self.score(lambda value: trained.predict_on_batch(value[None])[0], SCORED).scores
        data = {"subject": self.subject}
        return fit.save_result(trained, architecture, scores, fit.provenance(config, data, run), run, "float16")

    def score(self, apply: Callable[[Any], Any], count: int) -> Evaluation:
        """Return the mean scores of what `apply` makes of `count` held-out inputs; see `scores_inputs`."""

        def score(value: Any, target: Any) -> dict[str, float]:
            result = apply(value)
            scores = {name: metric(result, target) for name, metric in self.metrics.items()}
            of_input = self.metrics.items() if self.scores_inputs else ()
            return scores | {f"{name}_input": metric(value, target) for name, metric in of_input}

        rows = [score(value, target) for value, target in zip(*self._hold_out(count), strict=True)]
        return Evaluation(evaluation.mean(rows), count=count, unit=self.unit)

    def _hold_out(self, count: int) -> tuple[Values, Values]:
        return self.make(count, np.random.default_rng(HELD_OUT_SEED))
