"""The layers of VGG-19 up to block4_conv1: which tell content, which style, and what the instant painter is told."""

from __future__ import annotations

CHANNELS = {
    "block1_conv1": 64,
    "block1_conv2": 64,
    "block2_conv1": 128,
    "block2_conv2": 128,
    "block3_conv1": 256,
    "block3_conv2": 256,
    "block3_conv3": 256,
    "block3_conv4": 256,
    "block4_conv1": 512,
}
LAYERS = tuple(CHANNELS)
CONTENT_LAYER = LAYERS[-1]
STYLE_LAYERS = tuple(name for name in LAYERS if name.endswith("_conv1"))
BRUSH_LAYERS = STYLE_LAYERS[1:]  # those that the instant painter sees
STATISTICS = 2 * sum(CHANNELS[name] for name in BRUSH_LAYERS)
