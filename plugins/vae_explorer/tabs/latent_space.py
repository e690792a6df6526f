"""The tabs where a visitor walks through codes: a map of two dimensions, a slider for each of many, noise in a code."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np

from core.errors import UserError, choose
from core.imaging import images
from core.imaging.images import Floats, Image
from core.plugin import Plugin
from core.web import pages
from core.web.pages import Page
from core.web.sheets import write_picture, write_rows

from .. import example_images, latent_plane
from .encodings import SUBJECTS, encode_test_pictures, measure_nats, test_pictures

MAP_GRID = 20  # pictures along each side of a map
SLIDERS = {"digits": "mnist_vae_binary", "clothes": "fashion_vae_16", "tiles of a game": "tiles_vae_32"}
MOST_SLIDERS = 32
ACTIVE = 0.05  # nats: a dimension that says less is dead
REACH = 3.0  # standard deviations to each side
SHAKEN = 10  # pictures of one code with noise


def lay_out_map(page: Page, opened: Any) -> None:
    """Lay out and wire the tab with the maps of a variational and of a plain autoencoder."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(
                "**A code of two numbers is a place on a map.** Points are pictures, coloured by class; behind them is "
                "what each place is drawn as. Click on a map, or drag. A variational autoencoder's codes were kept "
                "together: every place means something. A plain one's lie where they fell, some in a corner, others "
                "far apart, and between them are holes."
            )
            subject = gr.Radio(list(SUBJECTS), value="digits", label="Of", info="What both networks have learnt.")
            status = page.status("")
        with pages.column("stage"):
            with gr.Row():
                drawn = [pages.result_picture(f"Here: {kind}", height=200) for kind in ("variational", "plain")]
            legend = gr.HTML(padding=False)
            with gr.Row():
                maps = [pages.clickable_picture(name) for name in ("Variational", "Plain")]
        with pages.column("settings"):
            across = gr.Slider(0, 100, 50, step=0.5, label="Across", info="The place on both maps, % from the left.")
            down = gr.Slider(0, 100, 50, step=0.5, label="Down", info="The place on both maps, % from the top.")
    clicks = gr.State(0)  # one trigger for a click that moves two sliders
    for shown in maps:
        shown.select(_point_at, clicks, [across, down, clicks], api_visibility="private")
    page.bind(draw_maps, [opened, subject.change], [subject], [*maps, legend], status)
    triggers = [clicks.change, across.input, down.input, maps[0].change]
    page.bind(walk, triggers, [subject, across, down], drawn, status)


def draw_maps(plugin: Plugin, subject: str = "digits") -> tuple[str, str, str]:
    """Draw the maps of a variational and of a plain autoencoder with two dimensions, and what their colours mean.

    Args:
        subject: "digits" or "clothes".
    """
    data = choose(SUBJECTS, subject, "subject")
    return _draw_map(plugin, f"{data}_vae_2"), _draw_map(plugin, f"{data}_ae_2"), example_images.legend(data)


def walk(plugin: Plugin, subject: str = "digits", across: float = 50, down: float = 50) -> tuple[str, str]:
    """Draw what is at one place of both maps.

    Args:
        subject: "digits" or "clothes".
        across: where, in % of the maps' width from the left.
        down: where, in % of the maps' height from the top.
    """
    data = choose(SUBJECTS, subject, "subject")
    if not (0 <= across <= 100 and 0 <= down <= 100):
        raise UserError(f"The place is {across:g} %, {down:g} %: use 0 to 100.")
    first, second = (_draw_place(plugin, f"{data}_{kind}_2", across, down) for kind in ("vae", "ae"))
    return first, second


def _draw_map(plugin: Plugin, checkpoint: str) -> str:
    codes, log_variances = encode_test_pictures(plugin, checkpoint)
    plane = latent_plane.find(codes, log_variances)
    cells = plugin.run("decode", plane.codes_at(example_images.grid(MAP_GRID)), checkpoint=checkpoint)
    manifold = images.make_grid(cells, MAP_GRID)
    drawn = example_images.draw_map(manifold, plane.places_of(codes), test_pictures(checkpoint).labels)
    return pages.write_png(drawn, f"map_{checkpoint}")


def _draw_place(plugin: Plugin, checkpoint: str, across: float, down: float) -> str:
    plane = latent_plane.find(*encode_test_pictures(plugin, checkpoint))
    code = plane.codes_at(np.array([across, down]) / 100)
    return write_picture(plugin.run("decode", code, checkpoint=checkpoint), "place")


def _point_at(clicks: int, click: gr.SelectData) -> tuple[float, float, int]:
    """Return where in % a click on a map was, and one click more."""
    across, down = (round(100 * at / example_images.MAP_SIDE, 1) for at in click.index)
    return min(across, 100), min(down, 100), clicks + 1


