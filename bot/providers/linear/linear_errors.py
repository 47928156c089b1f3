"""What Linear's answers mean, as sentences for people.

Errors are told apart as Linear's SDK does: by `extensions.type` of the first one, else by the status.
https://github.com/linear/linear/blob/master/packages/sdk/src/error.ts
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from bot.kernel.errors import Missing, Misunderstood, Phrase, RateLimited, ReplaybookError, Unauthorized, Unavailable
from bot.providers.linear.linear_documents import LinearDocument

WAIT_S, LONGEST_WAIT_S = 5.0, 3600.0
"""How long to wait after a limit that doesn't say, and the most that is believed."""
_MOST_WORDS = 200


class LinearRefused(Misunderstood):
    """Linear understood the request and refuses what it says; asking again the same way won't help."""


class LinearNotSent(Unavailable):
    """Nobody was reached, so nothing happened and any request may be repeated."""


class LinearUnsure(Unavailable):
    """The answer to a create was lost: it must be looked for by its id before anything else."""


class _Extensions(msgspec.Struct):
    type: str = ""
    code: str = ""
    presentable: str | None = msgspec.field(name="userPresentableMessage", default=None)


class GraphQLProblem(msgspec.Struct):
    """One of `errors` in an answer."""

    message: str = ""
    extensions: _Extensions = msgspec.field(default_factory=_Extensions)


class Problems(msgspec.Struct):
    errors: list[GraphQLProblem] = []


def problems_in(body: bytes) -> list[GraphQLProblem]:
    """The errors that an answer names, none where it can't be read."""
    try:
        return msgspec.json.decode(body, type=Problems).errors
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []


def error_of(document: LinearDocument, status: int, body: bytes, wait: float) -> ReplaybookError | None:
    """The error that an answer stands for, None where it is none. `wait` is what its headers say, in seconds."""
    if problems := problems_in(body):
        return _problem(document, problems[0], wait)
    return None if 200 <= status < 300 else _failed(document, status, wait)


def _failed(document: LinearDocument, status: int, wait: float) -> ReplaybookError:
    """What a status says, where nothing else does."""
    if status == 429:
        return rate_limited(document, wait)
    if status in (401, 403):
        return unknown_key() if status == 401 else not_permitted(document, "")
    if status == 408 or status >= 500:
        return Unavailable(
            "Linear failed with status %(status_code)s when asked for %(what)s.",
            status_code=status,
            what=Phrase(document.what),
        )
    if 300 <= status < 400:
        return Unavailable("Linear’s address points elsewhere; check REPLAYBOOK_LINEAR_URL.")
    return LinearRefused(
        "Linear refused the request for %(what)s with status %(status_code)s%(words)s.",
        what=Phrase(document.what),
        status_code=status,
        words="",
    )


def _problem(document: LinearDocument, problem: GraphQLProblem, wait: float) -> ReplaybookError:
    kind, code = problem.extensions.type.casefold(), problem.extensions.code.upper()
    if kind == "ratelimited" or code == "RATELIMITED":
        return rate_limited(document, wait)
    if kind == "authentication error" or code == "AUTHENTICATION_ERROR":
        return unknown_key()
    words = _words(problem.extensions.presentable or problem.message)
    if kind in {"forbidden", "feature not accessible"} or code == "FORBIDDEN":
        return not_permitted(document, words)
    if problem.message.startswith("Entity not found"):
        return Missing("Linear didn’t find %(what)s%(words)s.", what=Phrase(document.what), words=words)
    if kind in {"internal error", "lock timeout", "network error", "bootstrap error"}:
        return Unavailable("Linear failed when asked for %(what)s%(words)s.", what=Phrase(document.what), words=words)
    return LinearRefused("Linear refused %(what)s%(words)s.", what=Phrase(document.what), words=words)


def unknown_key() -> Unauthorized:
    return Unauthorized("Linear doesn’t know this key: make a new one and set LINEAR_API_KEY.")


def not_permitted(document: LinearDocument, words: str) -> Unauthorized:
    return Unauthorized(
        "Linear’s key isn’t permitted to ask for %(what)s%(words)s; it needs Read, Create issues and Create comments.",
        what=Phrase(document.what),
        words=words,
    )


def rate_limited(document: LinearDocument, wait: float) -> RateLimited:
    return RateLimited(
        "Linear limits how often %(what)s may be asked for: wait %(wait)s s.",
        retry_after=wait,
        what=Phrase(document.what),
        wait=f"{wait:.0f}",
    )


def after_sending(document: LinearDocument, error: Unavailable) -> Unavailable:
    """What a failure means once the request was under way."""
    if document.creates and not isinstance(error, LinearNotSent):
        return LinearUnsure("%(reason)s Whether it was done anyway isn’t known.", reason=error)
    return error


def seconds_to_wait(headers: Mapping[str, str], now_ms: float) -> float:
    """Seconds until a limit lets us in: Retry-After, or else the time when the budget that is empty starts anew."""
    after = headers.get("Retry-After", "").strip()
    if after.isascii() and after.isdigit():
        return min(float(after), LONGEST_WAIT_S)
    for budget in ("Requests", "Complexity"):
        left, reset = budget_of(headers, budget, now_ms)
        if left is not None and left <= 0:
            return reset
    return WAIT_S


def budget_of(headers: Mapping[str, str], budget: str, now_ms: float) -> tuple[int | None, float]:
    """What is left of a budget, and the seconds until it is full again; None where the headers don't say."""
    left = headers.get(f"X-RateLimit-{budget}-Remaining", "").strip()
    reset = headers.get(f"X-RateLimit-{budget}-Reset", "").strip()
    if not (left.isascii() and left.lstrip("-").isdigit() and reset.isascii() and reset.isdigit()):
        return None, 0.0
    return int(left), min(max((int(reset) - now_ms) / 1000, 1.0), LONGEST_WAIT_S)


def _words(text: str) -> str:
    """Linear's own words as they follow a sentence. They are hostile: one line, cut."""
    line = "".join(letter for letter in " ".join(text.split()) if letter.isprintable()).rstrip(".")
    return f": {line[:_MOST_WORDS]}…" if len(line) > _MOST_WORDS else f": {line}" if line else ""
