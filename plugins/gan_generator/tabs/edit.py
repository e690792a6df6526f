"""The tab that edits a cat: a generated one, or a picture for which the most similar generated one is found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from core.errors import UserError
from core.imaging import images
from core.imaging.images import Floats, Image
from core.imaging.metrics import psnr
from core.imaging.resizing import center_crop_resize
from core.plugin import Plugin
from core.progress import Progress, Steps, translate
from core.training.cat_names import EYES, MOUTHS
from core.web import pages, sheets
from core.web.pages import Dropped, Page

from .. import attributes
from ..attributes import KEEP, Change
from ..composed import CHECKPOINT
from ..reference_set import EXAMPLES
from . import controls
from .subjects import CATS, SUBJECTS

REAL_CATS = sorted((EXAMPLES / "cats").glob("*.png"))
NAMES = (EYES, MOUTHS, *SUBJECTS[CATS].groups.values())  # in the order of the attributes
SIZES = tuple(map(len, NAMES))
IN_CLASSIFIER = 2, 3, 0, 1, 4  # the place of each attribute in the classifier's probabilities
SURE = 0.4  # probability: below it, a picture is none of these cats; two patterns look alike and share it
FIRST_SEED = 442
FIRST_ACCESSORY, FIRST_EYES = "black hat", "glasses"
FRAMES, ROUNDS = 12, 5

INTRODUCTION = (
    "**Change one thing, keep the rest.** The generator gets each property as an embedding, a vector of its own: so "
    "they can be exchanged and mixed. Between two values the generator has to invent; it has never seen such a cat."
)
SEED_INFO, SEED_BUTTON = "Of the cat to edit.", "Another cat"
PICTURE_LABEL = "Or a picture: the most similar cat is searched for"
EXAMPLES_LABEL = "Cats that the artist drew"
BEFORE_LABEL, AFTER_LABEL, ANIMATION_LABEL = "Before", "After", "From one to the other"
KEPT = "as it is"
LABELS = "Eyes", "Mouth", "Color", "Pattern", "Accessory"
INFOS = (
    "Chosen by the latent vector.",
    "Chosen by the latent vector.",
    "Of the fur; the tail and the ears come with it.",
    "On the fur.",
    "On the head, around the neck or beside the cat.",
)
AMOUNT_LABEL = "{}: how far"
AMOUNT_INFO = "0: as before, 1: all of the new value."
DIRECTIONS_TITLE = "Directions found without labels"
DIRECTIONS_TEXT = (
    "The first three principal components of the styles of 2,048 generated cats "
    "([GANSpace](https://arxiv.org/abs/2004.02546)). Nobody named a color for this, and yet they are the axes of color "
    "vision: light and dark, blue and orange, green and purple."
)
DIRECTIONS = "Dark to light", "Orange to blue", "Purple to green"
DIRECTION_INFO = "In standard deviations; above 2 it shows that such cats are rare."
ARITHMETIC_TEXT = "Or calculate with a cat:"
ARITHMETIC = {
    "− accessory + black hat": (KEPT, "black hat"),
    "− eyes + glasses": ("glasses", KEPT),
    "− accessory − eyes + red headphones + monocle": ("monocle", "red headphones"),
}
SAME, SUM = "This cat, unchanged.", "**This cat {}**"
TERM, PARTIAL_TERM, DIRECTION_TERM = "− {} + {}", "− {:.0f}% {} + {:.0f}% {}", "{:+.1f} · “{}”"
PROJECTED = (
    "The most similar cat that was found is {}. It differs from the picture by {:.3f} (root mean square of the "
    "differences of pixels), a PSNR of {:.1f} dB."
)


class Chosen(NamedTuple):
    """The values of the controls."""

    names: tuple[str, ...]
    sliders: tuple[float, ...]
    """How far each of the last three attributes is changed."""
    directions: tuple[float, ...]

    @property
    def amounts(self) -> tuple[float, ...]:
        """How far each attribute is changed: eyes and mouth wholly."""
        return (1, 1, *self.sliders)

    def change(self, along: float = 1.0) -> Change:
        """Return the change that is a part of this one. Raises UserError for a name that there is not."""
        values = [_find(name, names) for name, names in zip(self.names, NAMES, strict=True)]
        amounts = tuple(float(amount) * along for amount in self.amounts)
        return Change(tuple(values), amounts, tuple(float(each) * along for each in self.directions))


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            seed = pages.seed_with_button(SEED_INFO, SEED_BUTTON, FIRST_SEED)
            status = page.status("")
        with pages.column("stage"):
            description = gr.Markdown()
            before, after, animation = _lay_out_pictures()
            names, amounts, clicks = _lay_out_attributes()
            with gr.Accordion(DIRECTIONS_TITLE, open=False):
                gr.Markdown(DIRECTIONS_TEXT)
                with gr.Row(elem_classes="edit-controls"):
                    directions = [gr.Slider(-3, 3, 0, step=0.1, label=name, info=DIRECTION_INFO) for name in DIRECTIONS]
        with pages.column("settings"):
            picture = pages.picture_input(PICTURE_LABEL, height=220)
            given = pages.examples(REAL_CATS, picture, also={}, label=EXAMPLES_LABEL)
            searching, found = page.status(""), gr.Markdown()
            stop = gr.Button(pages.STOP, size="sm")
            gr.Markdown(SUBJECTS[CATS].credit)
    projected = gr.State(None)
    page.bind(project_cat, [given], [picture], [projected, found], searching, stop)
    seed.change(lambda: (None, None, ""), None, [projected, picture, found], api_visibility="private")
    inputs = [projected, seed, *names, *amounts, *directions]
    triggers = [opened, projected.change, clicks.change, seed, *names, *amounts, *directions]
    page.bind(edit_cat, triggers, inputs, [before, after, description], status, live=True)
    page.bind(animate_edit, triggers, inputs, [animation], status)


def _lay_out_pictures() -> list[gr.Image]:
    """Return the components of the cat before, the cat after, and the animation."""
    shown = []
    with gr.Row(elem_classes="edit-stage"):
        with gr.Row(elem_classes="edit-pictures"):
            for label in (BEFORE_LABEL, AFTER_LABEL):
                with gr.Column(min_width=120):
                    gr.Markdown(label, elem_classes="caption")
                    shown.append(pages.result_picture(label, show_label=False))
        with gr.Column(min_width=120):
            shown.append(controls.animation(ANIMATION_LABEL))
    return shown


def _lay_out_attributes() -> tuple[list[gr.Dropdown], list[gr.Slider], gr.State]:
    """Return the choices of the five attributes, how far each of the last three is changed, and a trigger."""
    first, names, amounts = (FIRST_EYES, KEPT, KEPT, KEPT, FIRST_ACCESSORY), {}, {}
    with gr.Row(elem_classes="edit-controls"):
        for i in (4, 2, 3, 0, 1):
            names[i] = gr.Dropdown([KEPT, *NAMES[i]], value=first[i], label=LABELS[i], info=INFOS[i])
            if i > 1:
                amounts[i] = gr.Slider(0, 1, 1, step=0.05, label=AMOUNT_LABEL.format(LABELS[i]), info=AMOUNT_INFO)
    ordered, clicks = [names[i] for i in range(5)], gr.State(0)
    gr.Markdown(ARITHMETIC_TEXT)
    with gr.Row():
        for text, (eyes, accessory) in ARITHMETIC.items():
            gr.Button(text, size="sm").click(
                lambda count, values=(eyes, KEPT, KEPT, KEPT, accessory): (*values, 1, count + 1),
                clicks,
                [*ordered, amounts[4], clicks],
                api_visibility="private",
            )
    return ordered, [amounts[2], amounts[3], amounts[4]], clicks


def edit_cat(
    plugin: Plugin,
    projected: Sequence[float] | None = None,
    seed: int = FIRST_SEED,
    eyes: str = KEPT,
    mouth: str = KEPT,
    color: str = KEPT,
    pattern: str = KEPT,
    accessory: str = KEPT,
    color_amount: float = 1.0,
    pattern_amount: float = 1.0,
    accessory_amount: float = 1.0,
    light: float = 0.0,
    blue: float = 0.0,
    green: float = 0.0,
) -> tuple[str, str, str]:
    """Edit a generated cat: change its eyes, mouth, color, pattern or accessory, in part or wholly.

    Args:
        seed: of the cat.
        eyes: "as it is", or such as "glasses", "monocle", "sly eyes".
        mouth: "as it is", or such as "grin", "smile".
        color: "as it is", or such as "wine red", "green" or "lilac".
        pattern: "as it is", or such as "stripes", "dots".
        accessory: "as it is", or such as "black hat", "typewriter" or "nothing".
        color_amount: how far the color is changed, 0 to 1.
        pattern_amount: how far the pattern is changed, 0 to 1.
        accessory_amount: how far the accessory is changed, 0 to 1.
        light: how far to go from dark to light, in standard deviations.
        blue: how far to go from orange to blue.
        green: how far to go from purple to green.
    """
    amounts = color_amount, pattern_amount, accessory_amount
    chosen = Chosen((eyes, mouth, color, pattern, accessory), amounts, (light, blue, green))
    start = _start(projected)
    before, weights = plugin.run("edit", start, _seed(seed), checkpoint=CHECKPOINT)
    after, _ = plugin.run("edit", weights, change=chosen.change(), checkpoint=CHECKPOINT)
    return (
        sheets.write_picture(before[0], f"cat_{_seed(seed)}"),
        sheets.write_picture(after[0], f"cat_{_seed(seed)}_edited"),
        describe(attributes.to_values(weights, SIZES)[0].tolist(), chosen),
    )


def animate_edit(
    plugin: Plugin,
    projected: Sequence[float] | None = None,
    seed: int = FIRST_SEED,
    eyes: str = KEPT,
    mouth: str = KEPT,
    color: str = KEPT,
    pattern: str = KEPT,
    accessory: str = KEPT,
    color_amount: float = 1.0,
    pattern_amount: float = 1.0,
    accessory_amount: float = 1.0,
    light: float = 0.0,
    blue: float = 0.0,
    green: float = 0.0,
) -> tuple[str]:
    """Return an edit as an animation (WebP), from the cat before to the cat after it.

    Args:
        seed: of the cat.
        eyes: see `edit_cat`, as for all others.
        mouth: of the cat.
        color: of the cat.
        pattern: of the cat.
        accessory: of the cat.
        color_amount: how far the color is changed, 0 to 1.
        pattern_amount: how far the pattern is changed, 0 to 1.
        accessory_amount: how far the accessory is changed, 0 to 1.
        light: how far to go from dark to light, in standard deviations.
        blue: how far to go from orange to blue.
        green: how far to go from purple to green.
    """
    amounts = color_amount, pattern_amount, accessory_amount
    chosen = Chosen((eyes, mouth, color, pattern, accessory), amounts, (light, blue, green))
    frames = [
        plugin.run("edit", _start(projected), _seed(seed), change=chosen.change(along), checkpoint=CHECKPOINT).images
        for along in np.linspace(0, 1, FRAMES)
    ]
    return (sheets.write_animation(np.concatenate(frames), f"cat_{_seed(seed)}_edited"),)


def project_cat(plugin: Plugin, picture: Dropped) -> Steps[tuple[list[float], str]]:
    """Find the cat that the generator can make that is most similar to a picture.

    Args:
        picture: of a cat like those that the generator was trained on, or any other one.
    """
    image = images.load(pages.require(picture, "picture"))
    side = SUBJECTS[CATS].side
    small = center_crop_resize(images.composite_on_white(image), (side, side, 3))
    start = guess(plugin, small)
    steps = plugin.stream("project", small, *([] if start is None else [start]), rounds=ROUNDS, checkpoint=CHECKPOINT)
    found = yield from translate(steps, lambda step: Progress(step.done, step.total))
    values = attributes.to_values(found.attributes[None], SIZES)[0]
    named = ", ".join(names[value] for names, value in zip(NAMES, values, strict=True))
    return found.attributes.tolist(), PROJECTED.format(named, found.error, psnr(found.image, small))


def guess(plugin: Plugin, image: Image) -> Floats | None:
    """Return the weights (d,) that the classifier sees in a picture (h, w, c), or None where it is not sure."""
    probabilities = plugin.run("classify", image, checkpoint=f"{CHECKPOINT}_classifier").probabilities
    sizes = [SIZES[IN_CLASSIFIER.index(place)] for place in range(len(SIZES))]
    parts = attributes.split(probabilities, sizes)
    ordered = [parts[place] for place in IN_CLASSIFIER]
    return np.concatenate(ordered, axis=1)[0] if min(float(part.max()) for part in ordered) > SURE else None


def describe(values: Sequence[int], chosen: Chosen) -> str:
    """Return a change as a sum of properties: "This cat − red hat + bandana, − green + lilac".

    Args:
        values: of the cat's attributes, before the change.
        chosen: the change.
    """
    terms = []
    for names, value, name, amount in zip(NAMES, values, chosen.names, chosen.amounts, strict=True):
        if name not in (KEPT, names[value]) and amount:
            old, share = names[value], 100 * amount
            terms.append(TERM.format(old, name) if amount == 1 else PARTIAL_TERM.format(share, old, share, name))
    moved = zip(chosen.directions, DIRECTIONS, strict=True)
    terms += [DIRECTION_TERM.format(each, name) for each, name in moved if each]
    return SUM.format(", ".join(terms)) if terms else SAME


def _find(name: str, names: Sequence[str]) -> int:
    if name not in (KEPT, *names):
        raise UserError(f"There is no {name!r}: choose one of {', '.join((KEPT, *names))}.")
    return KEEP if name == KEPT else names.index(name)


def _start(projected: Sequence[float] | None) -> Floats:
    return np.asarray([] if projected is None else projected, np.float32)


def _seed(seed: int | None) -> int:
    return int(seed or 0)
