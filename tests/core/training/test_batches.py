"""Reproducible batches."""

from __future__ import annotations

from core.training.batches import Batches


def test_batches_are_the_same_from_any_epoch() -> None:
    def epoch_values(epoch: int) -> list[float]:
        batches = Batches(lambda random: random.random(), steps=3, seed=1)
        batches.epoch = epoch
        return [batches[i] for i in range(len(batches))]

    assert epoch_values(0) == epoch_values(0)
    assert len({*epoch_values(0), *epoch_values(1)}) == 6


def test_each_epoch_and_seed_has_its_own_batches() -> None:
    batches = Batches(lambda random: random.random(), steps=1, seed=1)
    first = batches[0]
    batches.on_epoch_end()
    assert batches.epoch == 1
    assert len({first, batches[0], Batches(lambda random: random.random(), steps=1, seed=2)[0]}) == 3
