"""The ESRGAN networks of UpscalerJS (npm @upscalerjs/esrgan-slim and -thick), out of TensorFlow.js files, in Keras."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers


def build_esrgan(folder: Path) -> keras.Model:
    """Return the network in `folder`, which holds model.json and its *.bin: (n, h, w, 3) in 0 to 1 to the larger."""
    described = json.loads((folder / "model.json").read_text())
    config = described["modelTopology"]["model_config"]["config"]
    outputs: dict[str, Any] = {}
    for layer in config["layers"]:
        inbound = [outputs[name] for name, *_ in (layer["inbound_nodes"] or [[]])[0]]
        outputs[layer["config"]["name"]] = _apply(layer["class_name"], layer["config"], inbound)
    (first, *_), *_ = config["input_layers"]
    (last, *_), *_ = config["output_layers"]
    network = keras.Model(outputs[first], outputs[last])
    _fill(network, described["weightsManifest"], folder)
    return network


def _apply(kind: str, config: dict[str, Any], inbound: list[Any]) -> Any:
    """Return the output of one layer."""
    known: dict[str, Callable[[], Any]] = {
        "InputLayer": lambda: keras.Input((None, None, 3)),
        "Conv2D": lambda: layers.Conv2D(
            config["filters"], config["kernel_size"], padding=config["padding"], name=config["name"]
        )(*inbound),
        "Activation": lambda: layers.Activation(config["activation"])(*inbound),
        "Concatenate": lambda: layers.Concatenate()(inbound),
        "Add": lambda: layers.Add()(inbound),
        "MultiplyBeta": lambda: inbound[0] * config["beta"],
        "UpSampling2D": lambda: layers.UpSampling2D(config["size"], interpolation=config["interpolation"])(*inbound),
        "PixelShuffle4x": lambda: keras.ops.depth_to_space(inbound[0], config["scale"]),
        "PixelShuffle2x": lambda: keras.ops.depth_to_space(inbound[0], config["scale"]),
    }
    return known[kind]()


def _fill(network: keras.Model, manifest: list[dict[str, Any]], folder: Path) -> None:
    """Fill the convolutions from the shards, which hold one array behind another."""
    for group in manifest:
        numbers = np.frombuffer(b"".join((folder / path).read_bytes() for path in group["paths"]), np.float32)
        for entry in group["weights"]:
            layer, variable = entry["name"].split("/")
            size = prod(entry["shape"])
            getattr(network.get_layer(layer), variable).assign(numbers[:size].reshape(entry["shape"]))
            numbers = numbers[size:]
