"""The words of an answer: its title (the number asked for and what it is about), and what limits its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from bot.kernel.locale import Locale
from bot.signals.answer import Answer, Caveat, CaveatKind, Counts
from bot.signals.question import SHARED, Metric, Period, Question, Signal
from bot.signals.question_text import SIGNAL_NAMES

LONGEST = 60  # characters of a name
_EVERY = ("%(n)s frustration signal", "%(n)s frustration signals")
_EVERY_HERE = ("%(n)s frustration signal on %(what)s", "%(n)s frustration signals on %(what)s")
_ONE_KIND = {
    Signal.RAGE: ("%(n)s rage click", "%(n)s rage clicks"),
    Signal.DEAD: ("%(n)s dead click", "%(n)s dead clicks"),
    Signal.ERROR: ("%(n)s error click", "%(n)s error clicks"),
}
_ONE_KIND_HERE = {
    Signal.RAGE: ("%(n)s rage click on %(what)s", "%(n)s rage clicks on %(what)s"),
    Signal.DEAD: ("%(n)s dead click on %(what)s", "%(n)s dead clicks on %(what)s"),
    Signal.ERROR: ("%(n)s error click on %(what)s", "%(n)s error clicks on %(what)s"),
}
_COUNTED = {
    Metric.PEOPLE: ("%(n)s person ran into %(signals)s", "%(n)s people ran into %(signals)s"),
    Metric.SESSIONS: ("%(n)s session with %(signals)s", "%(n)s sessions with %(signals)s"),
    Metric.ACTIONS: ("%(n)s action with %(signals)s", "%(n)s actions with %(signals)s"),
}
_COUNTED_HERE = {
    Metric.PEOPLE: ("%(n)s person ran into %(signals)s on %(what)s", "%(n)s people ran into %(signals)s on %(what)s"),
    Metric.SESSIONS: ("%(n)s session with %(signals)s on %(what)s", "%(n)s sessions with %(signals)s on %(what)s"),
    Metric.ACTIONS: ("%(n)s action with %(signals)s on %(what)s", "%(n)s actions with %(signals)s on %(what)s"),
}

_SHARES = {
    Metric.RATE: (
        "%(share)s of the actions on %(what)s had %(signals)s (%(n)s of %(all)s)",
        "%(share)s of all actions had %(signals)s (%(n)s of %(all)s)",
    ),
    Metric.PEOPLE_SHARE: (
        "%(share)s of the people who used %(what)s ran into %(signals)s (%(n)s of %(all)s)",
        "%(share)s of all people who clicked ran into %(signals)s (%(n)s of %(all)s)",
    ),
    Metric.SESSIONS_SHARE: (
        "%(share)s of the sessions that used %(what)s had %(signals)s (%(n)s of %(all)s)",
        "%(share)s of all sessions with a click had %(signals)s (%(n)s of %(all)s)",
    ),
}
"""Of a target or a view, and of everything."""
_UNUSED = ("Nobody used %(what)s", "Nobody clicked anything")


def title(answer: Answer, locale: Locale) -> str:
    """ "1,403 people ran into frustration signals on “buy button”". Plain text; the name in it came from outside."""
    question, counts = answer.question, answer.counts
    if is_before_data(answer):
        return locale.text("Nothing is known of that time")
    what, kinds = _what(question), _kinds(question, locale)
    match question.metric:
        case metric if metric in SHARED and (shared := _share(answer, locale)):
            return shared
        case Metric.SIGNALS if len(question.signals) == 1:
            texts, n = (_ONE_KIND_HERE if what else _ONE_KIND)[question.signals[0]], counts.signals
        case Metric.SIGNALS:
            texts, n = (_EVERY_HERE if what else _EVERY), counts.signals
        case metric:
            kind = SHARED.get(metric, metric)
            texts = (_COUNTED_HERE if what else _COUNTED)[kind]
            n = {Metric.PEOPLE: counts.people, Metric.SESSIONS: counts.sessions}.get(kind, counts.actions)
    if n == 0:
        return _none(what, kinds, locale)
    return locale.plural(*texts, n, what=what, signals=kinds)


def is_before_data(answer: Answer) -> bool:
    """Whether the period ends before the oldest data that are kept, or there are none: its zero is no number."""
    return not answer.counts.actions and _ends_before(answer.question.period, answer)


def is_compared_before_data(answer: Answer) -> bool:
    """Whether the period that it is held against ends before the oldest data that are kept."""
    period, before = answer.before_period, answer.before
    return period is not None and before is not None and not before.actions and _ends_before(period, answer)


def _ends_before(period: Period, answer: Answer) -> bool:
    return is_of_nothing(answer) or (answer.kept_from is not None and period.end <= answer.kept_from)


def is_of_nothing(answer: Answer) -> bool:
    """Whether nothing was ever recorded where it was asked."""
    return any(caveat.kind is CaveatKind.NOTHING_YET for caveat in answer.caveats)


def signal_counts(asked: Iterable[Signal], by_signal: Mapping[Signal, int], locale: Locale) -> list[str]:
    """Each kind of signal that was asked about, with its number: "1 rage click"."""
    return [locale.plural(*_ONE_KIND[signal], by_signal.get(signal, 0)) for signal in asked]


def _none(what: str, kinds: str, locale: Locale) -> str:
    if what:
        return locale.text("No %(signals)s on %(what)s", what=what, signals=kinds)
    return locale.text("No %(signals)s", signals=kinds)


def part_of_all(counts: Counts, exposed: Counts, metric: Metric) -> tuple[int, int]:
    """Returns how many had signals, and how many used the target; what a share is made of."""
    match SHARED.get(metric, metric):
        case Metric.PEOPLE:
            return counts.people, exposed.people
        case Metric.SESSIONS:
            return counts.sessions, exposed.sessions
    return counts.actions, exposed.actions


def share_text(part: int, everything: int, locale: Locale) -> str:
    """ "12% (31 of 260)"; the number alone where the source doesn't count everyone, or estimates fewer."""
    values = {"n": locale.number(part), "all": locale.number(everything)}
    if part > everything or not everything:
        return locale.number(part)
    return locale.text("%(share)s (%(n)s of %(all)s)", share=locale.percent(part / everything), **values)


