"""Latent vectors of the test images."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.plugin import Plugin
from core.progress import finish
from plugins.vae_explorer.tabs import encodings


def test_latent_dimensions_are_sorted_by_kl_divergence(plugin: Plugin) -> None:
    kl = encodings.mean_kl_by_dimension(plugin, "mnist_vae_binary")
    assert kl[0] > 1
    assert np.all(np.diff(kl) < 0.3)


def test_test_images_are_encoded_once_for_an_engine(plugin: Plugin) -> None:
    @dataclass(eq=False)
    class CountingEngine:
        calls: list[str] = field(default_factory=list)

        def stream(self, call: Any) -> Any:
            self.calls.append(call.verb)
            return finish(plugin.engine.stream(call))
            yield

        def describe(self, record: Any, checkpoint: str | None = None) -> str:
            return ""

    engine = CountingEngine()
    first, second = (encodings.encode_test_images(Plugin(plugin.record, engine), "mnist_vae_2") for _ in range(2))
    assert engine.calls == ["encode"]
    assert first is second
