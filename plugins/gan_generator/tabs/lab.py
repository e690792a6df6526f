"""The tab where two small networks learn points of a plane, here and now, and where one can make them fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr
from gradio.components import Component

from core.errors import UserError, choose
from core.imaging import images
from core.imaging.images import Floats
from core.plugin import Plugin
from core.progress import Progress, Steps
from core.web import charts, pages
from core.web.pages import Page

from .. import toy_data
from ..adversarial.objective import COLLAPSE, CURES, FAILURES, LOSSES, Loss, Preset, Rules
from ..toy_data import COUNTED, TARGETS, Target

ROUNDS = 300  # until a match waits to be played on
RATES = (0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)
DRAWN = "drawn"
Past = list[tuple[float, float]]  # both losses, a round each
Shown = tuple[str, str, str, Floats, Past]


def lay_out(page: Page, opened: Any) -> None:
    """Lay out and wire the tab."""
    with pages.workbench():
        with pages.column("source"):
            gr.Markdown(
                "**Watch two networks fight.** Gray points are real, white ones are drawn by the generator. The redder "
                "a place, the more real the discriminator finds it. Let it go wrong, then take the cure."
            )
            presets = {}
            for name, failure in FAILURES.items():
                with gr.Row():
                    presets[gr.Button(name, size="md", min_width=150)] = failure
                    presets[gr.Button("Cure", variant="primary", size="md", min_width=80, scale=0)] = CURES[name]
            with gr.Row():
                on, pause, step, reset = (
                    gr.Button(words, size="sm", min_width=50) for words in ("Play", "Pause", "Step", "Reset")
                )
            status = page.status("")
        with pages.column("stage"), gr.Row():
            shown = pages.result_picture("The plane", show_label=False)
            with gr.Column(min_width=280):
                words, standing = gr.Markdown(CURES[COLLAPSE].words), gr.Markdown()
                losses = gr.HTML(padding=False)
        with pages.column("settings"):
            target = gr.Radio([*TARGETS, DRAWN], value="ring", label="Real points", info="What is to be learnt.")
            with gr.Accordion("Draw points", open=False) as drawer:
                sketch = pages.sketchpad("Draw", drawer.expand)
                use = gr.Button("Learn these", size="sm")
            knobs = _lay_out_knobs()
    drawing, state, past = gr.State(None), gr.State(None), gr.State([])
    rounds, starts = gr.State(1), gr.State(0)  # one trigger for whatever makes the match go on
    inputs = [rounds, target, drawing, state, past, *knobs]
    match = page.bind(
        play, [opened, starts.change], inputs, [shown, losses, standing, state, past], status, pause, patient=True
    )

    def wire(event: Any, start: Callable[..., Any], inputs: list[Any], outputs: list[Any]) -> Any:
        """Let the match go on after `start`, which gets the starts up to now last."""
        options = {"cancels": [match], "api_visibility": "private"}
        return event(start, [*inputs, starts], [*outputs, starts], **options)

    wire(on.click, lambda starts: (ROUNDS, starts + 1), [], [rounds])
    wire(step.click, lambda starts: (1, starts + 1), [], [rounds])
    wire(reset.click, lambda starts: (1, None, [], starts + 1), [], [rounds, state, past])
    wire(use.click, _use_drawing, [sketch], [drawing, target, rounds])
    for part in (target, *knobs):
        event = part.release if isinstance(part, gr.Slider) else part.input  # each value of a slider is traced anew
        wire(event, lambda starts: (ROUNDS, starts + 1), [], [rounds])
    for button, preset in presets.items():
        wire(button.click, _choose(preset), [], [*knobs, words, rounds, state, past])


def _lay_out_knobs() -> list[Component]:
    """Return the components that hold what `play` is told from `loss` on."""
    preset = CURES[COLLAPSE]
    loss = gr.Radio(list(LOSSES), value=preset.rules.loss, label="Loss", info="What both networks play for.")
    penalty = gr.Slider(
        0, 1, preset.rules.penalty, step=0.01, label="Penalty", info="What the discriminator pays for a steep field."
    )
    who = "Generator", "Discriminator"
    rates = [
        gr.Dropdown(list(RATES), value=rate, label=f"{name}'s learning rate", info="How far it goes at each step.")
        for name, rate in zip(who, preset.rates, strict=True)
    ]
    turns = [gr.Slider(1, 10, 1, step=1, label=f"{name}: one step of", info="How rarely it moves.") for name in who]
    return [loss, penalty, *rates, *turns]


def play(
    plugin: Plugin,
    rounds: int = ROUNDS,
    target: str = "ring",
    drawing: str | None = None,
    state: Floats | None = None,
    past: Past | None = None,
    loss: Loss = "relativistic",
    penalty: float = 0.02,
    generator_rate: float = 0.001,
    discriminator_rate: float = 0.001,
    generator_every: int = 1,
    discriminator_every: int = 1,
) -> Steps[Shown]:
    """Let the two networks play on: how the plane looks, both losses' curves, how many modes are reached.

    Args:
        target: the real points: "ring" (eight modes), "grid" (25), "spiral" or "drawn".
        loss: "relativistic", "hinge" or "bce".
        penalty: weight of the discriminator's squared slope, 0 to 1.
        generator_rate: its learning rate.
        discriminator_rate: its learning rate.
        generator_every: it moves at one step of so many.
        discriminator_every: it moves at one step of so many.
    """
    rules = Rules(loss, penalty, generator_every=int(generator_every), discriminator_every=int(discriminator_every))
    rates = float(generator_rate), float(discriminator_rate)
    chosen, so_far = _find(target, drawing), list(past or [])
    real = chosen.draw()
    begun = [] if state is None else [state]
    match = plugin.stream("play", real, *begun, rules=rules, rates=rates, rounds=int(rounds), checkpoint="lab")
    for progress in match:
        standing = progress.so_far
        so_far.append((float(standing.losses[0]), float(standing.losses[1])))
        picture = pages.write_png(toy_data.draw(real, standing.points, standing.field), "lab")
        shown = picture, _draw_losses(so_far), _describe(target, chosen, standing), standing.state, so_far
        yield Progress(progress.done, progress.total, shown)
    return shown


def _find(target: str, drawing: str | None) -> Target:
    if target != DRAWN:
        return choose(TARGETS, target, "target")
    if drawing is None:
        raise UserError("Nothing is drawn yet: draw points, and press “Learn these”.")
    return toy_data.from_drawing(images.load(drawing))


def _draw_losses(past: Past) -> str:
    discriminator, generator = zip(*past, strict=True)
    return charts.render_curves({"discriminator's loss": discriminator, "generator's loss": generator})


def _describe(target: str, chosen: Target, standing: Any) -> str:
    """Return how far a match is, in words."""
    step = f"Step {standing.step:,}."
    if target not in COUNTED:
        return step
    return f"{step} **{toy_data.count_modes(standing.points, chosen.centres)} of {len(chosen.centres)} modes.**"


def _use_drawing(drawn: dict[str, Any] | None, starts: int) -> tuple[str, str, int, int]:
    return pages.write_sketch(drawn), DRAWN, ROUNDS, starts + 1


def _choose(preset: Preset) -> Callable[[int], tuple[Any, ...]]:
    """Return what sets the knobs as a preset has them, and begins a new match."""
    rules = preset.rules
    knobs = rules.loss, rules.penalty, *preset.rates, rules.generator_every, rules.discriminator_every
    return lambda starts: (*knobs, preset.words, ROUNDS, None, [], starts + 1)
