"""What the tests of the VAE explorer share."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from core import registry
from core.engine import LocalEngine
from core.plugin import Plugin
from plugins.vae_explorer import example_images
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def plugin() -> Plugin:
    return Plugin(registry.find("vae_explorer"), LocalEngine(precision="float32"))


@pytest.fixture(scope="session")
def digits() -> example_images.Examples:
    known = example_images.read("mnist")
    return example_images.Examples(known.pictures[:500], known.labels[:500])


class KnownDivergence(NamedTuple):
    """Normal distributions (3, 4), and a Monte Carlo estimate of their KL divergence from the standard one, (3,)."""

    mean: Any
    log_variance: Any
    estimate: Any


@pytest.fixture(scope="session")
def known_divergence() -> KnownDivergence:
    random = np.random.default_rng(0)
    mean, log_variance = (random.normal(at, 1, (3, 4)).astype(np.float32) for at in (0, -1))
    sampled = mean + np.exp(log_variance / 2) * random.standard_normal((200_000, 3, 4))
    log_ratio = (sampled**2 - (sampled - mean) ** 2 / np.exp(log_variance) - log_variance) / 2
    return KnownDivergence(mean, log_variance, log_ratio.sum(axis=-1).mean(axis=0))


@pytest.fixture(scope="session")
def digit_file() -> Path:
    """A picture of digits, of another plugin."""
    return ROOT / "plugins" / "super_resolver" / "examples" / "digits.png"