def lay_out_sliders(page: Page, opened: Any) -> None:
    """Lay out and wire the tab with a slider for each number of a code."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(
                "**What each number says.** Sorted by how much they say of a picture, in nats (1.44 bits each). The "
                "last ones are dead: the network found no use for them, and moving them changes nothing."
            )
            subject = gr.Radio(list(SLIDERS), value="digits", label="Of", info="What the network has learnt.")
            picture = pages.result_picture("The picture of this code")
            seed = pages.seed_with_button("The same seed, the same code.", "Draw another code")
            status = page.status("")
        with pages.column("stage"), gr.Row(elem_classes="sliders"):
            sliders = [
                gr.Slider(-REACH, REACH, 0, step=0.05, label=f"{i + 1}", min_width=220) for i in range(MOST_SLIDERS)
            ]
    page.bind(draw_code, [opened, subject.change, seed.change], [subject, seed], [picture, *sliders], status)
    page.bind(slide, [slider.input for slider in sliders], [subject, *sliders], [picture], status)


def draw_code(plugin: Plugin, subject: str = "digits", seed: int = 0) -> tuple[Any, ...]:
    """Draw the picture of a random code, and say how much each of the code's numbers tells of pictures.

    Args:
        subject: "digits", "clothes" or "tiles of a game".
        seed: seed of the code.
    """
    checkpoint = choose(SLIDERS, subject, "subject")
    told = measure_nats(plugin, checkpoint)
    code = np.random.default_rng(int(seed or 0)).standard_normal(len(told), np.float32).clip(-REACH, REACH)
    picture = write_picture(plugin.run("decode", code, checkpoint=checkpoint), "code")
    sliders = [
        gr.Slider(value=round(float(value), 2), label=f"{i + 1}: {_in_words(nats)}", visible=True)
        for i, (value, nats) in enumerate(zip(code, told, strict=True))
    ]
    return picture, *sliders, *[gr.Slider(visible=False)] * (MOST_SLIDERS - len(sliders))


def slide(plugin: Plugin, subject: str = "digits", *code: float) -> tuple[str]:
    """Draw the picture of a code.

    Args:
        subject: "digits", "clothes" or "tiles of a game".
        code: its numbers, each from -3 to 3.
    """
    checkpoint = choose(SLIDERS, subject, "subject")
    count = len(measure_nats(plugin, checkpoint))
    if len(code) < count or not all(isinstance(value, int | float) for value in code):
        raise UserError(f"The code has {len(code)} values: give {count} numbers.")
    numbers = np.array(code[:count], np.float32)
    return (write_picture(plugin.run("decode", numbers, checkpoint=checkpoint), "code"),)


def _in_words(nats: float) -> str:
    return f"{nats:.1f} nats" if nats > ACTIVE else "dead"


def lay_out_noise(page: Page, opened: Any) -> None:
    """Lay out and wire the tab that adds noise to a code."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(
                "**Noise in the code.** The same picture in each row, its code moved further and further in a random "
                "direction. Neighbours of a variational code are pictures too; a plain one's are whatever lies there."
            )
            noise = gr.Slider(
                0, 3, 1.5, step=0.05, label="Noise", info="In standard deviations of the codes of all pictures."
            )
            seed = pages.seed_with_button("Of the picture and the noise.", "Another picture")
            status = page.status("")
        with pages.column("stage"):
            variational = pages.captioned_image("**Variational**, 16 numbers: more noise to the right")
            plain = pages.captioned_image("**Plain**, 16 numbers")
    outputs = [variational, plain]
    page.bind(shake, [opened, noise.release, seed.change], [noise, seed], outputs, status)


def shake(plugin: Plugin, noise: float = 1.5, seed: int = 0) -> tuple[str, str]:
    """Draw what becomes of a digit whose code is moved at random, by a variational and by a plain autoencoder.

    Args:
        noise: the most, in standard deviations of the codes of all digits, 0 to 3.
        seed: seed of the digit and of the noise.
    """
    if not 0 <= noise <= 3:
        raise UserError(f"The noise is {noise:g}: use 0 to 3.")
    random = np.random.default_rng(int(seed or 0))
    known = example_images.read("mnist").pictures
    digit = known[random.integers(len(known))]
    amounts = noise * np.linspace(0, 1, SHAKEN, dtype=np.float32)[:, None]
    directions = random.standard_normal((3, 1, 16), np.float32)  # three rows, each further and further one way
    first, second = (_shake(plugin, f"mnist_{kind}_16", digit, amounts * directions) for kind in ("vae", "ae"))
    return first, second


def _shake(plugin: Plugin, checkpoint: str, digit: Image, moves: Floats) -> str:
    means, _ = encode_test_pictures(plugin, checkpoint)
    code = plugin.run("encode", digit[None], checkpoint=checkpoint).mean
    drawn = (plugin.run("decode", code + move * means.std(axis=0), checkpoint=checkpoint) for move in moves)
    return write_rows([(f"direction {i}", row) for i, row in enumerate(drawn, 1)], f"shaken_{checkpoint}")
