"""What the two networks play for: three losses, and the penalty that keeps the discriminator from running away."""

from __future__ import annotations

from typing import Any

from keras import ops

from .objective import Loss


def discriminator_loss(kind: Loss, real: Any, fake: Any, smoothing: float = 0.0) -> Any:
    """Return what the discriminator wants less of, given its opinions (n, 1) of real and drawn pictures.

    bce: binary cross-entropy (Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661), where real ones are to get
    1 - `smoothing`; hinge: https://arxiv.org/abs/1705.02894; relativistic: each real one is to look more real than
    the drawn one beside it, by itself without a measure (https://arxiv.org/abs/2501.05441).
    """
    each = {
        "bce": lambda: ops.softplus(real) - (1 - smoothing) * real + ops.softplus(fake),
        "hinge": lambda: ops.relu(1 - real) + ops.relu(1 + fake),
        "relativistic": lambda: ops.softplus(fake - real),
    }[kind]()
    return ops.mean(each)


def generator_loss(kind: Loss, real: Any, fake: Any) -> Any:
    """Return what the generator wants less of: that its pictures are told apart."""
    each = {
        "bce": lambda: ops.softplus(-fake),  # "non-saturating": the gradient is largest where it loses
        "hinge": lambda: -fake,
        "relativistic": lambda: ops.softplus(real - fake),
    }[kind]()
    return ops.mean(each)


def mode_seeking(fake: Any, codes: Any, label: Any = None) -> Any:
    """Return what a generator has too much of where it draws the same of different `codes` (n, d), of one class each.

    The distance of two codes, divided by that of the pictures drawn of them, `fake` (n, …), over all pairs whose
    `label` (n, classes) is the same, if there is one (Mao et al. 2019, https://arxiv.org/abs/1903.05628).
    """
    flat = ops.reshape(fake, (ops.shape(fake)[0], -1))
    alike = ops.ones((1, 1)) if label is None else label @ ops.transpose(label)
    apart = _distances(codes)
    pairs = alike * ops.cast(apart > 1e-3, "float32")  # not of a code with itself
    ratio = ops.sum(pairs * _distances(flat) / (apart + 1e-3)) / (ops.sum(pairs) + 1e-3)
    return 1 / (ratio + 1e-3)


def _distances(vectors: Any) -> Any:
    """Return the root of the mean square between each two of `vectors` (n, d), (n, n)."""
    squares = ops.sum(ops.square(vectors), axis=1)
    apart = squares[:, None] + squares[None] - 2 * vectors @ ops.transpose(vectors)
    return ops.sqrt(ops.maximum(apart / ops.cast(ops.shape(vectors)[1], "float32"), 1e-8))


def gradient_penalty(opinion: Any, opinion_beside: Any, distance: float) -> Any:
    """Return the mean squared slope of the discriminator, by finite difference (https://arxiv.org/abs/2501.08316).

    `opinion_beside` is of the same pictures with normal noise of the standard deviation `distance`: the squared
    difference's mean is that of the gradient's length (https://arxiv.org/abs/1801.04406), and no backend is asked
    for a gradient of a gradient.
    """
    return ops.mean(ops.square((opinion_beside - opinion) / distance))
