"""A second chance for what the grammar refuses: a language model may put it in the grammar's words. Off by default.

Its answer is used only where the grammar reads it, and only the asker can ask it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.signals.language.help import examples
from bot.signals.question import Question

LONGEST_READING = 300  # characters
MOST_NAMES = 20
GUIDE = """\
You rewrite what a person asked about frustration signals on a web site into one line of a small question language.
Answer with that line alone. If the words are no such question, answer with: none

A line holds, in any order:
- signals: rage clicks, dead clicks, errors, or frustration signals (all three)
- optionally what is counted: how many users, how many sessions, how many actions, frustration rate
- optionally a target: on buy button, on "Exact name"; optionally a page: in /cart, on the checkout page
- a time: today, yesterday, this week, last 3 days, since Monday, in October, from 2026-11-01 to 2026-11-07, since v2.31
- optionally a comparison: vs last week
- optionally a grouping: by browser, by country, by device, by version, by page, by button, by hour, by day
- optionally a ranking: top 5 frustrating buttons
- optionally filters: only Safari, in Korea, on mobile, except Chrome, version 2.31, env:prod

Lines that work:
"""


class Rewriter(Protocol):
    """A model that rewrites `words` as `guide` describes."""

    sees_names: bool
    """Whether names of buttons may be sent to it."""

    async def rewrite(self, words: str, guide: str) -> str:
        """Returns the model's answer, whatever that is. Raises Upstream."""


@runtime_checkable
class SummaryWording(Protocol):
    """A model that may also be told what a drafted summary says, if `words_summaries`."""

    words_summaries: bool


@dataclass(frozen=True, slots=True)
class SuggestedReading:
    """What the words may have meant: `text` is read by the grammar as `question`."""

    text: str
    question: Question


Understand = Callable[[str], Awaitable[Question]]


async def suggested_reading(
    rewriter: Rewriter, words: str, locale: Locale, understand: Understand, names: Sequence[str] = ()
) -> SuggestedReading | None:
    """Returns the model's reading of the words, if the grammar reads it; `understand` raises Misunderstood.

    The model gets the words, the guide, and the `names` that it may see. Raises Upstream.
    """
    text = one_line(await rewriter.rewrite(words, guide(locale, names)))
    if not text or text.casefold() == " ".join(words.split()).casefold():
        return None
    try:
        return SuggestedReading(text, await understand(text))
    except Misunderstood:
        return None


def guide(locale: Locale, names: Sequence[str] = ()) -> str:
    """Returns the model's instructions. Names come from pages, so they are in it only where a setting allows it."""
    lines = [f"- {line}" for line in examples(locale)]
    shown = [f"- {' '.join(name.split())[:80]}" for name in names[:MOST_NAMES]]
    return GUIDE + "\n".join(lines) + ("\n\nNames of buttons here:\n" + "\n".join(shown) if shown else "")


def one_line(answer: str) -> str:
    """Returns the one line of an answer, without a fence around it; nothing for any other answer."""
    lines = [
        line.strip() for line in answer.strip().splitlines() if line.strip() and not line.strip().startswith("```")
    ]
    if len(lines) != 1 or len(lines[0]) > LONGEST_READING or not lines[0].isprintable():
        return ""
    return " ".join(lines[0].strip("`").split())
