"""Style transfer: in one pass, by AdaIN or a smaller student, or by optimizing the pixels (Gatys et al.)."""

from __future__ import annotations

import keras
import numpy as np

from core.errors import check_range
from core.imaging import images
from core.imaging.flatness import keep_gray
from core.imaging.images import Floats, Image
from core.imaging.transparency import fill_transparent
from core.progress import Progress, Steps

from . import feedforward, metrics, optimization, region, style_mixing
from .clips import Clip, Video
from .metrics import StyleScores
from .networks import keras_vgg
from .networks.decoder import WIDTHS, assemble_decoder
from .networks.statistics import channel_statistics
from .networks.student import assemble_content_encoder, assemble_style_decoder, assemble_style_encoder
from .networks.vgg import VGG, assemble_vgg
from .optimization import OptimizationResult, Schedule, Stage
from .options import OptimizeOptions, ReconstructOptions, StylizeOptions
from .resizing import MIN_SIDE, shrink_to
from .vgg_layers import ADAIN_LAYERS

MAX_SCORED_SIDE = 2048  # pixels
NOISE_DEVIATION = 0.15  # around a mean gray

DEFAULT_STYLIZE, DEFAULT_OPTIMIZE, DEFAULT_RECONSTRUCT = StylizeOptions(), OptimizeOptions(), ReconstructOptions()


def build_style_transfer(widths: tuple[int, int, int] = WIDTHS) -> keras.Model:
    """Return the network from a content and a style image to the stylized image.

    All are (n, h, w, 3) in 0 to 1, heights and widths multiples of 8; the output is not clipped. Its parts are the
    layers `vgg19` and `decoder`.

    Args:
        widths: channels of the decoder at full, half and quarter resolution.
    """
    content, style = (keras.Input((None, None, 3), name=name) for name in ("content", "style"))
    vgg, decoder = assemble_vgg(), assemble_decoder(widths)
    features, of_style = (vgg(each)[-len(ADAIN_LAYERS) :] for each in (content, style))
    stylized = decoder([*features, channel_statistics(features), channel_statistics(of_style)])
    return keras.Model([content, style], stylized, name="style_transfer")


def build_student(width: int = 64, blocks: int = 5) -> keras.Model:
    """Return the student, from a content and a style image to the stylized image, without a VGG.

    All are (n, h, w, 3) in 0 to 1, heights and widths multiples of 8; the output is not clipped. Its parts are the
    layers `content_encoder`, `style_encoder` and `style_decoder`.

    Args:
        width: channels at a quarter of the resolution.
        blocks: residual blocks there.
    """
    content, style = (keras.Input((None, None, 3), name=name) for name in ("content", "style"))
    features = assemble_content_encoder(width)(content)
    of_style = channel_statistics(assemble_style_encoder(width)(style))
    stylized = assemble_style_decoder(width, blocks)([*features, channel_statistics(features), of_style])
    return keras.Model([content, style], stylized, name="student")


def stylize(
    network: keras.Model,
    content: Image,
    style: Image,
    more_styles: tuple[Image, ...] = (),
    mask: Image | None = None,
    options: StylizeOptions = DEFAULT_STYLIZE,
) -> Steps[Image]:
    """Apply the style of a painting to a photo of any size in one pass; transparency is kept.

    If photo and paintings are gray, so is the result.

    Args:
        content: the photo.
        style: the painting.
        more_styles: up to three other paintings to mix with it.
        mask: white where the style applies, black elsewhere, stretched to the photo; left out, it applies everywhere.
        options: strength, mixing weights and colors.
    """
    styles = [images.composite_on_white(each) for each in (style, *more_styles)]
    weights = style_mixing.normalize_weights(options.mixing_weights, len(styles))
    visible = fill_transparent(content)
    stylized = yield from feedforward.stylize(network, visible, styles, weights, options)
    stylized = keep_gray(stylized, visible, *styles)
    if mask is not None:
        stylized = region.blend(visible, stylized, mask)
    return np.concatenate([stylized, content[..., 3:]], axis=-1)


def encode_style(network: keras.Model, style: Image) -> Floats:
    """Return what `apply_style` takes of a painting: the channel statistics of its features, (m,).

    Args:
        style: the painting.
    """
    return feedforward.style_statistics(network, images.composite_on_white(style))


