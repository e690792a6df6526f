"""Engines that run verbs in other processes, behind the protocol `core.engine.Engine`."""
