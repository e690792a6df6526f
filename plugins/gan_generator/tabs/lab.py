"""The tab where a toy GAN is trained live on 2-D points, and where presets make it fail."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import gradio as gr
import numpy as np
from gradio.components import Component

from core.errors import UserError, choose
from core.imaging import images
from core.imaging.images import Floats
from core.plugin import Plugin
from core.progress import Progress, Steps, translate
from core.web import charts, pages, positions
from core.web.pages import Dropped, Page

from .. import toy_data, toy_rendering
from ..adversarial.objective import LOSSES, Loss, Objective, ToyOptions, Updated
from ..lab_presets import FAILURE_PRESETS, FIX_PRESETS, MODE_COLLAPSE, Preset
from ..toy_data import DISTRIBUTIONS, WITH_MODES, Distribution
from . import lab_diagram

ROUNDS, MOST_STEPS = 300, 15_000  # then training pauses until Play is pressed again
SPEEDS = {"slow": 5, "normal": 50, "fast": 200}  # steps from picture to picture
RATES = (0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)
DRAWING, CLICKED = "drawing", "your clicks"
Losses = list[tuple[int, float, float]]  # step, loss of the discriminator, of the generator: one triple a round


class Training(NamedTuple):
    """How far a training has come: where the next run continues, if the visitor has not started a new training."""

    restarts: int
    """How many trainings the visitor had ended before this one."""
    variables: Floats | None
    losses: Losses


INTRODUCTION = (
    "**Watch two networks compete.** Gray points are real, white ones are generated. The redder a place, the higher "
    "the discriminator's score there. Choose a failure, watch it, then press Fix."
)
FIX_BUTTON = "Fix"
# Numbers of new trainings, counted on the server: two presses in quick succession would get the same from the browser.
RESTARTS = itertools.count(1)
BUTTONS = "Play", "Pause", "Step", "Reset"
SINGLE_STEPS = {"Step the discriminator": "discriminator", "Step the generator": "generator"}
SPEED_LABEL = "Speed"
LAYERS_LABEL, LAYERS_INFO = (
    "Also show",
    "Where each generated point is pushed; what the generator makes of a flat grid.",
)
LAYER_NAMES = {toy_rendering.GRADIENTS: "gradient arrows", toy_rendering.MANIFOLD: "the manifold, a warped grid"}
CLICK_HINT = "Click on the picture to set points of your own, and on one to remove it."
POINTS_LABEL, POINTS_INFO = "Your points", "Positions x y in % of the picture. Links hold them."
PLANE_LABEL = "Real and generated points"
DISTRIBUTION_LABEL, DISTRIBUTION_INFO = "Real points", "What the generator has to imitate."
DRAWER_LABEL, SKETCH_LABEL, USE_BUTTON = "Draw points", "Draw", "Train on this drawing"
LOSS_LABEL, LOSS_INFO = "Loss", "What both networks minimize."
LOSS_NAMES = {
    "relativistic": "Relativistic (R3GAN)",
    "hinge": "Hinge",
    "bce": "Cross-entropy (original GAN)",
}
PENALTY_LABEL, PENALTY_INFO = "Gradient penalty (R1) weight", "Higher: the discriminator's score changes more gently."
RATE_LABEL, RATE_INFO = "{network} learning rate", "How far each step changes the weights."
INTERVAL_LABEL, INTERVAL_INFO = "Update {network} every N steps", "Higher: it learns more rarely than the other."
LOSS_CURVES = "discriminator", "generator"
LOSS_AXES = charts.Axes("training step", "loss")
STEP_TEXT, MODES_TEXT = "Step {step:,}.", "Step {step:,}. **{covered} of {modes} modes.**"


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(INTRODUCTION)
            presets = _lay_out_presets()
            with gr.Row():
                play, pause, step, reset = (gr.Button(label, size="sm", min_width=50) for label in BUTTONS)
            with gr.Row():
                single_steps = {
                    gr.Button(text, size="sm", min_width=120): network for text, network in SINGLE_STEPS.items()
                }
            speed = gr.Radio(list(SPEEDS), value="normal", label=SPEED_LABEL)
            status = page.status("")
        with pages.column("stage"), gr.Row():
            with gr.Column(min_width=280):
                shown = pages.result_picture(PLANE_LABEL, show_label=False, classes="clickable")
                gr.Markdown(CLICK_HINT, elem_classes="caption")
            with gr.Column(min_width=280):
                gr.HTML(lab_diagram.render(), padding=False)
                explanation, progress = gr.Markdown(FIX_PRESETS[MODE_COLLAPSE].text), gr.Markdown()
                curves = gr.HTML(padding=False)
        with pages.column("settings"):
            layers = gr.CheckboxGroup(
                [(text, name) for name, text in LAYER_NAMES.items()], value=[], label=LAYERS_LABEL, info=LAYERS_INFO
            )
            distribution = gr.Radio(
                [*DISTRIBUTIONS, DRAWING, CLICKED], value="ring", label=DISTRIBUTION_LABEL, info=DISTRIBUTION_INFO
            )
            with gr.Accordion(DRAWER_LABEL, open=False) as drawer:
                sketch = pages.sketchpad(SKETCH_LABEL, drawer.expand)
                use = gr.Button(USE_BUTTON, size="sm")
                clicked = gr.Textbox("", label=POINTS_LABEL, info=POINTS_INFO)
            options = _lay_out_options()
    rounds, restarts, drawing, latest = gr.State(ROUNDS), gr.State(0), gr.State(None), gr.State(None)
    updated = gr.State("both")
    inputs = [rounds, restarts, latest, distribution, drawing, *options, layers, updated, clicked, speed]
    outputs = [shown, curves, progress, latest]
    demo = page.bind(train_toy, [opened], inputs, outputs, status, pause, long_running=True)
    length = [rounds, updated]
    demo.start_at(play.click, lambda: (ROUNDS, "both"), [], length)
    demo.start_at(step.click, lambda: (1, "both"), [], length)
    for button, network in single_steps.items():
        demo.start_at(button.click, lambda network=network: (1, network), [], length)
    demo.start_at(reset.click, lambda: (1, "both", next(RESTARTS)), [], [*length, restarts])
    demo.start_at(use.click, _use_drawing, [sketch], [drawing, distribution, *length])
    demo.start_at(shown.select, _click, [clicked], [clicked, distribution, *length])
    demo.start_at(clicked.submit, lambda: (CLICKED, ROUNDS, "both"), [], [distribution, *length])
    demo.start_when_settled([distribution, *options, layers, speed], lambda: (ROUNDS, "both"), length)
    for button, preset in presets.items():
        demo.start_at(button.click, _apply(preset), [], [*options, explanation, *length, restarts])


def _lay_out_presets() -> dict[gr.Button, Preset]:
    """Return the buttons of the failures and their fixes, a row for each pair, with their presets."""
    presets = {}
    for name, failure in FAILURE_PRESETS.items():
        with gr.Row():
            presets[gr.Button(name, size="md", min_width=150)] = failure
            fix = gr.Button(FIX_BUTTON, variant="primary", size="md", min_width=80, scale=0)
            presets[fix] = FIX_PRESETS[name]
    return presets


def _lay_out_options() -> list[Component]:
    """Return the components of the parameters of `train_toy` from `loss` on."""
    options = FIX_PRESETS[MODE_COLLAPSE].options
    weight, rates = options.objective.gradient_penalty_weight, (options.generator_rate, options.discriminator_rate)
    names = [(LOSS_NAMES[loss], loss) for loss in LOSSES]
    return [
        gr.Radio(names, value=options.objective.loss, label=LOSS_LABEL, info=LOSS_INFO),
        gr.Slider(0, 1, weight, step=0.01, label=PENALTY_LABEL, info=PENALTY_INFO),
        *(
            gr.Dropdown(list(RATES), value=rate, label=RATE_LABEL.format(network=network), info=RATE_INFO)
            for network, rate in zip(("Generator", "Discriminator"), rates, strict=True)
        ),
        *(
            gr.Slider(1, 10, 1, step=1, label=INTERVAL_LABEL.format(network=network), info=INTERVAL_INFO)
            for network in ("generator", "discriminator")
        ),
    ]


def train_toy(
    plugin: Plugin,
    rounds: int = 20,
    restarts: int = 0,
    latest: Training | None = None,
    distribution: str = "ring",
    drawing: Dropped = None,
    loss: Loss = "relativistic",
    gradient_penalty_weight: float = 0.02,
    generator_rate: float = 0.001,
    discriminator_rate: float = 0.001,
    generator_every: int = 1,
    discriminator_every: int = 1,
    layers: Sequence[str] = (),
    updated: Updated = "both",
    clicked: str = "",
    speed: str = "normal",
) -> Steps[tuple[str, str, str, Training]]:
    """Train the toy GAN: shows real and generated points, both losses, and how many modes are covered.

    Args:
        rounds: how many, 1 to 1,000; they end after 15,000 steps.
        distribution: of the real points: "ring" (eight modes), "grid" (25), "spiral", "drawing" or "your clicks".
        drawing: for the distribution "drawing": a picture, whose dark pixels are where the points are.
        loss: "relativistic", "hinge" or "bce".
        gradient_penalty_weight: weight of the discriminator's gradient penalty, 0 to 1.
        generator_rate: learning rate of the generator.
        discriminator_rate: learning rate of the discriminator.
        generator_every: update interval of the generator in steps, 1 to 10.
        discriminator_every: update interval of the discriminator in steps, 1 to 10.
        layers: what else to show: "gradients", "manifold".
        updated: which network is trained: "both", "generator" or "discriminator".
        clicked: for the distribution "your clicks": positions x y in % of the picture, such as "50 20, 30 80".
        speed: how many steps a round has: "slow" (5), "normal" (50) or "fast" (200).
    """
    objective = Objective(
        loss,
        gradient_penalty_weight,
        generator_every=int(generator_every),
        discriminator_every=int(discriminator_every),
    )
    length = choose(SPEEDS, speed, "speed")
    options = ToyOptions(objective, float(generator_rate), float(discriminator_rate), updated, length)
    chosen = _find(distribution, drawing, clicked)
    reached = latest if latest and latest.restarts == restarts else Training(restarts, None, [])
    real, start = chosen.sample(), [] if reached.variables is None else [reached.variables]
    rounds = min(int(rounds), MOST_STEPS // length)
    steps = plugin.stream("train_toy", real, *start, options=options, rounds=rounds, checkpoint="lab")

    shown = "", "", "", reached

    def show(progress: Progress) -> Progress:
        nonlocal reached, shown
        state = progress.so_far
        of_round = state.step, float(state.losses[0]), float(state.losses[1])
        reached = Training(restarts, state.variables, [*reached.losses, of_round])
        rendered = toy_rendering.render_points(real, state.points, state.logits, state.manifold, layers)
        picture = pages.write_png(rendered, "lab")
        curves, text = _render_losses(reached.losses), _describe(distribution, chosen, state)
        shown = picture, curves, text, reached
        return replace(progress, so_far=shown)

    yield from translate(steps, show)
    return shown


def _find(distribution: str, drawing: Dropped, clicked: str) -> Distribution:
    if distribution == CLICKED:
        return toy_data.from_points(_points(clicked))
    if distribution != DRAWING:
        return choose(DISTRIBUTIONS, distribution, "distribution")
    if drawing is None:
        raise UserError(f"Nothing is drawn yet: draw points, and press “{USE_BUTTON}”.")
    return toy_data.from_drawing(images.load(drawing))


def _render_losses(losses: Losses) -> str:
    steps, *curves = zip(*losses, strict=True)
    return charts.render_curves(dict(zip(LOSS_CURVES, curves, strict=True)), LOSS_AXES, x=steps)


def _describe(name: str, distribution: Distribution, state: Any) -> str:
    """Return the step, and how many modes are covered where they can be counted."""
    if name not in (*WITH_MODES, CLICKED):
        return STEP_TEXT.format(step=state.step)
    covered = toy_data.count_modes(state.points, distribution.centers)
    return MODES_TEXT.format(step=state.step, covered=covered, modes=len(distribution.centers))


def _use_drawing(sketch: dict[str, Any] | None) -> tuple[str, str, int, Updated]:
    return pages.write_sketch(sketch), DRAWING, ROUNDS, "both"


def _points(clicked: str) -> Floats:
    """Return the points (n, 2) at the positions that a visitor has set."""
    return toy_rendering.point_at(toy_rendering.SIDE * positions.read(clicked, toy_data.MOST_POINTS))


def _click(clicked: str, click: gr.SelectData) -> tuple[str, str, int, Updated]:
    """Return the visitor's positions with one more or less, and what trains both networks on them."""
    points = toy_data.toggle_point(_points(clicked), toy_rendering.point_at(np.array(click.index[:2])))
    places = toy_rendering.to_pixels(points) / np.float32(toy_rendering.SIDE)
    return positions.write(places), CLICKED, ROUNDS, "both"


def _apply(preset: Preset) -> Callable[[], tuple[Any, ...]]:
    """Return a function that sets the options to those of a preset, and starts a new training."""
    options = preset.options
    objective = options.objective
    values = (
        objective.loss,
        objective.gradient_penalty_weight,
        options.generator_rate,
        options.discriminator_rate,
        objective.generator_every,
        objective.discriminator_every,
    )
    return lambda: (*values, preset.text, ROUNDS, "both", next(RESTARTS))
