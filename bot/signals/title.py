"""The title of an answer: the number asked for and what it is about."""

from __future__ import annotations

from bot.kernel.locale import Locale
from bot.signals.answer import Answer
from bot.signals.question import Metric, Question, Signal
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


def title(answer: Answer, locale: Locale) -> str:
    """ "1,403 people ran into frustration signals on “buy button”". Plain text; the name in it came from outside."""
    question, counts = answer.question, answer.counts
    what, kinds = _what(question), _kinds(question, locale)
    match question.metric:
        case Metric.RATE:
            return _rate(answer, locale)
        case Metric.SIGNALS if len(question.signals) == 1:
            texts, n = (_ONE_KIND_HERE if what else _ONE_KIND)[question.signals[0]], counts.signals
        case Metric.SIGNALS:
            texts, n = (_EVERY_HERE if what else _EVERY), counts.signals
        case metric:
            texts = (_COUNTED_HERE if what else _COUNTED)[metric]
            n = {Metric.PEOPLE: counts.people, Metric.SESSIONS: counts.sessions}.get(metric, counts.actions)
    if n == 0:
        return _none(what, kinds, locale)
    return locale.plural(*texts, n, what=what, signals=kinds)


def _none(what: str, kinds: str, locale: Locale) -> str:
    if what:
        return locale.text("No %(signals)s on %(what)s", what=what, signals=kinds)
    return locale.text("No %(signals)s", signals=kinds)


def rate(answer: Answer) -> float | None:
    """Returns the share of the target's actions that had signals; None where the source doesn't count all actions."""
    used = answer.exposed.actions
    return answer.counts.actions / used if used else None


def _rate(answer: Answer, locale: Locale) -> str:
    ratio, what = rate(answer), _what(answer.question)
    if ratio is None:
        return locale.text("No actions on %(what)s", what=what) if what else locale.text("No actions")
    values = {"share": locale.percent(ratio), "signals": _kinds(answer.question, locale)}
    if what:
        return locale.text("%(share)s of the actions on %(what)s had %(signals)s", what=what, **values)
    return locale.text("%(share)s of all actions had %(signals)s", **values)


def _kinds(question: Question, locale: Locale) -> str:
    """Returns the name of the one signal asked about, or of all of them."""
    return locale.text(SIGNAL_NAMES[question.signals[0]] if len(question.signals) == 1 else "frustration signals")


def _what(question: Question) -> str:
    name = " ".join((question.target or question.view or "").split())
    short = name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
    return f"“{short}”" if short else ""
