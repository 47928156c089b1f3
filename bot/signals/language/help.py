"""Help for people whose question wasn't understood: which part, what it may have meant, and what would work."""

from __future__ import annotations

from collections.abc import Sequence

from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.signals.language.parse_errors import Puzzled, UnsureWord
from bot.signals.language.typos import suggestion


def misunderstood(
    problem: Puzzled, text: str, locale: Locale, targets: Sequence[str], views: Sequence[str], instead: str = ""
) -> Misunderstood:
    """Returns the error for the asker, with three examples that would work in this workspace.

    `instead` is the same question about this week, where it was about a time that is still to come.
    """
    sentence = locale.text(problem.message, **problem.values) if problem.values else locale.text(problem.message)
    if isinstance(problem, UnsureWord):
        word = str(problem.values["word"])
        meant = suggestion(word, text)
        if meant and meant != word.casefold():  # a word we know, where it makes no sense
            sentence += " " + locale.text("Did you mean “%(word)s”?", word=meant)
    usual = examples(locale, targets, views)
    if instead:
        sentence += " " + locale.text("How about this week?")
        usual = (instead, *usual[1:])
    return Misunderstood(sentence, at=problem.at or text, examples=usual)


def examples(locale: Locale, targets: Sequence[str] = (), views: Sequence[str] = ()) -> tuple[str, ...]:
    """Returns three questions that would be understood, with names that this workspace knows."""
    target = next((name for name in targets if name.strip()), None)
    view = next((name for name in views if name.startswith("/")), None)
    first = f'"{target}"' if target and '"' not in target else locale.text("buy button")
    return (
        locale.text("frustration signals on %(target)s this week", target=first),
        locale.text("how many users had errors in %(view)s yesterday", view=view or "/checkout"),
        locale.text("top 5 frustrating buttons today"),
    )
