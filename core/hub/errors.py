"""What the Hub's client raises, put into sentences that say what to do; and which failures another try may mend."""

from __future__ import annotations

import errno
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

from core.errors import HubError, UserError
from core.hub.reference import Reference

LOGGER = logging.getLogger(__name__)
ATTEMPTS = 5
TRANSIENT_STATUSES = {408, 429, 500, 502, 503, 504}
LOGIN = "log in with `hf auth login`, or set HF_TOKEN"
Result = TypeVar("Result")
logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # its warnings are of retries, which are said here


def retry(action: Callable[[], Result]) -> Result:
    """Return what `action` returns, tried again, ever later, where the connection broke or the Hub was busy."""
    retrying = Retrying(
        retry=retry_if_exception(_is_transient),
        stop=_should_stop,
        wait=_wait_seconds,
        before_sleep=_announce,
        reraise=True,
    )
    return retrying(action)


def _should_stop(state: RetryCallState) -> bool:
    """Return whether to give up: after fewer tries where nobody answers at all, since each takes long."""
    is_silent = isinstance(_failure(state), httpx2.TimeoutException | httpx2.ConnectError)
    return state.attempt_number >= (min(2, ATTEMPTS) if is_silent else ATTEMPTS)


def _wait_seconds(state: RetryCallState) -> float:
    """Return the seconds to wait before another try: ever more, and as many as a busy Hub asks for, up to a minute."""
    backoff = wait_exponential(multiplier=0.5, max=8) + wait_random(0, 0.5)
    error = _failure(state)
    asked = error.response.headers.get("Retry-After", "") if isinstance(error, HfHubHTTPError) else ""
    return max(backoff(state), min(float(asked), 60) if asked.isdigit() else 0)


@contextmanager
def translate_errors(reference: Reference) -> Iterator[None]:
    """Turn whatever the Hub's client raises about `reference` into a HubError, in words."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        sentence = _message(_root(error), reference)
        if sentence is None:
            raise
        raise HubError(sentence) from error


def _message(error: BaseException, reference: Reference) -> str | None:
    """Return what `error` means for the user, or None for what is no failure of the Hub's."""
    hub, repository = constants.ENDPOINT, reference.repository
    match error:
        case OfflineModeIsEnabled():
            return f"HF_HUB_OFFLINE forbids to ask {hub} for {reference}, which is not in the cache: unset that once."
        case GatedRepoError():
            return f"{repository} is gated: ask for access at {hub}/{repository}, then {LOGIN}."
        case RepositoryNotFoundError():
            return f"{hub} shows no repository {repository!r}: check the name, or, if it is private, {LOGIN}."
        case RevisionNotFoundError():
            return f"{repository} has no revision {reference.revision!r}: its page on {hub} lists those that it has."
        case RemoteEntryNotFoundError():
            return f"{reference} lacks the file {_path(error)}: it was not pushed by `python -m core push`."
        case LocalTokenNotFoundError():
            return f"{hub} wants to know who you are: {LOGIN}."
        case HfHubHTTPError():
            return _status_sentence(error, reference)
        case httpx2.TransportError():
            return f"{hub} cannot be reached ({error or type(error).__name__}): check the network, or try again later."
        case LocalEntryNotFoundError():
            return f"{reference} is neither in the cache nor to be had from {hub}: {error}"
        case HFValidationError():
            return f"{repository!r} is no name of a repository: write owner/name."
        case OSError() if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return f"the disk of {constants.HF_HUB_CACHE} is full: make room, or set HF_HOME to another disk."
        case IsADirectoryError() if _is_in_cache(error):
            return f"{error.filename} is a folder where a file belongs: remove it."
        case OSError() if _is_in_cache(error):
            return f"{error.filename} cannot be written ({error.strerror}): set HF_HOME to a folder of yours."
        case OSError() if "Consistency check failed" in str(error):
            return f"{reference} came with another size than announced: try again later."
        case UnicodeError():
            return f"HF_TOKEN or HF_ENDPOINT ({hub}) holds characters that do not belong there: set it anew."
        case RuntimeError():  # how the Hub's newer storage (Xet) fails, in words of its own
            return f"the storage of {hub} failed ({error}): try again later, or set HF_HUB_DISABLE_XET=1."
        case ValueError() if "Invalid metadata in README.md" in str(error):
            return f"the Hub refuses the front matter of README.md: {str(error).partition(chr(10))[2]}"
    return None


def _is_in_cache(error: OSError) -> bool:
    """Return whether `error` is of a path in the cache, or of a folder that the cache was to lie in."""
    path, cache = str(error.filename or "-"), constants.HF_HUB_CACHE
    return path.startswith(cache) or cache.startswith(path)


def _status_sentence(error: HfHubHTTPError, reference: Reference) -> str:
    """Return in words what an HTTP status means that has no exception of its own."""
    hub, status = constants.ENDPOINT, error.response.status_code
    said = error.response.headers.get("X-Error-Message") or error.server_message or "no reason given"
    if status == 401 and get_token() is None:
        return f"{hub} wants to know who you are: {LOGIN}."
    if status == 401:
        return f"{hub} does not know your token ({said}): {LOGIN}."
    if status == 403:
        return f"you may not do this with {reference.repository} ({said}): use a token that may write to it."
    if status == 402:
        return f"{hub} wants to be paid for that ({said}): see {hub}/settings/billing."
    if status in (409, 412):
        return f"{reference.repository} was changed by somebody else meanwhile ({said}): look at it, then try again."
    if status in TRANSIENT_STATUSES:
        return f"{hub} is busy or down (HTTP {status}): try again later."
    return f"{hub} refused (HTTP {status}: {said})."


def _is_transient(error: BaseException) -> bool:
    """Return whether another try may go better. What the client tried several times itself is not tried again."""
    if isinstance(error, LocalEntryNotFoundError):
        return False
    root = _root(error)
    if isinstance(root, HfHubHTTPError):
        return root.response.status_code in TRANSIENT_STATUSES
    is_transport = isinstance(root, httpx2.TransportError) and not isinstance(root, httpx2.UnsupportedProtocol)
    return is_transport or type(root) is RuntimeError  # the latter: see `_sentence`


def _root(error: BaseException) -> BaseException:
    """Return the error that says most: the client wraps some in others that say less."""
    wrapped = isinstance(error, LocalEntryNotFoundError) or type(error) is RuntimeError
    return _root(error.__cause__) if wrapped and error.__cause__ else error


def _path(error: HfHubHTTPError) -> str:
    return str(error.response.url).rpartition("/resolve/")[2].partition("/")[2]


def _announce(state: RetryCallState) -> None:
    LOGGER.warning("the connection to %s broke (%s): trying again", constants.ENDPOINT, type(_failure(state)).__name__)


def _failure(state: RetryCallState) -> BaseException | None:
    """Return what the last try came to, if it failed."""
    error = state.outcome.exception() if state.outcome else None
    return error and _root(error)
