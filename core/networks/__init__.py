"""Keras networks: checkpoints, shared layers, the device and precision that they run in."""
