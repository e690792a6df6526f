"""Each folder here is a plugin, found by `core.registry` and imported by `core.engine` as `plugins.<name>`."""
