"""The training of the lesson's DCGAN, beside which the GAN generator is measured."""

from __future__ import annotations

import keras
import numpy as np

from benchmarks.gan import GeneratorTrainer


def test_a_step_of_the_generator_trains_it_and_leaves_the_discriminator_alone() -> None:
    generator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    layers = keras.layers.Dense(4), keras.layers.BatchNormalization(), keras.layers.Dense(1, "sigmoid")
    discriminator = keras.Sequential([keras.Input((3,)), *layers])
    trainer = GeneratorTrainer(generator, discriminator)
    trainer.compile(keras.optimizers.Adam(0.1))
    before, frozen = generator.get_weights(), discriminator.get_weights()
    for _ in range(2):
        trainer.train_on_batch(np.ones((4, 2), np.float32) * np.arange(4)[:, None], np.zeros((4, 1)))
    assert all((old != new).any() for old, new in zip(before, generator.get_weights(), strict=True))
    assert all((old == new).all() for old, new in zip(frozen, discriminator.get_weights(), strict=True))
