"""What the denoiser's page says of its result."""

from __future__ import annotations

from core.plugin import Plugin
from core.progress import finish
from plugins.denoiser.interface import ALMOST_NO_NOISE, BY_HAND, LOSSY, denoise
from tests.plugins.denoiser.conftest import EXAMPLES


def describe(denoiser: Plugin, name: str, **options: object) -> str:
    result = finish(denoise(denoiser, str(EXAMPLES / name), **options))  # type: ignore[arg-type]
    assert result is not None
    return str(result[2])


def test_the_page_tells_what_to_do_where_almost_no_noise_was_found(denoiser: Plugin) -> None:
    assert ALMOST_NO_NOISE in describe(denoiser, "oakland-zoo-otters.jpg")


def test_the_page_does_not_tell_it_of_a_noisy_photo_or_a_level_set_by_hand(denoiser: Plugin) -> None:
    for options in ({"noise": 25}, {"method": BY_HAND, "sigma": 1}):
        findings = describe(denoiser, "oakland-zoo-otters.jpg", **options)
        assert ALMOST_NO_NOISE not in findings
        assert LOSSY in findings
