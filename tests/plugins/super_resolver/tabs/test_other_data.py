"""The tab Trained on other data."""

from __future__ import annotations

import pytest

from core.errors import UserError
from core.plugin import Plugin
from core.progress import finish
from plugins.super_resolver.tabs import other_data


def test_each_network_is_better_on_its_training_domain(plugin: Plugin) -> None:
    for subject, better in (("digits", 1), ("a photo", -1)):
        *_, words = finish(other_data.out_of_domain(plugin, subject))
        digits, photographs = (float(part.split("**")[1].removesuffix(" dB")) for part in words.split(" on ")[1:3])
        assert better * (digits - photographs) > 0
    with pytest.raises(UserError, match="The subject is 'cats'"):
        finish(other_data.out_of_domain(plugin, "cats"))
