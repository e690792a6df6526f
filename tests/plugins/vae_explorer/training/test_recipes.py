"""The recipes beside the bundled checkpoints."""

from __future__ import annotations

from core import metadata
from core.plugin import Plugin
from plugins.vae_explorer.training.recipes import RECIPES


def test_each_recipe_has_a_bundled_checkpoint(plugin: Plugin) -> None:
    assert set(plugin.record.ready_manifest.checkpoints) == set(RECIPES)
    for name, recipe in RECIPES.items():
        arguments = metadata.read(plugin.record.folder / "weights" / name).arguments
        assert (arguments["dimensions"], recipe.residual or arguments.get("variational", False)) == (
            recipe.dimensions,
            recipe.kind in ("vae", "cvae"),
        )
