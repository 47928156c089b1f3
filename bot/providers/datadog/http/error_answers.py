"""What Datadog's answers mean, as sentences for people."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from bot.kernel.errors import Conflict, Missing, RateLimited, ReplaybookError, Unauthorized, Unavailable
from bot.providers.datadog.http.api_call import Call, CallKind

WAIT_S = 5.0
"""How long to wait after a 429 that doesn't say."""
LONGEST_WAIT_S = 3600.0
_TOLD = 200  # characters of Datadog's own words that are passed on


class DatadogRefused(ReplaybookError):
    """Datadog understood and said no, with `status`; asking again the same way won't help."""

    def __init__(self, sentence: str, *, status: int) -> None:
        super().__init__(sentence)
        self.status = status


class NotSent(Unavailable):
    """Nobody was reached, so nothing happened: any request may be repeated."""


class UnsureOutcome(Unavailable):
    """The answer to a create was lost, so it may have been done: look for its trace before trying again."""


class Resting(Unavailable):
    """Datadog failed several times in a row and isn't asked for a moment."""


class Garbled(Unavailable):
    """Datadog answered with something else than what it documents."""


def sorted_by_status(call: Call, status: int, headers: Mapping[str, str], body: bytes, site: str) -> ReplaybookError:
    """The error of an answer that is not a success. `body` is hostile: only the start of its words is passed on."""
    known: dict[int, ReplaybookError] = {
        401: Unauthorized(
            f"Datadog doesn't know these keys: check DD_API_KEY and DD_APP_KEY, and that {site} is theirs."
        ),
        403: Unauthorized(f"Datadog refused the application key: it needs {_listed(call.needs)} on {site}."),
        404: Missing(f"Datadog didn't find {call.what}."),
        409: Conflict(f"Datadog says that somebody else changed {call.what} at the same moment."),
        429: rate_limited(call, reset_of(headers)),
    }
    if status in known:
        return known[status]
    if status == 408 or status >= 500:
        return Unavailable(f"Datadog failed with status {status} when asked for {call.what}.")
    if 300 <= status < 400:
        return Unavailable(f"Datadog's address points elsewhere when asked for {call.what}; check DD_SITE ({site}).")
    return DatadogRefused(
        f"Datadog refused the request for {call.what} with status {status}{_said(body)}.", status=status
    )


def rate_limited(call: Call, wait: float) -> RateLimited:
    return RateLimited(f"Datadog limits how often {call.what} may be asked for: wait {wait:.0f} s.", retry_after=wait)


def after_sending(call: Call, error: Unavailable) -> Unavailable:
    """What a failure means once the request was under way."""
    if call.kind is CallKind.CREATE and not isinstance(error, NotSent | Resting):
        return UnsureOutcome(f"{error.sentence} Whether it was done anyway isn't known.")
    return error


def reset_of(headers: Mapping[str, str]) -> float:
    """Seconds until the limit starts anew, from X-RateLimit-Reset or Retry-After."""
    for name in ("X-RateLimit-Reset", "Retry-After"):
        seconds = headers.get(name, "").strip()
        if seconds.isascii() and seconds.replace(".", "", 1).isdigit():
            return min(float(seconds), LONGEST_WAIT_S)
    return WAIT_S


class _Problem(msgspec.Struct):
    detail: str = ""
    title: str = ""


class _Problems(msgspec.Struct):
    errors: list[str | _Problem] = []


def _said(body: bytes) -> str:
    """Datadog's own words, to be put after a sentence: `: Query is invalid`; empty when there are none."""
    try:
        problems = msgspec.json.decode(body, type=_Problems).errors
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    words = (it if isinstance(it, str) else it.detail or it.title for it in problems)
    line = " ".join("; ".join(words).split()).rstrip(".")
    line = "".join(letter for letter in line if letter.isprintable())
    return f": {line[:_TOLD]}…" if len(line) > _TOLD else f": {line}" if line else ""


def _listed(needs: str) -> str:
    return " and ".join(f"“{name}”" for name in needs.split())
