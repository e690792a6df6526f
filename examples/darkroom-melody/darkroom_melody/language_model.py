"""A language model of melodies: what MusicVAE measures with how plausible an interpolation is.

The probability of a token given those before it and its place in the bar: n-grams of up to five tokens, each order
mixed with the one below it (Witten and Bell 1991).
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from .melody import FIRST_NOTE, STEPS_PER_BAR, TOKENS, Tokens

ORDER = 5  # tokens, the predicted one included
Context = tuple[int, ...]


class LanguageModel:
    """Counts n-grams of melodies (n, steps), which are moved to a common lowest note: keys do not matter."""

    def __init__(self, melodies: Tokens) -> None:
        self.seen: Counter[tuple[Context, int]] = Counter()  # a token after a context
        self.total: Counter[Context] = Counter()
        self.kinds: Counter[Context] = Counter()  # different tokens after a context
        for melody in _to_common_key(melodies):
            for step, token in enumerate(melody):
                for context in _contexts(melody, step):
                    self.kinds[context] += not self.seen[context, token]
                    self.seen[context, token] += 1
                    self.total[context] += 1

    def cost(self, melodies: Tokens) -> float:
        """Return the mean negative log-likelihood of melodies (n, steps), in nats per step."""
        costs = [
            -np.log(self._probability(melody, step))
            for melody in _to_common_key(melodies)
            for step in range(len(melody))
        ]
        return float(np.mean(costs))

    def _probability(self, melody: list[int], step: int) -> float:
        probability = 1 / TOKENS
        for context in _contexts(melody, step):
            total, kinds = self.total[context], self.kinds[context]
            if total:
                probability = (self.seen[context, melody[step]] + kinds * probability) / (total + kinds)
        return probability


def _contexts(melody: list[int], step: int) -> list[Context]:
    """Return the place in the bar followed by none, one, … of the tokens before `step`."""
    place = step % STEPS_PER_BAR
    return [(place, *melody[step - count : step]) for count in range(min(ORDER, step + 1))]


def _to_common_key(melodies: Tokens) -> list[list[int]]:
    is_note = melodies >= FIRST_NOTE
    lowest = np.where(is_note, melodies, TOKENS).min(axis=1, keepdims=True)
    moved: list[list[int]] = np.where(is_note, melodies - lowest + FIRST_NOTE, melodies).tolist()
    return moved
