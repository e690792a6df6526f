"""Importing Keras without TensorFlow's messages."""

from __future__ import annotations

from tests.conftest import run_python

PROGRAM = "import os; from core.networks import backend\nwith backend.without_standard_error(): os.write(2, b'message')"


def test_messages_of_native_code_are_dropped() -> None:
    assert run_python("-c", PROGRAM).stderr == ""


def test_messages_of_native_code_are_kept_for_debugging() -> None:
    assert run_python("-c", PROGRAM, DARKROOM_DEBUG="1").stderr == "message"


def test_standard_error_works_again_afterwards() -> None:
    assert run_python("-c", f"{PROGRAM}\nos.write(2, b'later')").stderr == "later"
