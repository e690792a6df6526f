"""Each folder here is a plugin; `core.registry` finds them, and adds the folders that DARKROOM_PLUGINS names."""
