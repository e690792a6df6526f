"""The style sheet and the script of the suite, and the style sheets that plugins bring."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core import registry
from core.publish import bundle
from core.web import theme

Plant = Callable[..., Path]


def test_the_css_of_a_plugin_follows_that_of_the_suite(plant: Plant) -> None:
    (plant("styled") / "style.css").write_text(".styled-grid { display: grid; }")
    plant("unstyled")
    css = theme.load_css([registry.find("styled"), registry.find("unstyled")])
    assert css == theme.STYLE.read_text() + "\n.styled-grid { display: grid; }"


def test_the_css_of_a_plugin_that_cannot_run_is_left_out(plant: Plant) -> None:
    toml = 'api = "9.0"\ntitle = "x"\nsummary = "x"\n[checkpoints.x]'
    (plant("refused", plugin=toml) / "style.css").write_text("body { display: none; }")
    assert theme.load_css([registry.find("refused")]) == theme.STYLE.read_text()


def test_an_unreadable_style_sheet_costs_a_plugin_its_style_only(
    plant: Plant, caplog: pytest.LogCaptureFixture
) -> None:
    (plant("latin") / "style.css").write_bytes("/* gr\u00fc\u00df */".encode("latin-1"))
    assert theme.load_css([registry.find("latin")]) == theme.STYLE.read_text()
    assert "cannot be read" in caplog.text


def test_a_bundle_holds_the_style_sheets_and_the_script(plant: Plant, tmp_path: Path) -> None:
    (plant("styled") / "style.css").write_text(".styled-grid { display: grid; }")
    bundle.write([registry.find("styled")], tmp_path / "suite")
    for path in ("core/web/style.css", "core/web/scripts/clickable.js", "plugins/styled/style.css"):
        assert (tmp_path / "suite" / path).exists()
