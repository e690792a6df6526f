"""Pieces of networks that several plugins are built of."""

from __future__ import annotations

from typing import Any

from keras import layers


def one_or_more(tensors: list[Any]) -> Any:
    """Return a list's only item, or the list: Keras warns of a list where one input is expected."""
    return tensors[0] if len(tensors) == 1 else tensors


def residual_blocks(x: Any, count: int, prefix: str = "") -> Any:
    """Return `x` after `count` blocks of two convolutions, each block added to what came into it.

    Blocks start as the identity (Fixup, https://arxiv.org/abs/1901.09321): without normalisation, it keeps them stable.
    Their layers' names begin with `prefix`.
    """
    width = x.shape[-1]
    for i in range(count):
        y = layers.Conv2D(width, 3, padding="same", activation="relu", name=f"{prefix}block{i}_in")(x)
        y = layers.Conv2D(width, 3, padding="same", kernel_initializer="zeros", name=f"{prefix}block{i}_out")(y)
        x = layers.Add(name=f"{prefix}block{i}")([x, y])
    return x
