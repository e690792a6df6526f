"""Lets Gradio keep little of a session.

Gradio 6.31 describes every component for every new session, which takes milliseconds and a megabyte or more, also for a
call that is refused. Only its deep links, which the pages do without (`core.web.links`), need that.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from gradio.state_holder import SessionState


def keep_little() -> None:
    """From now on, let a session describe the components only whose values it changes."""
    initialize = SessionState.__init__

    def initialize_small(session: SessionState, blocks: Any) -> None:
        initialize(session, SimpleNamespace(default_config=blocks.default_config, blocks=()))

    SessionState.__init__ = initialize_small
