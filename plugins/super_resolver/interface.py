"""The super-resolver's page: make a photo larger, and see what the network knows, and what it makes up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from core.errors import UserError, choose
from core.imaging import images
from core.imaging.images import Image
from core.imaging.metrics import SMALLEST_SCORED, psnr, ssim
from core.plugin import Plugin
from core.progress import Steps
from core.web import handlers, pages
from core.web.pages import Dropped, Page

from .degradation import make_small
from .resampling import CLEAN, REAL, brightness, crop, enlarge, shrink

EXAMPLES = Path(__file__).parent / "examples"
PHOTOS = sorted(EXAMPLES.glob("*.webp"))
SUBJECTS = {"digits": EXAMPLES / "digits.png", "a photo": EXAMPLES / "tea-gardens.webp"}
KINDS = {"Clean, only small": False, "From a phone or the web": True}
PIECES = {"As much as is quick": 0, "1024 px": 1024, "512 px": 512, "256 px": 256, "128 px": 128}
LARGEST_OUTPUT = 16.8  # megapixels: a piece of 1024 × 1024, four times larger
LARGEST_SCORED = 2.0  # megapixels: SSIM takes its time
PIECE_OF_A_LARGE_ONE = 512
ERROR_GAIN = 4
NOISE_SIDE = 96
SHOWN = 3  # times larger, in squares, are the small pictures of the third tab shown
GUESS = (
    "**A guess.** Each small pixel could have been many large ones; the network draws what was likely in its photos."
)


def build_interface(plugin: Plugin) -> gr.Blocks:
    """Return the page."""
    page = Page(plugin)
    with page.blocks:
        page.header()
        with gr.Tabs():
            with gr.Tab("Enlarge"):
                _enlarging(page)
            with gr.Tab("Feed it noise"):
                _inventing(page)
            with gr.Tab("The wrong teacher"):
                _teachers(page)
        page.footer()
    return page.blocks


def _enlarging(page: Page) -> None:
    """Lay out and wire the tab that enlarges a photo, or restores one that it shrank first."""
    with pages.workbench():
        with pages.column("source"):
            photo = pages.picture_input("Your photo")
            thumbnails = gr.Column()
        with pages.column("stage"):
            before_after = pages.comparison("Bicubic, and ours: drag the line, zoom in")
            status = page.status("Drop a small photo, or pick one.")
            with gr.Row():
                stop = gr.Button("Stop", size="sm", scale=0, min_width=80)
                download = gr.DownloadButton("Download PNG", variant="primary", size="sm", scale=0, interactive=False)
            findings = gr.Markdown(GUESS)
            with gr.Row():
                shrunk = pages.result_picture("What the network was given", visible=False)
                errors = pages.result_picture(f"Where it was wrong, × {ERROR_GAIN}", visible=False)
        with pages.column("settings"):
            scale = gr.Radio(list(CLEAN), value=4, label="Times larger", info="More pixels, more of them guessed.")
            real = gr.Radio(
                list(KINDS.items()),
                value=False,
                label="The picture is",
                info="From a phone or the web: noise and JPEG's blocks go, and some detail with them.",
            )
            shrink_first = gr.Checkbox(
                False, label="Shrink it first", info="As in training: then the truth is known, and the error too."
            )
            piece = gr.Radio(
                list(PIECES.items()), value=0, label="How much of it", info="Click your photo to choose the part."
            )
            with gr.Accordion("Which part", open=False):
                across = gr.Slider(0, 100, 50, step=1, label="Across", info="Middle of the piece, % from the left.")
                down = gr.Slider(0, 100, 50, step=1, label="Down", info="Middle of the piece, % from the top.")
    with thumbnails:
        pages.examples(PHOTOS, photo, also={piece: 0, across: 50, down: 50})
    clicks = gr.State(0)  # one trigger for what moves several controls
    moved = [piece, across, down, clicks]
    photo.select(handlers.with_errors(_point_at), [photo, piece, clicks], moved, api_visibility="private")
    photo.upload(_start_anew, [piece, clicks], moved, api_visibility="private")
    inputs = [photo, scale, real, shrink_first, piece, across, down]
    settings = [part.input for part in (scale, real, shrink_first, piece)]
    triggers = [page.blocks.load, photo.change, clicks.change, *settings, across.release, down.release]
    outputs = [before_after, findings, shrunk, errors, download]
    page.bind(upscale, triggers, inputs, outputs, status, stop)


def _inventing(page: Page) -> None:
    """Lay out and wire the tab that gives the network noise."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(
                "**Feed it noise.** Nothing is there to be found; what is found all the same is the network's own."
            )
            smoothness = gr.Slider(
                0, 4, 0.5, step=0.5, label="Blur of the noise", info="Smoother noise looks more like shapes."
            )
            seed = pages.seed_number("The same seed, the same noise.")
            show = gr.Button("Show what it makes of it", variant="primary")
            stop = gr.Button("Stop", size="sm")
            status = page.status("")
        with pages.column("stage"):
            before_after = pages.comparison("The noise enlarged by bicubic interpolation, and by the network")
    page.bind(invent, [show.click, smoothness.release, seed.change], [smoothness, seed], [before_after], status, stop)


