"""What GitHub's refusals mean, as sentences for people."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from bot.kernel.errors import Missing, Phrase, RateLimited, ReplaybookError, Unauthorized, Unavailable

WAIT_S, LONGEST_WAIT_S = 60.0, 3600.0
"""How long to wait after a limit that doesn't say, as GitHub asks for, and the most that is believed."""
MOST_WORDS = 200


class GitHubRefused(ReplaybookError):
    """GitHub understood the request and refused it with `status`; asking again the same way won't help."""

    def __init__(self, sentence: str, /, *, status: int, **values: object) -> None:
        super().__init__(sentence, **values)
        self.status = status


class IssueDeleted(Missing):
    """The issue was there and was deleted."""


class LostAnswer(Unavailable):
    """The answer to a create was lost, so it may have been done: its marker is looked for before trying again."""


class _GitHubProblem(msgspec.Struct):
    field: str | None = None
    code: str | None = None
    message: str | None = None


class _GitHubProblems(msgspec.Struct):
    message: str | None = None
    errors: list[_GitHubProblem | str] = []


def error_for(status: int, headers: Mapping[str, str], body: bytes, what: Phrase, now: float) -> ReplaybookError:
    """Returns the error that an answer stands for. `body` is hostile: only the start of its words is used."""
    words = _words(body)
    if status == 429 or (status == 403 and _is_limit(headers, words)):
        return rate_limited(_seconds(headers, now))
    known: dict[int, ReplaybookError] = {
        401: Unauthorized("GitHub doesn’t know this token or App; make a new one and set it."),
        403: Unauthorized(
            "GitHub doesn’t permit this for %(what)s: it needs Issues: read and write on the repository%(words)s.",
            what=what,
            words=words and f" ({words})",
        ),
        404: Missing("GitHub has no %(what)s, or the token may not see it.", what=what),
        410: IssueDeleted("GitHub says that %(what)s was deleted, or that issues are switched off there.", what=what),
    }
    if status in known:
        return known[status]
    if status >= 500 or status == 408:
        return Unavailable("GitHub failed with status %(status_code)s.", status_code=status)
    return GitHubRefused(
        "GitHub refused %(what)s with status %(status_code)s%(words)s.",
        status=status,
        what=what,
        status_code=status,
        words=f": {words}" if words else "",
    )


def rate_limited(wait: float) -> RateLimited:
    return RateLimited(
        "GitHub takes no more requests for now: try again in %(wait)s seconds.", retry_after=wait, wait=f"{wait:.0f}"
    )


def _is_limit(headers: Mapping[str, str], words: str) -> bool:
    """A 403 is a limit where it says when to come back, where nothing is left, or by its words."""
    spent = headers.get("X-RateLimit-Remaining") == "0"
    return "Retry-After" in headers or spent or "rate limit" in words.casefold()


def _seconds(headers: Mapping[str, str], now: float) -> float:
    after, reset = headers.get("Retry-After", ""), headers.get("X-RateLimit-Reset", "")
    if after.isascii() and after.isdigit():
        return min(float(after), LONGEST_WAIT_S)
    if headers.get("X-RateLimit-Remaining") == "0" and reset.isascii() and reset.isdigit():
        return min(max(float(reset) - now, 1.0), LONGEST_WAIT_S)
    return WAIT_S


def _words(body: bytes) -> str:
    """GitHub's own words with the names of the fields, cut to one line; empty where there are none."""
    try:
        problems = msgspec.json.decode(body, type=_GitHubProblems)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    parts = [each if isinstance(each, str) else _problem(each) for each in problems.errors[:5]]
    line = "; ".join(filter(None, (problems.message, *parts)))
    return "".join(letter for letter in " ".join(line.split()) if letter.isprintable()).rstrip(".")[:MOST_WORDS]


def _problem(problem: _GitHubProblem) -> str:
    return " ".join(filter(None, (problem.field, problem.message or problem.code)))
