"""What PostHog's answers mean, as sentences for people."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from bot.kernel.errors import Missing, Phrase, RateLimited, ReplaybookError, Unauthorized, Unavailable
from bot.providers.posthog.posthog_calls import PostHogCall
from bot.state.call_limits import seconds_to_reset

_MOST_WORDS = 200  # characters of PostHog's own words that are passed on


class PostHogRefused(ReplaybookError):
    """PostHog understood the request and refused it; asking again the same way won't help."""


class PostHogUnreadable(Unavailable):
    """PostHog's answer is something other than what it documents."""


class PostHogTooSlow(Unavailable):
    """PostHog didn’t answer in time, and may still be at it."""


def error_for_answer(call: PostHogCall, status: int, headers: Mapping[str, str], body: bytes) -> ReplaybookError:
    """Returns the error that an answer stands for. `body` is hostile: only the start of its words is used."""
    what = Phrase(call.what)
    known: dict[int, ReplaybookError] = {
        401: Unauthorized("PostHog doesn’t know this key: check REPLAYBOOK_POSTHOG_KEY and REPLAYBOOK_POSTHOG_URL."),
        403: Unauthorized(
            "PostHog refused the key: it needs the scope “%(scope)s”, and access to the project.", scope=call.scope
        ),
        404: Missing("PostHog didn’t find %(what)s.", what=what),
        429: rate_limited(call, seconds_to_reset(headers)),
    }
    if status in known:
        return known[status]
    if status == 408 or status >= 500:
        return Unavailable(
            "PostHog failed with status %(status_code)s when asked for %(what)s.", status_code=status, what=what
        )
    if 300 <= status < 400:
        return Unavailable(
            "PostHog’s address points elsewhere when asked for %(what)s; check REPLAYBOOK_POSTHOG_URL.", what=what
        )
    return PostHogRefused(
        "PostHog refused the request for %(what)s with status %(status_code)s%(words)s.",
        what=what,
        status_code=status,
        words=_appended(_own_words(body)),
    )


def rate_limited(call: PostHogCall, wait: float) -> RateLimited:
    return RateLimited(
        "PostHog limits how often %(what)s may be asked for: wait %(wait)s s.",
        retry_after=wait,
        what=Phrase(call.what),
        wait=f"{wait:.0f}",
    )


class _PostHogProblem(msgspec.Struct):
    detail: str = ""


def _own_words(body: bytes) -> str:
    """Returns PostHog's own words in one line without a full stop, empty where there are none."""
    try:
        detail = msgspec.json.decode(body, type=_PostHogProblem).detail
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return "".join(letter for letter in " ".join(detail.split()).rstrip(".") if letter.isprintable())


def _appended(words: str) -> str:
    """Returns words as they follow a sentence, cut where they are many."""
    return f": {words[:_MOST_WORDS]}…" if len(words) > _MOST_WORDS else f": {words}" if words else ""
