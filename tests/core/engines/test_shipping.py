"""Checkpoints on their way to another machine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import registry, weights
from core.engine import LocalEngine
from core.engines import shipping
from core.engines.shipping import File, Shipped, ShippingError
from core.errors import UserError
from core.hub.reference import Reference
from core.plugin import Plugin
from core.weights import HubSource, WeightsOptions


def test_a_shipped_checkpoint_gives_the_same_answers_under_the_same_label() -> None:
    record = registry.find("vae_explorer")
    packed = shipping.pack(record, WeightsOptions(allow_fallback=True))
    here, there = (Plugin(record, LocalEngine(options)) for options in (weights.BUNDLED, packed))
    np.testing.assert_array_equal(there.run("sample", 4, seed=1), here.run("sample", 4, seed=1))
    assert there.describe() == here.describe()
    assert not packed.allow_fallback


def test_what_comes_from_the_hub_goes_as_its_pin() -> None:
    record = registry.find("vae_explorer")
    reference = Reference("owner/name", "a" * 40)
    packed = shipping.pack(record, WeightsOptions({"vae_explorer/mnist_ae_2": reference}))
    assert packed.overrides["vae_explorer/mnist_ae_2"] == HubSource(record, "mnist_ae_2", reference)


def test_a_file_that_has_changed_on_its_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    file = File.read(tmp_path / "model.safetensors")
    shipped = Shipped("bundled weights", {"model.safetensors": file})
    assert (shipped.fetch().folder / "model.safetensors").read_bytes() == b"weights"
    with pytest.raises(ShippingError, match=r"model.safetensors of bundled weights has changed"):
        replace(shipped, files={"model.safetensors": replace(file, content=b"others")}).fetch()


def test_weights_that_are_not_here_are_not_looked_for_there(tmp_path: Path) -> None:
    record = replace(registry.find("vae_explorer"), folder=tmp_path)  # no bundled weights, as on the app's machine
    packed = shipping.pack(record, weights.BUNDLED)
    with pytest.raises(UserError):  # although the other machine has bundled ones
        Plugin(registry.find("vae_explorer"), LocalEngine(packed)).run("sample", 1)
