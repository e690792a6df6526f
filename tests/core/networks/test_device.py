"""The device, backend and precision."""

from __future__ import annotations

import keras
import pytest

from core.networks import device


def test_the_description_names_device_and_backend() -> None:
    assert device.describe() == f"{device.name()} · {device.BACKEND_NAMES[keras.backend.backend()]}"
    assert device.name()


def test_precision_applies_to_networks_built_in_the_block() -> None:
    with device.precision("mixed_bfloat16"):
        layer = keras.layers.Dense(1)
    assert (layer.compute_dtype, layer.variable_dtype) == ("bfloat16", "float32")
    assert keras.layers.Dense(1).compute_dtype == "float32"


def test_precision_is_restored_after_an_exception() -> None:
    with pytest.raises(KeyError), device.precision("mixed_bfloat16"):
        raise KeyError
    assert keras.config.dtype_policy().name == "float32"


@pytest.mark.parametrize(
    ("flags", "gpu", "chosen"),
    [("sse amx_bf16", False, "mixed_bfloat16"), ("sse amx_bf16", True, "float32"), ("sse", False, "float32")],
)
def test_bfloat16_is_chosen_on_processors_with_amx(
    monkeypatch: pytest.MonkeyPatch, flags: str, gpu: bool, chosen: str
) -> None:
    monkeypatch.setattr(keras.backend, "backend", lambda: "tensorflow")
    monkeypatch.setattr(device, "_cpu", lambda field: flags)
    monkeypatch.setattr(device, "has_gpu", lambda: gpu)
    assert device.choose("mixed_bfloat16") == chosen
    assert device.choose("float32") == "float32"


def test_bfloat16_is_chosen_with_tensorflow_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    monkeypatch.setattr(device, "_cpu", lambda field: "amx_bf16")
    assert device.choose("mixed_bfloat16") == "float32"
