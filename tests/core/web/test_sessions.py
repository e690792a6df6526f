"""A session takes little memory, and its values are kept."""

from __future__ import annotations

import gradio as gr
import pytest
from gradio.state_holder import SessionState, StateHolder

from core.web import sessions


@pytest.fixture
def holder(monkeypatch: pytest.MonkeyPatch) -> StateHolder:
    """The sessions of a page of a picture, a number and a state."""
    monkeypatch.setattr(SessionState, "__init__", SessionState.__init__)  # restored at the end
    sessions.keep_little()
    with gr.Blocks() as page:
        picture, number, count = gr.Image(), gr.Number(1), gr.State(7)
        number.change(lambda count: count + 1, count, count)
    page.state_session_capacity = 2
    held = StateHolder()
    held.set_blocks(page)
    held.ids = picture._id, number._id, count._id
    return held


def test_a_new_session_describes_no_component(holder: StateHolder) -> None:
    assert not holder["a visitor"].config_values


def test_a_session_describes_a_component_once_its_value_changes(holder: StateHolder) -> None:
    _, number, _ = holder.ids
    holder["a visitor"]._update_value_in_config(number, 5)
    assert [each["props"]["value"] for each in holder["a visitor"].components] == [5]


def test_a_session_has_a_state_of_its_own_and_the_components_of_the_page(holder: StateHolder) -> None:
    picture, _, count = holder.ids
    holder["a visitor"][count] = 8
    assert (holder["a visitor"][count], holder["another"][count]) == (8, 7)
    assert holder["another"][picture] is holder.blocks.blocks[picture]
