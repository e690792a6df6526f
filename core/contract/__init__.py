"""The contract that every plugin fulfills, as checks: `python -m core check NAME` and the contract test run the same.

A check takes a record and raises ContractError if the plugin breaks the contract; the message says what to change.
"""

from __future__ import annotations

from collections.abc import Callable

from core.contract.backends import loads_under_each_backend
from core.contract.breach import ContractError
from core.contract.source import (
    builds_page_without_keras,
    has_files,
    imports_no_backend,
    imports_no_keras_in_page,
    imports_no_other_plugin,
    imports_what_it_requires,
    is_ready,
)
from core.contract.structure import (
    has_builders,
    has_current_first_results,
    has_documented_verbs,
    has_trainer,
    has_weights,
    uses_builtin_layers,
)
from core.contract.trials import (
    changes_no_globals,
    evaluates,
    opens_tabs,
    repeats_with_seed,
    runs_verbs,
    trains,
    yields_often,
)
from core.registry import Record

Check = Callable[[Record], None]
CHECKS: tuple[Check, ...] = (
    is_ready,
    has_files,
    imports_no_backend,
    imports_no_other_plugin,
    imports_what_it_requires,
    imports_no_keras_in_page,
    changes_no_globals,
    builds_page_without_keras,
    has_builders,
    uses_builtin_layers,
    has_documented_verbs,
    has_trainer,
    has_weights,
    has_current_first_results,
    runs_verbs,
    yields_often,
    repeats_with_seed,
    opens_tabs,
    trains,
    evaluates,
    loads_under_each_backend,
)

__all__ = ["CHECKS", "Check", "ContractError", *(check.__name__ for check in CHECKS)]
