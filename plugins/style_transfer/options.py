"""Options of the verbs: each field is a flag of the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from core.errors import UserError, check_range

from .loss_weights import LossWeights
from .vgg_layers import LAYERS

Colors = Literal["painting", "luminance", "matched"]
Optimizer = Literal["adam", "lbfgs"]
Start = Literal["photo", "noise"]
Features = Literal["bundled", "keras"]
Target = Literal["content", "style"]

MIN_STROKE_SIZE, MAX_STROKE_SIZE = 0.25, 4.0
MIN_SIZE, MAX_SIZE = 64, 1024  # pixels of the longer side
MAX_STEPS = 5000
MAX_WEIGHT = 1_000_000  # of a loss: far above it, the total overflows float32 and the image turns black
MAX_SEED = 2**63 - 1


@dataclass(frozen=True)
class StylizeOptions:
    """How `stylize` applies the styles."""

    strength: float = 1.0
    """0 returns the photo unchanged, 1 applies the style fully."""
    mixing_weights: tuple[float, ...] = ()
    """One weight per style image, in order, of any positive sum; left out, all weigh the same."""
    colors: Colors = "painting"
    """Colors of the result: the painting's; or the photo's, by stylizing the luminance only ("luminance") or by
    matching the painting's colors to the photo's first ("matched"; https://arxiv.org/abs/1606.05897)."""
    stroke_size: float = 1.0
    """Size of the strokes relative to the photo, 0.25 to 4: the photo is stylized at 1024 pixels of its longer side
    divided by it, and enlarged again, because the network's strokes are always as many pixels long."""

    def __post_init__(self) -> None:
        check_range("The strength", self.strength, 0, 1)
        check_range("The stroke size", self.stroke_size, MIN_STROKE_SIZE, MAX_STROKE_SIZE)
        _check_choice("choice of colors", self.colors, Colors)


@dataclass(frozen=True)
class OptimizeOptions:
    """How `optimize` minimizes the loss."""

    start: Start = "photo"
    """What a new image is initialized with: "photo" or "noise"."""
    optimizer: Optimizer = "lbfgs"
    """"lbfgs", which lowers the loss more per step, or "adam"."""
    size: int = 384
    """Longer side of the result in pixels, 64 to 1024; at most the photo's, and no side below 32."""
    steps: int = 150
    """Evaluations of the loss and its gradient."""
    content_weight: float = LossWeights.content
    """Weight of the content loss: similarity to the photo's features."""
    style_weight: float = LossWeights.style
    """Weight of the style loss: similarity to the painting's Gram matrices."""
    variation_weight: float = LossWeights.variation
    """Weight of the total variation loss, which smooths the image."""
    seed: int = 0
    """Seed of the noise."""
    features: Features = "bundled"
    """Which VGG-19 computes the features: the bundled one, or that of keras.applications, which is downloaded."""

    def __post_init__(self) -> None:
        _check_optimization(self.size, self.steps, self.seed)
        for name in ("content", "style", "variation"):
            check_range(f"The {name} weight", getattr(self, f"{name}_weight"), 0, MAX_WEIGHT)
        _check_choice("optimizer", self.optimizer, Optimizer)
        _check_choice("start", self.start, Start)
        _check_choice("VGG", self.features, Features)

    @property
    def loss_weights(self) -> LossWeights:
        """The weights of the three loss terms, over the default layers."""
        return LossWeights(content=self.content_weight, style=self.style_weight, variation=self.variation_weight)


@dataclass(frozen=True)
class ReconstructOptions:
    """What `reconstruct_from_layer` reconstructs, and how."""

    layer: str = LAYERS[-1]
    """Layer of VGG-19, block1_conv1 (the first) to block4_conv1 (the last)."""
    target: Target = "content"
    """"content" matches the layer's features, position by position; "style" their Gram matrix, without positions."""
    size: int = 192
    """Longer side of the result in pixels, 64 to 1024."""
    steps: int = 60
    """Evaluations of the loss and its gradient."""
    seed: int = 0
    """Seed of the noise that it starts from."""

    def __post_init__(self) -> None:
        _check_optimization(self.size, self.steps, self.seed)
        _check_choice("target", self.target, Target)
        if self.layer not in LAYERS:
            raise UserError(f"The layer is {self.layer}: use one of {', '.join(LAYERS)}.")

    @property
    def loss_weights(self) -> LossWeights:
        """The weights of a loss that compares the one layer."""
        one = (self.layer,)
        content, style = (one, ()) if self.target == "content" else ((), one)
        return LossWeights(content, style, variation=1.0)


def _check_optimization(size: int, steps: int, seed: int) -> None:
    check_range("The size", size, MIN_SIZE, MAX_SIZE)
    check_range("The number of steps", steps, 1, MAX_STEPS)
    check_range("The seed", seed, 0, MAX_SEED)


def _check_choice(name: str, value: str, choices: Any) -> None:
    """Raise UserError unless `value` is one of a Literal's `choices`."""
    if value not in get_args(choices):
        raise UserError(f"The {name} is {value}: use {' or '.join(get_args(choices))}.")
