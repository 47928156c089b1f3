"""What Datadog's answers mean, as sentences for people."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from bot.kernel.circuit import CircuitOpen
from bot.kernel.errors import Conflict, Missing, Phrase, RateLimited, ReplaybookError, Unauthorized, Unavailable
from bot.providers.datadog.http.api_call import Call, CallKind
from bot.state.call_limits import seconds_to_reset

_MOST_WORDS = 200  # characters of Datadog's own words that are passed on
_UNKNOWN_KEY = frozenset({"forbidden", "api key required"})
"""All that a 403 says where a key is wrong or missing. Where a key only lacks a permission, it says more than that."""


class DatadogRefused(ReplaybookError):
    """Datadog understood the request and refused it with `status`; asking again the same way won't help."""

    def __init__(self, sentence: str, /, *, status: int, **values: object) -> None:
        super().__init__(sentence, **values)
        self.status = status


class NotSent(Unavailable):
    """Nobody was reached, so nothing happened and any request may be repeated."""


class UnsureOutcome(Unavailable):
    """The answer to a create was lost, so it may have been done: its trace must be looked for before trying again."""


class Unreadable(Unavailable):
    """Datadog's answer is something other than what it documents."""


def error_for_status(call: Call, status: int, headers: Mapping[str, str], body: bytes, site: str) -> ReplaybookError:
    """Returns the error that an answer stands for. `body` is hostile: only the start of its words is used."""
    words = _own_words(body)
    known: dict[int, ReplaybookError] = {
        401: _unknown_keys(site),
        403: _unknown_keys(site) if words.casefold() in _UNKNOWN_KEY else _not_permitted(call, site),
        404: Missing("Datadog didn’t find %(what)s%(words)s.", what=Phrase(call.what), words=_appended(words)),
        409: Conflict("Datadog says that somebody else changed %(what)s at the same moment.", what=Phrase(call.what)),
        429: rate_limited(call, seconds_to_reset(headers)),
    }
    if status in known:
        return known[status]
    if status == 408 or status >= 500:
        return Unavailable(
            "Datadog failed with status %(status_code)s when asked for %(what)s.",
            status_code=status,
            what=Phrase(call.what),
        )
    if 300 <= status < 400:
        return Unavailable(
            "Datadog’s address points elsewhere when asked for %(what)s; check DD_SITE (%(site)s).",
            what=Phrase(call.what),
            site=site,
        )
    return DatadogRefused(
        "Datadog refused the request for %(what)s with status %(status_code)s%(words)s.",
        status=status,
        what=Phrase(call.what),
        status_code=status,
        words=_appended(words),
    )


def _unknown_keys(site: str) -> Unauthorized:
    return Unauthorized(
        "Datadog doesn’t know these keys: check DD_API_KEY and DD_APP_KEY, and that %(site)s is theirs.", site=site
    )


def _not_permitted(call: Call, site: str) -> Unauthorized:
    return Unauthorized(
        "Datadog refused the application key: it needs %(listed)s on %(site)s.", listed=_listed(call.needs), site=site
    )


def rate_limited(call: Call, wait: float) -> RateLimited:
    return RateLimited(
        "Datadog limits how often %(what)s may be asked for: wait %(wait)s s.",
        retry_after=wait,
        what=Phrase(call.what),
        wait=f"{wait:.0f}",
    )


def after_sending(call: Call, error: Unavailable) -> Unavailable:
    """Returns what a failure means once the request was under way."""
    if call.kind is CallKind.CREATE and not isinstance(error, NotSent | CircuitOpen):
        return UnsureOutcome("%(reason)s Whether it was done anyway isn’t known.", reason=error)
    return error


class _DatadogProblem(msgspec.Struct):
    detail: str | None = None
    title: str | None = None


class _DatadogProblems(msgspec.Struct):
    errors: list[str | _DatadogProblem | None] = []


def _own_words(body: bytes) -> str:
    """Returns Datadog's own words in one line without a full stop (`Query is invalid`), empty when there are none."""
    try:
        problems = msgspec.json.decode(body, type=_DatadogProblems).errors
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    words = (
        problem.detail or problem.title if isinstance(problem, _DatadogProblem) else problem for problem in problems
    )
    line = " ".join("; ".join(filter(None, words)).split()).rstrip(".")
    return "".join(letter for letter in line if letter.isprintable())


def _appended(words: str) -> str:
    """Returns words as they follow a sentence (`: Query is invalid`), cut where they are many."""
    return f": {words[:_MOST_WORDS]}…" if len(words) > _MOST_WORDS else f": {words}" if words else ""


def _listed(needs: str) -> str:
    return " and ".join(f"“{name}”" for name in needs.split())
