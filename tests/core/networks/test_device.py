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
    ("flags", "chosen"),
    [("sse amx_bf16", "mixed_bfloat16"), ("avx512_bf16 sse", "mixed_bfloat16"), ("sse avx512f", "float32")],
)
def test_bfloat16_is_chosen_on_processors_with_instructions_for_it(
    monkeypatch: pytest.MonkeyPatch, flags: str, chosen: str
) -> None:
    monkeypatch.setattr(keras.backend, "backend", lambda: "tensorflow")
    monkeypatch.setattr(device, "_cpu", lambda field: flags)
    monkeypatch.setattr(device, "has_gpu", lambda: False)
    assert device.choose("mixed_bfloat16") == chosen
    assert device.choose("float32") == "float32"
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    assert device.choose("mixed_bfloat16") == "float32"


@pytest.mark.parametrize(
    ("capability", "chosen"), [("9.0", "mixed_bfloat16"), ("8.0", "mixed_bfloat16"), ("7.5", "float32")]
)
def test_bfloat16_is_chosen_on_gpus_with_tensor_cores_for_it(
    monkeypatch: pytest.MonkeyPatch, capability: str, chosen: str
) -> None:
    monkeypatch.setattr(device, "has_gpu", lambda: True)
    monkeypatch.setattr(device, "_cpu", lambda field: "amx_bf16")
    monkeypatch.setattr(device, "_nvidia", lambda field: capability)
    assert device.choose("mixed_bfloat16") == chosen
