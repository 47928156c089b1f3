"""An answer in plain text, from the JSON that the bot gives: the same words as in the workspace, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from bot.kernel.escape import clean, cut
from bot.kernel.locale import Locale
from bot.signals.answer import Caveat
from bot.signals.answer_table import label
from bot.signals.answer_text import caveat_sentences, share_text, signal_counts
from bot.signals.question import ALL_SIGNALS, SHARED, GroupBy, Metric, Signal
from bot.signals.question_text import source_name

LONGEST = 500  # characters of an error
AFFECTED = {"people", "sessions", "actions"}


def answer_lines(result: dict[str, Any], locale: Locale) -> Iterator[str]:
    """What was understood, with the period and its zone; the numbers; where they come from and what limits them.

    Names come from outside, and a terminal does what it reads: each line is one, without characters that nobody sees.
    """
    answer, question = result["answer"], result["question"]
    yield clean(result["understood"])
    if not result["known"]:
        yield clean(result["title"])
        yield from _basis(answer, locale)
        return
    lines = [_signals(answer, question, locale), _affected(answer, locale)]
    if question["metric"] in SHARED:
        yield clean(result["title"])
    yield from reversed(lines) if question["metric"] in AFFECTED else lines  # what was asked for comes first
    yield from (clean(result[name]) for name in ("verdict", "trend") if result.get(name))
    if answer["errors"]:
        yield locale.text("Top error: %(error)s", error=cut(clean(answer["errors"][0]["message"]), LONGEST))
    for group in answer["groups"]:
        name = clean(label(group["label"], GroupBy(question["group_by"]), locale))
        yield f"  {_number(group, question['metric'], locale):>8}  {name}"
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


def _signals(answer: dict[str, Any], question: dict[str, Any], locale: Locale) -> str:
    asked = tuple(Signal(kind) for kind in question["signals"])
    kinds = signal_counts(asked, {Signal(kind): n for kind, n in answer["by_signal"].items()}, locale)
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
        yield locale.text("The oldest data is from %(day)s.", day=locale.long_date(oldest))
