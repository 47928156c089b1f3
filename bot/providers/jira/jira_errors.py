"""What Jira's answers mean, as sentences for people."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from bot.kernel.errors import (
    Conflict,
    Missing,
    Misunderstood,
    Phrase,
    RateLimited,
    ReplaybookError,
    Unauthorized,
    Unavailable,
)

WAIT_S, LONGEST_WAIT_S = 5.0, 3600.0
"""How long to wait after a 429 that doesn't say, and the most that is believed."""
PER_ISSUE = "jira-per-issue-on-write"
BURST = "jira-burst-based"
_MOST_WORDS = 300


class JiraRefused(Misunderstood):
    """Jira understood the request and refuses what it says. `fields` are the ids of those that are wrong."""

    def __init__(self, sentence: str, /, *, fields: tuple[str, ...] = (), **values: object) -> None:
        super().__init__(sentence, at="", examples=(), **values)
        self.fields = fields


class JiraNotSent(Unavailable):
    """Nobody was reached, so nothing happened and any request may be repeated."""


class JiraUnsure(Unavailable):
    """The answer to what can't be repeated was lost: its trace must be looked for."""


class _JiraProblems(msgspec.Struct):
    messages: list[str] = msgspec.field(name="errorMessages", default_factory=list)
    errors: dict[str, str] = {}


def jira_error(status: int, headers: Mapping[str, str], body: bytes, what: str) -> ReplaybookError:
    """The error that an answer stands for; `what` completes "when asked for …". The body is hostile."""
    problems = _problems(body)
    known: dict[int, ReplaybookError] = {
        401: Unauthorized(
            "Jira doesn’t know this account and token. Tokens end after a year at most: make a new one and set "
            "REPLAYBOOK_JIRA_TOKEN."
        ),
        403: Unauthorized("The Jira account may not do this%(words)s.", words=_words(problems)),
        404: Missing("Jira didn’t find %(what)s, or its account may not see it.", what=Phrase(what)),
        409: Conflict("Someone changed the issue in Jira at the same moment."),
        410: Unavailable("Jira doesn’t have this interface any more (%(what)s).", what=Phrase(what)),
        413: JiraRefused("Jira takes no file of this size."),
        429: rate_limited(what, retry_after(headers)),
    }
    if status in known:
        return known[status]
    if status == 408 or status >= 500:
        return Unavailable(
            "Jira failed with status %(status_code)s when asked for %(what)s.", status_code=status, what=Phrase(what)
        )
    if 300 <= status < 400:
        return Unavailable("Jira’s address points elsewhere; check REPLAYBOOK_JIRA_URL.")
    return JiraRefused(
        "Jira refused %(what)s with status %(status_code)s%(words)s.",
        fields=tuple(problems.errors),
        what=Phrase(what),
        status_code=status,
        words=_words(problems),
    )


def rate_limited(what: str, wait: float) -> RateLimited:
    return RateLimited(
        "Jira limits how often %(what)s may be asked for: wait %(wait)s s.",
        retry_after=wait,
        what=Phrase(what),
        wait=f"{wait:.0f}",
    )


def retry_after(headers: Mapping[str, str]) -> float:
    seconds = headers.get("Retry-After", "").strip()
    return min(float(seconds), LONGEST_WAIT_S) if seconds.isascii() and seconds.isdigit() else WAIT_S


def _problems(body: bytes) -> _JiraProblems:
    try:
        return msgspec.json.decode(body, type=_JiraProblems)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _JiraProblems()


def _words(problems: _JiraProblems) -> str:
    """Jira's own words as they follow a sentence, the fields by their names: one line, cut."""
    parts = [*problems.messages, *(f"{name}: {text}" for name, text in problems.errors.items())]
    line = " ".join("; ".join(part.rstrip(".") for part in parts).split())
    plain = "".join(letter for letter in line if letter.isprintable())
    return f": {plain[:_MOST_WORDS]}…" if len(plain) > _MOST_WORDS else f": {plain}" if plain else ""