def _share(answer: Answer, locale: Locale) -> str:
    """Returns the share with both its numbers; nothing where the source's base is smaller than its part."""
    metric, what = answer.question.metric, _what(answer.question)
    part, everything = part_of_all(answer.counts, answer.exposed, metric)
    if part > everything:
        return ""
    if not everything:
        texts = ("No actions on %(what)s", "No actions") if metric is Metric.RATE else _UNUSED
        return locale.text(texts[0], what=what) if what else locale.text(texts[1])
    values = {
        "share": locale.percent(part / everything),
        "n": locale.number(part),
        "all": locale.number(everything),
        "signals": _kinds(answer.question, locale),
    }
    here, anywhere = _SHARES[metric]
    return locale.text(here, what=what, **values) if what else locale.text(anywhere, **values)


def _kinds(question: Question, locale: Locale) -> str:
    """Returns the name of the one signal asked about, or of all of them."""
    return locale.text(SIGNAL_NAMES[question.signals[0]] if len(question.signals) == 1 else "frustration signals")


def _what(question: Question) -> str:
    name = " ".join((question.target or question.view or "").split())
    short = name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
    return f"“{short}”" if short else ""


CAVEAT_SENTENCES = {
    CaveatKind.TIMED_OUT: "%(source)s ran out of time, so the numbers are too low.",
    CaveatKind.FORGOTTEN: "%(source)s keeps %(n)s days, and the period or the one before begins earlier.",
    CaveatKind.NOTHING_YET: "Nothing has been recorded here yet.",
    CaveatKind.BEFORE_DATA: "The period, or the one it is compared with, begins before the oldest data that is kept.",
    CaveatKind.SAMPLED: "The page keeps only a part of all sessions (sampling), so the real numbers are higher.",
    CaveatKind.NEWEST_ERRORS: "The top errors are those of the newest %(n)s actions.",
    CaveatKind.SEARCHING: "Some recordings are still being searched for signals, so the numbers may grow.",
    CaveatKind.LIVE: "Some of these sessions are still going on, so the numbers may grow.",
    CaveatKind.DEAD_UNSEEN: "%(source)s has no dead click at all from that time: its SDK counts them only where that "
    "is switched on.",
    CaveatKind.RULE_CHANGED: "The page’s SDK changed its rule for dead clicks meanwhile, so before and after can’t be "
    "compared.",
    CaveatKind.CUT: "%(source)s gives only so many rows at once, so the smallest groups are missing.",
    CaveatKind.NAMELESS: "Some visits name no user: there each browser, or else each session, counts as one person.",
}
"""By kind, the text of the catalogs."""
FORMERLY_STORED = {
    "Datadog ran out of time, so the numbers are too low.": Caveat(CaveatKind.TIMED_OUT, "Datadog"),
    "Datadog keeps 30 days, and the period or the one before begins earlier.": Caveat(
        CaveatKind.FORGOTTEN, "Datadog", 30
    ),
    "The period begins before the oldest data that is kept.": Caveat(CaveatKind.BEFORE_DATA),
    "The page keeps only a part of all sessions (sampling), so the real numbers are higher.": Caveat(
        CaveatKind.SAMPLED
    ),
    "The top errors are those of the newest 100 actions.": Caveat(CaveatKind.NEWEST_ERRORS, number=100),
    "Some recordings are still being searched for signals, so the numbers may grow.": Caveat(CaveatKind.SEARCHING),
    "Some of these sessions are still going on, so the numbers may grow.": Caveat(CaveatKind.LIVE),
}
"""All that notebooks may hold that were written when caveats were kept as English sentences."""


class Limited(Protocol):
    """An answer, or what was kept of one. `kept_from` is of the oldest data."""

    @property
    def caveats(self) -> tuple[Caveat, ...]: ...

    @property
    def kept_from(self) -> datetime | None: ...


def limits(answer: Limited, locale: Locale) -> list[str]:
    """One sentence for each reason, and one with the day of the oldest data where the question begins earlier."""
    texts = caveat_sentences(answer.caveats, locale)
    if answer.kept_from is not None:
        texts.append(locale.text("The oldest data is from %(day)s.", day=locale.long_date(answer.kept_from)))
    return texts


def caveat_sentences(caveats: Iterable[Caveat], locale: Locale) -> list[str]:
    return [
        locale.text(CAVEAT_SENTENCES[caveat.kind], source=locale.text(caveat.source), n=locale.number(caveat.number))
        for caveat in caveats
    ]


def caveats_from_sentences(text: str) -> tuple[Caveat, ...]:
    """The caveats that were stored as English sentences one after another."""
    return tuple(caveat for sentence, caveat in FORMERLY_STORED.items() if sentence in text)
