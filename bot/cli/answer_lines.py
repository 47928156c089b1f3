"""An answer in plain text, from the JSON that the bot gives: the same words as in the workspace, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from bot.kernel.locale import Locale
from bot.signals.answer import Caveat
from bot.signals.answer_text import caveat_sentences, share_text
from bot.signals.question import ALL_SIGNALS, SHARED, Metric
from bot.signals.question_text import source_name

ONE_KIND = {
    "rage_click": ("%(n)s rage click", "%(n)s rage clicks"),
    "dead_click": ("%(n)s dead click", "%(n)s dead clicks"),
    "error_click": ("%(n)s error click", "%(n)s error clicks"),
}
AFFECTED = {"people", "sessions", "actions"}


def told(found: dict[str, Any], locale: Locale) -> Iterator[str]:
    """What was understood, with the period and its zone; the numbers; where they come from and what limits them."""
    answer, question = found["answer"], found["question"]
    yield found["understood"]
    if not found["known"]:
        yield found["title"]
        yield from _basis(answer, locale)
        return
    lines = [_signals(answer, question["signals"], locale), _affected(answer, locale)]
    if question["metric"] in SHARED:
        yield found["title"]
    yield from reversed(lines) if question["metric"] in AFFECTED else lines  # what was asked for comes first
    yield from (found[name] for name in ("verdict", "trend") if found.get(name))
    if answer["errors"]:
        yield locale.text("Top error: %(error)s", error=answer["errors"][0]["message"])
    for group in answer["groups"]:
        yield f"  {_number(group, question['metric'], locale):>8}  {group['label']}"
    yield from _basis(answer, locale)


def _number(group: dict[str, Any], metric: str, locale: Locale) -> str:
    """What was asked for of a group; a share with both its numbers, and what is usual where that was asked."""
    if metric not in SHARED:
        return locale.number(group.get(metric, group["signals"]))
    counted = SHARED[Metric(metric)]
    shares = [
        share_text(counts[counted], exposed[counted], locale) if exposed and exposed[counted] else "–"
        for counts, exposed in ((group, group["exposed"]), (group.get("usual"), group.get("usual_exposed")))
        if counts
    ]
    return locale.text("%(now)s, usually %(usual)s", now=shares[0], usual=shares[1]) if shares[1:] else shares[0]


def _signals(answer: dict[str, Any], asked: list[str], locale: Locale) -> str:
    kinds = [locale.plural(*ONE_KIND[kind], answer["by_signal"].get(kind, 0)) for kind in asked]
    if len(kinds) == len(ALL_SIGNALS):
        every = locale.plural("%(n)s frustration signal", "%(n)s frustration signals", answer["signals"])
        return f"{every} ({', '.join(kinds)})"
    return ", ".join(kinds)


def _affected(answer: dict[str, Any], locale: Locale) -> str:
    people = locale.plural("%(n)s person", "%(n)s people", answer["people"])
    sessions = locale.plural("%(n)s session", "%(n)s sessions", answer["sessions"])
    return f"{people}, {sessions}, {locale.plural('%(n)s action', '%(n)s actions', answer['actions'])}"


def _basis(answer: dict[str, Any], locale: Locale) -> Iterator[str]:
    source, rules = source_name(answer["source"], answer["source_title"], locale), answer["definition"]
    yield locale.text(
        "Source: %(source)s, counted by the %(definition)s.", source=source, definition=locale.text(rules)
    )
    if answer["sample"]:
        yield locale.text("Sample data is part of these numbers.")
    yield from caveat_sentences(msgspec.convert(answer["partial"], tuple[Caveat, ...]), locale)
    if answer["kept_from"]:
        oldest = datetime.fromisoformat(answer["kept_from"])
        yield locale.text("The oldest data are of %(day)s.", day=locale.long_date(oldest))
