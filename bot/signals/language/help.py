"""Help for people whose question wasn't understood: which part, what it may have meant, and what would work."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.signals.language.parse_errors import Early, Puzzled, UnsureWord
from bot.signals.language.typos import suggestions

_PATH = re.compile(r"/[\w\-./~%@]*[\w/]")
_LONGEST_NAME = 80  # characters


def misunderstood(
    problem: Puzzled,
    text: str,
    locale: Locale,
    targets: Sequence[str],
    views: Sequence[str],
    reads: Callable[[str], bool],
) -> Misunderstood:
    """Returns the error for the asker, with three examples that would work in this workspace.

    `reads` says whether a text makes a question: what doesn't is not offered.
    """
    sentence = locale.text(problem.message, **problem.values) if problem.values else locale.text(problem.message)
    usual = examples(locale, targets, views)
    if isinstance(problem, UnsureWord):
        word = str(problem.values["word"])
        meant = (new for old, new in suggestions(word, text) if reads(_with(text, old, new)))
        if any(letter.isalnum() for letter in word) and (instead := next(meant, "")):
            sentence += " " + locale.text("Did you mean “%(word)s”?", word=instead)
    elif isinstance(problem, Early) and reads(instead := _with(text, problem.at, locale.text("this week"))):
        sentence += " " + locale.text("How about this week?")
        usual = (instead, *usual[1:])
    return Misunderstood(sentence, at=problem.at or text, examples=usual)


def _with(text: str, old: str, new: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(old)}", lambda _: new, text, count=1, flags=re.IGNORECASE)


def examples(locale: Locale, targets: Sequence[str] = (), views: Sequence[str] = ()) -> tuple[str, ...]:
    """Returns three questions that would be understood, with names that this workspace knows."""
    names = (" ".join(name.split()) for name in targets)
    target = next((name for name in names if 0 < len(name) <= _LONGEST_NAME and not set(name) & set('"\\')), None)
    view = next((name for name in views if len(name) <= _LONGEST_NAME and _PATH.fullmatch(name)), None)
    first = f'"{target}"' if target else locale.text("buy button")
    people = locale.text("how many users had errors yesterday")
    if view or not targets:  # a page that nobody saw would be refused where names are known
        people = locale.text("how many users had errors in %(view)s yesterday", view=view or "/checkout")
    return (
        locale.text("frustration signals on %(target)s this week", target=first),
        people,
        locale.text("top 5 frustrating buttons today"),
    )
