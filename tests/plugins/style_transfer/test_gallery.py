"""The example paintings are there, with their captions."""

from __future__ import annotations

import pytest

from core.errors import UserError
from plugins.style_transfer import gallery


def test_every_painting_has_a_file_and_a_caption_with_painter_and_year() -> None:
    for name, each in gallery.PAINTINGS.items():
        assert each.path.exists(), name
        assert each.painter in each.caption
        assert any(character.isdigit() for character in each.year)
    with pytest.raises(UserError, match="The painting is 'Nobody'"):
        gallery.find_painting("Nobody")