def apply_style(network: keras.Model, content: Image, style: Floats, strength: float = 1.0) -> Steps[Image]:
    """Apply a style that `encode_style` returned once to one of many small images, such as the frames of a film.

    Args:
        content: the image, at most 1024 pixels wide and high; its transparency is not kept.
        style: the statistics (m,), from the same network; means of several mix their styles.
        strength: 0 to 1.
    """
    check_range("The strength", strength, 0, 1)
    for side in content.shape[:2]:
        check_range("A side of the image in pixels", side, MIN_SIDE, feedforward.WORKING_SIDE)
    visible = images.composite_on_white(content)
    stylized = yield from feedforward.apply_statistics(network, visible, style, strength)
    return np.asarray(stylized.clip(0, 1))


def stylize_video(network: keras.Model, video: Video, style: Image, strength: float = 1.0) -> Steps[Video]:
    """Apply the style of a painting to the first ten seconds of a video, at most 384 pixels wide and high; no sound.

    Args:
        video: the video.
        style: the painting.
        strength: 0 to 1.
    """
    check_range("The strength", strength, 0, 1)
    statistics = encode_style(network, style)
    frames = map(images.from_uint8, video.frames)
    stylized = []
    for frame in feedforward.apply_to_frames(network, frames, statistics, strength):
        stylized.append(images.to_uint8(frame))
        yield Progress(len(stylized), len(video.frames), unit="Frame")
    return Clip(np.stack(stylized), video.rate)


def optimize(
    network: keras.Model,
    content: Image,
    style: Image,
    initial: Image | None = None,
    options: OptimizeOptions = DEFAULT_OPTIMIZE,
) -> Steps[OptimizationResult]:
    """Apply the style of a painting to a photo by optimizing the pixels, coarse to fine (Gatys et al. 2015).

    If photo and painting are gray, so is the result.

    Args:
        content: the photo.
        style: the painting.
        initial: an image to continue from, such as an earlier result; left out, a new one is started.
        options: start, optimizer, size, steps and loss weights.
    """
    photo, painting = (shrink_to(images.composite_on_white(each), options.size) for each in (content, style))
    side = max(photo.shape[:2])
    if initial is not None:  # its coarse structure is there already
        stages, start = [Stage(side, options.steps)], images.composite_on_white(initial)
    else:
        stages = optimization.plan_stages(side, options.steps)
        start = photo if options.start == "photo" else make_noise(shrink_to(photo, stages[0].side).shape, options.seed)
    vgg = network.get_layer(VGG)
    if options.features == "keras":
        vgg = keras_vgg.load_keras_vgg(vgg)
    schedule = Schedule(stages, options.optimizer)
    result = yield from optimization.optimize_image(vgg, photo, painting, start, options.loss_weights, schedule)
    return result._replace(image=keep_gray(result.image, photo, painting))


def reconstruct_from_layer(
    network: keras.Model, image: Image, options: ReconstructOptions = DEFAULT_RECONSTRUCT
) -> Steps[OptimizationResult]:
    """Reconstruct an image from noise by what one layer of VGG-19 encodes of it: its content or its style.

    Args:
        image: the image.
        options: layer, target, size and steps.
    """
    target = shrink_to(images.composite_on_white(image), options.size)
    if options.target == "style":
        stages = optimization.plan_stages(max(target.shape[:2]), options.steps)
    else:
        stages = [Stage(options.size, options.steps)]
    noise = make_noise(shrink_to(target, stages[0].side).shape, options.seed)
    vgg = network.get_layer(VGG)
    return (yield from optimization.optimize_image(vgg, target, target, noise, options.loss_weights, Schedule(stages)))


def score(network: keras.Model, image: Image, content: Image, style: Image) -> Steps[StyleScores]:
    """Compute the losses of a stylized image: how much of the photo's content and the painting's style it lacks.

    Args:
        image: the stylized image.
        content: the photo, which is resized to the size of `image`.
        style: the painting, which is not resized: a Gram matrix depends on the size of the strokes.
    """
    for name, each in (("image", image), ("photo", content), ("painting", style)):
        for side in each.shape[:2]:
            check_range(f"A side of the {name} in pixels", side, MIN_SIDE, MAX_SCORED_SIDE)
    return (yield from metrics.score_image(network, *map(images.composite_on_white, (image, content, style))))


def make_noise(shape: tuple[int, ...], seed: int) -> Image:
    """Return gray Gaussian noise of a shape (h, w, 3), clipped to 0 to 1."""
    noise: Image = 0.5 + NOISE_DEVIATION * np.random.default_rng(seed).standard_normal(shape, np.float32)
    return noise.clip(0, 1)
