"""The losses of both networks, the gradient penalty and the mode-seeking loss."""

from __future__ import annotations

from typing import Any

from keras import ops

from .objective import Loss

EPSILON = 1e-3


def discriminator_loss(kind: Loss, real: Any, fake: Any, label_smoothing: float = 0.0) -> Any:
    """Return the discriminator's loss, a scalar.

    Args:
        kind: "bce", binary cross-entropy (Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661); "hinge"
            (https://arxiv.org/abs/1705.02894); or "relativistic", in which each real image is compared with the
            generated one that it is paired with (R3GAN, https://arxiv.org/abs/2501.05441).
        real: logits of real images, (n, 1).
        fake: logits of generated images, (n, 1).
        label_smoothing: with "bce", the target of real images is 1 minus this.
    """
    losses = {
        "bce": lambda: ops.softplus(real) - (1 - label_smoothing) * real + ops.softplus(fake),
        "hinge": lambda: ops.relu(1 - real) + ops.relu(1 + fake),
        "relativistic": lambda: ops.softplus(fake - real),
    }[kind]()
    return ops.mean(losses)


def generator_loss(kind: Loss, real: Any, fake: Any) -> Any:
    """Return the generator's loss, a scalar, from the logits (n, 1) of real and generated images."""
    losses = {
        "bce": lambda: ops.softplus(-fake),  # non-saturating: the gradient is largest where the logit is lowest
        "hinge": lambda: -fake,
        "relativistic": lambda: ops.softplus(real - fake),
    }[kind]()
    return ops.mean(losses)


def mode_seeking(fake: Any, latents: Any, label: Any = None) -> Any:
    """Return the mode-seeking loss: high where different latent vectors give the same image.

    It is the inverse of the mean ratio of two images' distance to their latent vectors' distance (Mao et al. 2019,
    https://arxiv.org/abs/1903.05628), over all pairs of one class.

    Args:
        fake: the generated images, (n, …).
        latents: the latent vectors that they were generated from, (n, d).
        label: their classes as one-hot vectors (n, classes), or None for a network without classes.
    """
    flat = ops.reshape(fake, (ops.shape(fake)[0], -1))
    same_class = ops.ones((1, 1)) if label is None else label @ ops.transpose(label)
    latent_distances = _pairwise_distances(latents)
    pairs = same_class * ops.cast(latent_distances > 1e-3, "float32")  # no latent vector with itself
    ratios = pairs * _pairwise_distances(flat) / (latent_distances + EPSILON)
    return 1 / (ops.sum(ratios) / (ops.sum(pairs) + EPSILON) + EPSILON)


def _pairwise_distances(vectors: Any) -> Any:
    """Return the root mean square difference of each two of `vectors` (n, d), as (n, n)."""
    squares = ops.sum(ops.square(vectors), axis=1)
    distances = squares[:, None] + squares[None] - 2 * vectors @ ops.transpose(vectors)
    return ops.sqrt(ops.maximum(distances / ops.cast(ops.shape(vectors)[1], "float32"), 1e-8))


def gradient_penalty(logits: Any, perturbed_logits: Any, noise: float) -> Any:
    """Return the mean squared norm of the discriminator's gradient (R1, https://arxiv.org/abs/1801.04406), a scalar.

    It is estimated by finite differences (https://arxiv.org/abs/2501.08316): for normally distributed noise, the mean
    of the squared difference is that of the squared gradient norm. No backend has to compute a gradient of a gradient.

    Args:
        logits: of some images, (n, 1).
        perturbed_logits: of the same images with normally distributed noise added, (n, 1).
        noise: the standard deviation of that noise.
    """
    return ops.mean(ops.square((perturbed_logits - logits) / noise))
