"""Melody, a plugin for Darkroom: this package is the plugin's folder."""