def _teachers(page: Page) -> None:
    """Lay out and wire the tab that gives one small picture to a network that knows its kind and one that does not."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(
                "**Data-specific.** One network has only ever seen photographs, the other only digits, shrunk from "
                "28 × 28 pixels to 14 × 14. Both make pictures twice as large."
            )
            subject = gr.Radio(list(SUBJECTS), value="digits", label="Give both", info="The picture to shrink.")
            show = gr.Button("Show what they make of it", variant="primary")
            stop = gr.Button("Stop", size="sm")
            status = page.status("")
            findings = gr.Markdown()
        with pages.column("stage"):
            with gr.Row():
                given = pages.captioned_image("What both were given")
                truth = pages.captioned_image("What it was, seen by neither")
            with gr.Row():
                scribe = pages.captioned_image("By the one that learnt digits")
                photographer = pages.captioned_image("By the one that learnt photographs")
    outputs = [given, truth, scribe, photographer, findings]
    page.bind(compare_teachers, [show.click, subject.input], [subject], outputs, status, stop)


def upscale(
    plugin: Plugin,
    photo: Dropped,
    scale: int = 4,
    real: bool = False,
    shrink_first: bool = False,
    piece: int = 0,
    across: float = 50,
    down: float = 50,
) -> Steps[tuple[Any, ...] | None]:
    """Make a photo two, three or four times larger.

    Args:
        photo: the picture to enlarge: JPEG, PNG, WebP, GIF, TIFF or BMP.
        scale: how many times larger, 2, 3 or 4.
        real: whether it is blurred, noisy or a JPEG, as from a phone or the web.
        shrink_first: whether to make the picture smaller by as much before, so that the result can be scored.
        piece: side in pixels of the piece of it to enlarge; 0: all of it, or 512 where that would take long.
        across: where the middle of the piece is, in % from the left.
        down: where the middle of the piece is, in % from the top.
    """
    if photo is None:
        return None
    scale, piece = int(scale), int(piece)  # numbers in JSON may come with a point
    if scale not in CLEAN:
        raise UserError(f"The scale is {scale}: use {', '.join(map(str, CLEAN))}.")
    whole = images.load(photo)
    most = LARGEST_SCORED if shrink_first else LARGEST_OUTPUT / scale**2
    image = _cut_out(whole, piece or _quick_piece(whole, most), across, down)
    if _megapixels(image) > most:
        raise UserError(f"A piece of {piece} pixels is too large to enlarge here: use {PIECE_OF_A_LARGE_ONE}.")
    if shrink_first and min(image.shape[:2]) < scale * SMALLEST_SCORED:
        raise UserError(
            f"{image.shape[1]} × {image.shape[0]} pixels are too few to shrink: use a picture of at least "
            f"{scale * SMALLEST_SCORED} each way."
        )
    truth = crop(images.composite_on_white(image), scale) if shrink_first else None
    small = image if truth is None else make_small(truth, scale, np.random.default_rng(0) if real else None)
    large = yield from plugin.stream("upscale", small, scale=scale, checkpoint=REAL if real else CLEAN[scale])
    bicubic = enlarge(small, scale)
    before = pages.write_png(bicubic, pages.stem(photo, "bicubic"))
    after = pages.write_png(large, pages.stem(photo, f"x{scale}"), images.bit_depth(photo))
    words, given, wrong = _findings(small, bicubic, large, truth)
    if image.shape != whole.shape:
        words = f"{_why(whole, piece, scale)} Click the photo for another piece. {words}"
    return (before, after), words, given, wrong, gr.DownloadButton(value=after, interactive=True)


def invent(plugin: Plugin, smoothness: float = 0.5, seed: int = 0) -> Steps[tuple[Any, ...]]:
    """Enlarge noise four times.

    Args:
        smoothness: how far the noise is blurred, 0 to 4 pixels.
        seed: seed of the noise.
    """
    if not 0 <= smoothness <= 4:
        raise UserError(f"The blur is {smoothness:g}: use 0 to 4.")
    noise = _blurred(np.random.default_rng(int(seed or 0)).random((NOISE_SIDE, NOISE_SIDE, 3), np.float32), smoothness)
    large = yield from plugin.stream("upscale", noise, checkpoint="x4")
    return ((pages.write_png(enlarge(noise, 4), "noise_bicubic"), pages.write_png(large, "noise_x4")),)


def compare_teachers(plugin: Plugin, subject: str = "digits") -> Steps[tuple[Any, ...]]:
    """Enlarge one picture with a network that was trained on its kind, and with one that was not.

    Args:
        subject: "digits" or "a photo".
    """
    truth = images.load(choose(SUBJECTS, subject, "subject"))
    small = shrink(truth, 2)
    by_digits = yield from plugin.stream("upscale", small, checkpoint="digits")
    by_photographs = yield from plugin.stream("upscale", small, checkpoint="x2")
    shown = images.upscale_nearest(small, 2), truth, by_digits, by_photographs
    paths = [pages.write_png(images.upscale_nearest(image, SHOWN), "picture") for image in shown]
    bicubic, digits, photographs = (psnr(image, truth) for image in (enlarge(small, 2), by_digits, by_photographs))
    words = (
        f"Trained on digits **{digits:.1f} dB**, on photographs **{photographs:.1f} dB**; bicubic interpolation, which "
        f"learnt nothing, {bicubic:.1f} dB (PSNR, more is better). A network draws what it has seen."
    )
    return *paths, words


def _point_at(photo: Dropped, piece: int, clicks: int, click: gr.SelectData) -> tuple[int, float, float, int]:
    """Return the piece to show, where in % the click on `photo` was, and one click more."""
    sides = images.size(photo) if photo else (1, 1)
    across, down = (round(100 * at / side) for at, side in zip(click.index, sides, strict=True))
    fitting = [side for side in PIECES.values() if 0 < side <= min(sides) / 2]
    return piece or max(fitting, default=min(filter(None, PIECES.values()))), across, down, clicks + 1


def _start_anew(piece: int, clicks: int) -> tuple[int, float, float, int]:
    """Return the settings for another photo: all of it; one click more where that is not what was shown at once."""
    return 0, 50, 50, clicks + bool(piece)


def _why(whole: Image, piece: int, scale: int) -> str:
    """Return in words that only a piece is shown, and, where nobody asked for it, why."""
    size = f"{whole.shape[1]} × {whole.shape[0]} pixels"
    if piece:
        return f"A piece of your {size}."
    return f"A piece of your {size}: all of them, {scale} times larger, are too many here, not on the command line."


def _quick_piece(image: Image, most: float) -> int:
    """Return the side of the piece to take of a picture of more than `most` megapixels; 0 for all of it."""
    return PIECE_OF_A_LARGE_ONE if _megapixels(image) > most else 0


def _megapixels(image: Image) -> float:
    return float(image.shape[0] * image.shape[1] / 1e6)


def _cut_out(image: Image, side: int, across: float, down: float) -> Image:
    """Return the piece of at most `side` × `side` pixels around that point (in %), moved inside; all of it for 0."""
    if side < 0 or not 0 <= across <= 100 or not 0 <= down <= 100:
        raise UserError(f"The piece is {side} pixels at {across:g} %, {down:g} %: use a positive size, and 0 to 100 %.")
    if side == 0:
        return image
    middles = down / 100 * image.shape[0], across / 100 * image.shape[1]
    top, left = (
        round(min(max(0, middle - side / 2), max(0, length - side)))
        for middle, length in zip(middles, image.shape[:2], strict=True)
    )
    return image[top : top + side, left : left + side]


def _findings(small: Image, bicubic: Image, large: Image, truth: Image | None) -> tuple[str, Any, Any]:
    """Return in words what came out, the picture that was given, and where it was wrong; those only beside a truth."""
    size = f"**{small.shape[1]} × {small.shape[0]} → {large.shape[1]} × {large.shape[0]}** pixels."
    if truth is None:
        return f"{size}\n\n{GUESS}", gr.Image(visible=False), gr.Image(visible=False)
    scale = truth.shape[0] // small.shape[0]
    scored = {
        name: (brightness(image, scale), brightness(truth, scale))
        for name, image in (("Bicubic interpolation", bicubic), ("the network", large))
    }
    scores = ", ".join(f"{name} **{psnr(*pair):.2f} dB**, SSIM {ssim(*pair):.3f}" for name, pair in scored.items())
    wrong = np.clip(np.abs(large[..., :3] - truth) * ERROR_GAIN, 0, 1)
    given = pages.write_png(images.upscale_nearest(small, scale), "given")
    errors = pages.write_png(wrong, "errors")
    return f"{size} {scores}.\n\n{GUESS}", gr.Image(given, visible=True), gr.Image(errors, visible=True)


def _blurred(noise: Image, smoothness: float) -> Image:
    """Return `noise` under a Gaussian of that many pixels, stretched to the full range again."""
    if smoothness:
        frequency = np.fft.fftfreq(noise.shape[0])
        falloff = np.exp(-2 * (np.pi * smoothness) ** 2 * (frequency[:, None] ** 2 + frequency**2))
        noise = np.fft.ifft2(np.fft.fft2(noise, axes=(0, 1)) * falloff[..., None], axes=(0, 1)).real.astype(np.float32)
    stretched: Image = (noise - noise.min()) / np.ptp(noise)
    return stretched
