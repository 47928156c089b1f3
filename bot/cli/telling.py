"""An answer in plain text, from the JSON that the bot gives: the same words as in the workspace, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bot.runtime.locale import Locale
from bot.signals.question import ALL_SIGNALS

ONE_KIND = {
    "rage_click": ("%(n)s rage click", "%(n)s rage clicks"),
    "dead_click": ("%(n)s dead click", "%(n)s dead clicks"),
    "error_click": ("%(n)s error click", "%(n)s error clicks"),
}
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=\S)")


def told(found: dict[str, Any], locale: Locale) -> Iterator[str]:
    """What was understood, with the period and its zone; the numbers; where they come from and what limits them."""
    answer = found["answer"]
    yield found["understood"]
    yield from _numbers(answer, found["question"]["signals"], locale)
    if answer["before"] is not None:
        yield locale.text("The same span before: %(n)s", n=locale.number(answer["before"]))
    if answer["errors"]:
        yield locale.text("Top error: %(error)s", error=answer["errors"][0]["message"])
    for group in answer["groups"]:
        yield f"  {locale.number(group['signals']):>8}  {group['label']}"
    yield from _basis(answer, locale)


def _numbers(answer: dict[str, Any], asked: list[str], locale: Locale) -> Iterator[str]:
    kinds = [locale.plural(*ONE_KIND[kind], answer["by_signal"].get(kind, 0)) for kind in asked]
    if len(kinds) == len(ALL_SIGNALS):
        every = locale.plural("%(n)s frustration signal", "%(n)s frustration signals", answer["signals"])
        yield f"{every} ({', '.join(kinds)})"
    else:
        yield ", ".join(kinds)
    affected = (
        locale.plural("%(n)s action", "%(n)s actions", answer["actions"]),
        locale.plural("%(n)s person", "%(n)s people", answer["people"]),
        locale.plural("%(n)s session", "%(n)s sessions", answer["sessions"]),
    )
    yield ", ".join(affected)


def _basis(answer: dict[str, Any], locale: Locale) -> Iterator[str]:
    yield locale.text(
        "Source: %(source)s, counted by the %(definition)s.",
        source=answer["source"],
        definition=locale.text(answer["definition"]),
    )
    if answer["sample"]:
        yield locale.text("Sample data is part of these numbers.")
    yield from (locale.text(sentence) for sentence in _SENTENCE_END.split(answer["partial"]) if sentence)
