"""Gradio's data models, with a sentence for a value of the wrong form: by themselves they end a call without a word."""

from __future__ import annotations

from typing import Any, ClassVar

import gradio as gr
from pydantic import ValidationError


class RefusesInWords:
    """Lets one of Gradio's data models refuse a wrong value with a sentence, `refusal`."""

    refusal: ClassVar[str]

    @classmethod
    def model_validate(cls, value: Any, **options: Any) -> Any:
        """Return the validated value. Raises gr.Error where it is wrong."""
        try:
            return super().model_validate(value, **options)  # type: ignore[misc]
        except ValidationError:
            raise gr.Error(cls.refusal.format(value), print_exception=False) from None


def refusing(model: type, refusal: str) -> type:
    """Return one of Gradio's data models that refuses a wrong value with the sentence `refusal`."""
    # The API shows the name and the docstring.
    own = {"refusal": refusal, "__annotations__": {"refusal": ClassVar[str]}, "__doc__": model.__doc__}
    return type(model.__name__, (RefusesInWords, model), own)
