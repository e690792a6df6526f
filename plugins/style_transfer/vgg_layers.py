"""Names and channel counts of VGG-19's layers up to block4_conv1, and which layers the losses and AdaIN use."""

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
ADAIN_LAYERS = STYLE_LAYERS[1:]  # inputs of the decoder, their statistics replaced by the style's
ADAIN_WIDTHS = [CHANNELS[name] for name in ADAIN_LAYERS]
STATISTICS_SIZE = 2 * sum(ADAIN_WIDTHS)  # a mean and a log deviation per channel: 1792


def block_of(name: str) -> int:
    """Return the VGG block of a layer, 1 to 4: its features have 1 / 2 ** (block - 1) of the image's resolution."""
    return int(name[len("block")])
