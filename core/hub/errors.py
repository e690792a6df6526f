"""Translates the exceptions of the Hub's client into `HubError`, and retries requests that failed temporarily."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import httpx2
from huggingface_hub import constants, get_token
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    LocalTokenNotFoundError,
    OfflineModeIsEnabled,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from tenacity import RetryCallState, Retrying, retry_if_exception, wait_exponential, wait_random

from core.errors import HubError, UserError, is_full
from core.hub.reference import Reference

LOGGER = logging.getLogger(__name__)
ATTEMPTS = 5
TRANSIENT_STATUSES = {408, 429, 500, 502, 503, 504}
LOGIN = "log in with `hf auth login`, or set HF_TOKEN"
Result = TypeVar("Result")
logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # its warnings are about retries, which we log ourselves


def retry(action: Callable[[], Result]) -> Result:
    """Return what `action` returns, retried with exponential backoff if the connection broke or the Hub was busy.

    Args:
        action: sends the request. It must be safe to repeat: an answer may be lost after the request succeeded.
    """
    retrying = Retrying(
        retry=retry_if_exception(_is_transient),
        stop=_should_stop,
        wait=_wait_seconds,
        before_sleep=_announce,
        reraise=True,
    )
    return retrying(action)


def _should_stop(state: RetryCallState) -> bool:
    """Return whether to stop retrying: earlier if there is no answer at all, because each attempt takes long then."""
    is_silent = isinstance(_failure(state), httpx2.TimeoutException | httpx2.ConnectError)
    return state.attempt_number >= (min(2, ATTEMPTS) if is_silent else ATTEMPTS)


def _wait_seconds(state: RetryCallState) -> float:
    """Return the seconds to wait before the next attempt: exponential, at least Retry-After, at most a minute of it."""
    backoff = wait_exponential(multiplier=0.5, max=8) + wait_random(0, 0.5)
    error = _failure(state)
    retry_after = error.response.headers.get("Retry-After", "") if isinstance(error, HfHubHTTPError) else ""
    return max(backoff(state), min(float(retry_after), 60) if retry_after.isdigit() else 0)


@contextmanager
def translate_errors(reference: Reference) -> Iterator[None]:
    """Translate what the Hub's client raises about `reference` into a HubError with a message that says what to do."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        message = _message(_root_cause(error), reference)
        if message is None:
            raise
        raise HubError(message) from error


def _message(error: BaseException, reference: Reference) -> str | None:
    """Return a message for the user, or None if `error` does not come from the Hub."""
    hub, repository = constants.ENDPOINT, reference.repository
    match error:
        case OfflineModeIsEnabled():
            return f"HF_HUB_OFFLINE is set and {reference} is not in the cache: unset it once to download from {hub}."
        case GatedRepoError():
            return f"{repository} is gated: ask for access at {hub}/{repository}, then {LOGIN}."
        case RepositoryNotFoundError():
            return f"{hub} has no repository {repository!r} for you: check the name, or, if it is private, {LOGIN}."
        case RevisionNotFoundError():
            return f"{repository} has no revision {reference.revision!r}: see the list on its page on {hub}."
        case RemoteEntryNotFoundError():
            return f"{reference} has no file {_path(error)}: it was not pushed by `python -m core push`."
        case LocalTokenNotFoundError():
            return f"{hub} requires a login: {LOGIN}."
        case HfHubHTTPError():
            return _status_message(error, reference)
        case httpx2.TransportError():
            return f"{hub} cannot be reached ({error or type(error).__name__}): check the network, or try again later."
        case LocalEntryNotFoundError():
            return f"{reference} is not in the cache and cannot be downloaded from {hub}: {error}"
        case HFValidationError():
            return f"{repository!r} is not a repository name: write owner/name."
        case OSError() if is_full(error):
            return f"the disk of {constants.HF_HUB_CACHE} is full: free some space, or set HF_HOME to another disk."
        case IsADirectoryError() if _is_in_cache(error):
            return f"{error.filename} is a folder, but must be a file: remove it."
        case OSError() if _is_in_cache(error):
            return (
                f"{error.filename} cannot be written ({error.strerror}): set HF_HOME to a folder that you can write to."
            )
        case OSError() if "Consistency check failed" in str(error):
            return f"{reference} was received with another size than announced: try again later."
        case UnicodeError():
            return f"HF_TOKEN or HF_ENDPOINT ({hub}) contains invalid characters: set it again."
        case RuntimeError():  # raised by the Hub's newer storage (Xet)
            return f"the storage of {hub} failed ({error}): try again later, or set HF_HUB_DISABLE_XET=1."
        case ValueError() if "Invalid metadata in README.md" in str(error):
            return f"the Hub rejects the front matter of README.md: {str(error).partition(chr(10))[2]}"
    return None


def _is_in_cache(error: OSError) -> bool:
    """Return whether `error` is about a path in the cache, or about a parent folder of the cache."""
    path, cache = str(error.filename or "-"), constants.HF_HUB_CACHE
    return path.startswith(cache) or cache.startswith(path)


def _status_message(error: HfHubHTTPError, reference: Reference) -> str:
    """Return a message for an HTTP status that has no exception class of its own."""
    hub, status = constants.ENDPOINT, error.response.status_code
    reason = error.response.headers.get("X-Error-Message") or error.server_message or "no reason given"
    if status == 401 and get_token() is None:
        return f"{hub} requires a login: {LOGIN}."
    if status == 401:
        return f"{hub} rejects your token ({reason}): {LOGIN}."
    if status == 403:
        return f"you have no permission for this on {reference.repository} ({reason}): use a token with write access."
    if status == 402:
        return f"{hub} requires payment ({reason}): see {hub}/settings/billing."
    if status in (409, 412):
        return f"{reference.repository} was changed by someone else meanwhile ({reason}): look at it, then try again."
    if status in TRANSIENT_STATUSES:
        return f"{hub} is busy or down (HTTP {status}): try again later."
    return f"{hub} refused (HTTP {status}: {reason})."


def _is_transient(error: BaseException) -> bool:
    """Return whether a retry may succeed. Requests that the client has already retried itself are not retried."""
    if isinstance(error, LocalEntryNotFoundError):
        return False
    cause = _root_cause(error)
    if isinstance(cause, HfHubHTTPError):
        return cause.response.status_code in TRANSIENT_STATUSES
    is_transport = isinstance(cause, httpx2.TransportError) and not isinstance(cause, httpx2.UnsupportedProtocol)
    return is_transport or type(cause) is RuntimeError  # the latter is raised by Xet


def _root_cause(error: BaseException) -> BaseException:
    """Return the most specific error: the client wraps some errors in less specific ones."""
    wrapped = isinstance(error, LocalEntryNotFoundError) or type(error) is RuntimeError
    return _root_cause(error.__cause__) if wrapped and error.__cause__ else error


def _path(error: HfHubHTTPError) -> str:
    return str(error.response.url).rpartition("/resolve/")[2].partition("/")[2]


def _announce(state: RetryCallState) -> None:
    LOGGER.warning("a request to %s failed (%s): retrying", constants.ENDPOINT, type(_failure(state)).__name__)


def _failure(state: RetryCallState) -> BaseException | None:
    """Return the error of the last attempt, or None."""
    error = state.outcome.exception() if state.outcome else None
    return error and _root_cause(error)
