"""A question in words: as a sentence about what was understood, and as text that the grammar reads back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.kernel.locale import Locale
from bot.signals.language.lexer import NAMELIKE, TokenReader
from bot.signals.language.lexicon import lexicon
from bot.signals.question import ALL_SIGNALS, GroupBy, Metric, Period, Question, Signal

SIGNAL_NAMES = {Signal.RAGE: "rage clicks", Signal.DEAD: "dead clicks", Signal.ERROR: "error clicks"}
FORMER_TITLES = {"local": "local data", "datadog": "Datadog"}
"""Titles of the sources of answers that were stored before an answer kept its source's title."""
METRIC_NAMES = {
    Metric.SIGNALS: "signals",
    Metric.ACTIONS: "actions",
    Metric.PEOPLE: "people",
    Metric.SESSIONS: "sessions",
    Metric.RATE: "rate",
    Metric.PEOPLE_SHARE: "share of people",
    Metric.SESSIONS_SHARE: "share of sessions",
}
GROUP_NAMES = {
    GroupBy.BROWSER: "by browser",
    GroupBy.COUNTRY: "by country",
    GroupBy.DEVICE: "by device",
    GroupBy.VERSION: "by version",
    GroupBy.OS: "by system",
    GroupBy.ENV: "by environment",
    GroupBy.VIEW: "by page",
    GroupBy.TARGET: "by button",
    GroupBy.SIGNAL: "by signal type",
    GroupBy.MINUTE: "by minute",
    GroupBy.HOUR: "by hour",
    GroupBy.DAY: "by day",
    GroupBy.ERROR: "by error message",
}
FACET_NAMES = {
    "browser": "browser",
    "country": "country",
    "device": "device",
    "version": "version",
    "os": "system",
    "env": "environment",
    "service": "service",
}
DEVICES = {
    "mobile": "mobile",
    "desktop": "desktop",
    "tablet": "tablet",
    "tv": "television",
    "gaming_console": "games console",
    "bot": "robot",
    "other": "another device",
}
"""By the values of `device.type` in RUM's events (rum-events-format), in lower case."""
_COUNTED = {
    Metric.ACTIONS: "how many actions were",
    Metric.PEOPLE: "how many people had",
    Metric.SESSIONS: "how many sessions had",
    Metric.RATE: "frustration rate",
    Metric.PEOPLE_SHARE: "share of people",
    Metric.SESSIONS_SHARE: "share of sessions",
}


def source_name(source: str, title: str, locale: Locale) -> str:
    """Returns what people call a source; its own name where it has no title."""
    return locale.text(title or FORMER_TITLES.get(source, source))


def describe(question: Question, locale: Locale) -> str:
    """Returns what was understood, on one line."""
    return " · ".join(phrases(question, locale))


def phrases(question: Question, locale: Locale) -> tuple[str, ...]:
    """Returns what was understood: what is counted, where, when (with the zone), compared with what, in which order."""
    parts = [
        locale.text("%(signals)s on %(where)s", signals=_signals(question, locale), where=_where(question, locale))
    ]
    if question.metric is not Metric.SIGNALS:
        parts.append(locale.text("counted: %(metric)s", metric=locale.text(METRIC_NAMES[question.metric])))
    parts.append(when(question.period, locale))
    if question.compare is not None:
        parts.append(locale.text("compared with %(period)s", period=when(question.compare, locale, question.period)))
    parts += [_facet(facet, values, locale) for facet, values in sorted(question.wanted.items())]
    parts += [
        locale.text("without %(what)s", what=_facet(facet, values, locale))
        for facet, values in sorted(question.without.items())
    ]
    if question.group_by is not None:
        parts.append(locale.text(GROUP_NAMES[question.group_by]))
        if question.suspect:
            value = facet_value(question.group_by, question.suspect, locale)
            parts.append(locale.text("is it only %(value)s?", value=value))
    if question.top is not None:
        parts.append(locale.text("top %(n)s", n=question.top))
    return (*parts, *question.assumed)


def slice_name(question: Question, locale: Locale) -> str:
    """Returns what a question counts and where, whatever its period: what a watch watches."""
    bare = replace(question, metric=Metric.SIGNALS, compare=None, group_by=None, top=None, suspect="", assumed=())
    what = locale.text(
        "%(signals)s on %(where)s", signals=_signals_text(question, locale), where=_where(question, locale)
    )
    return " · ".join((what, *phrases(bare, locale)[2:]))


def untitled(question: Question, locale: Locale) -> tuple[str, ...]:
    """Returns what was understood and isn't in the title of its answer: when, with which filters, in which order.

    The first phrase names signals and target, as the title does; but a title has no page beside a target, and two
    kinds of signals are "frustration signals" there.
    """
    told = len(question.signals) in (1, len(ALL_SIGNALS)) and (question.view is None or question.target is None)
    return phrases(replace(question, metric=Metric.SIGNALS), locale)[1 if told else 0 :]


def _facet(facet: str, values: Sequence[str], locale: Locale) -> str:
    """ "country: South Korea, Japan"; facets and values of others stay as they are."""
    name = locale.text(FACET_NAMES[facet]) if facet in FACET_NAMES else facet
    return f"{name}: {', '.join(facet_value(facet, value, locale) for value in values)}"


def facet_value(facet: str, value: str, locale: Locale) -> str:
    """Returns the value in the reader's words: countries by their names, kinds of devices in the reader's language."""
    if facet == "country":
        return locale.country(value)
    device = DEVICES.get(value.lower().replace(" ", "_")) if facet == "device" else None
    return locale.text(device) if device else value


def when(period: Period, locale: Locale, beside: Period | None = None) -> str:
    """Returns both ends with the zone, whole days without times. The end is not part of the period.

    The year of a year is told, one that is another than that of the period `beside` it, and one that the locale
    doesn't take for granted.
    """
    start, end = (moment.astimezone(locale.zone) for moment in (period.start, period.end))
    elsewhen = beside is not None and _last(beside, locale) != start.year
    other = bool(locale.year) and locale.year != start.year
    years = _years(start, _last(period, locale), told=period.unit == "year" or elsewhen or other)
    text = _in_days_or_times(start, end, replace(locale, year=0))
    return locale.text("%(years)s, %(when)s", years=years, when=text) if years else text


def _in_days_or_times(start: datetime, end: datetime, locale: Locale) -> str:
    if _midnight(start) and _midnight(end):
        last = end - timedelta(days=1)
        days = locale.date(start) if last.date() == start.date() else f"{locale.date(start)} – {locale.date(last)}"
        return f"{days} {_zone(start, end, locale)}"
    return locale.span(start, end)


def _last(period: Period, locale: Locale) -> int:
    """Returns the year in which a period ends."""
    return (period.end.astimezone(locale.zone) - timedelta(seconds=1)).year


def _years(start: datetime, last: int, *, told: bool) -> str:
    """Returns the years of a period that spans several; the one that it lies in only where that is to be told."""
    if start.year != last:
        return f"{start.year}–{last}"
    return str(start.year) if told else ""


def _midnight(moment: datetime) -> bool:
    return (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)


def _zone(start: datetime, end: datetime, locale: Locale) -> str:
    first, last = locale.zone_name(start), locale.zone_name(end)
    return first if first == last else f"{first}/{last}"


def _signals(question: Question, locale: Locale) -> str:
    if question.signals == ALL_SIGNALS:
        return locale.text("frustration signals (rage, dead and error clicks)")
    return ", ".join(locale.text(SIGNAL_NAMES[signal]) for signal in question.signals)


def _where(question: Question, locale: Locale) -> str:
    target = f"“{question.target}”" if question.target is not None else locale.text("all targets")
    if question.view is None:
        return target
    return locale.text("%(target)s in %(view)s", target=target, view=question.view)


def to_text(question: Question, locale: Locale) -> str:
    """Returns the question as the grammar reads it: `parse(to_text(q, locale))` is q but for `text` and `assumed`.

    Times are written out, so that the text means the same tomorrow.
    """
    text = locale.text(
        "%(metric)s %(signals)s %(target)s %(view)s %(filters)s %(group)s %(period)s %(compare)s",
        metric=locale.text(_COUNTED[question.metric]) if question.metric in _COUNTED else "",
        signals=_signals_text(question, locale),
        target=_target_text(question, locale),
        view=locale.text("in %(view)s", view=_view_text(question.view)) if question.view is not None else "",
        filters=_filters_text(question),
        group=_group_text(question, locale),
        period=_range_text(question.period, locale),
        compare=_versus_text(question.compare, locale) if question.compare else "",
    )
    return " ".join(text.split())


def _signals_text(question: Question, locale: Locale) -> str:
    if question.signals == ALL_SIGNALS:
        return locale.text("frustration signals")
    return " ".join(locale.text(SIGNAL_NAMES[signal]) for signal in question.signals)


def _target_text(question: Question, locale: Locale) -> str:
    if question.target is None:
        return ""
    name = _quoted(question.target) if question.exact else question.target
    plain = all(token.type in NAMELIKE for token in TokenReader(lexicon()).tokens(name))
    # Keywords in a name ("Report an error button") are part of it after "on the", which is read in every language.
    return locale.text("on %(target)s", target=name) if plain else f"on the {name}"


def _view_text(view: str) -> str:
    return view if view.startswith("/") and " " not in view else _quoted(view)


def _filters_text(question: Question) -> str:
    """Every facet's values side by side; "not" goes for all values of one facet, and is read in every language."""
    wanted = [_filter_text(facet, value) for facet, values in sorted(question.wanted.items()) for value in values]
    without = [
        "not " + " ".join(_filter_text(facet, value) for value in values)
        for facet, values in sorted(question.without.items())
    ]
    return " ".join([*wanted, *without])


def _filter_text(facet: str, value: str) -> str:
    known = facet in {"env", "service", "version", "country", "browser", "device", "os"}
    return f"{facet if known else '@' + facet}:{_quoted(value)}"


def _group_text(question: Question, locale: Locale) -> str:
    group = locale.text(GROUP_NAMES[question.group_by]) if question.group_by else ""
    if question.group_by and question.suspect:  # read in every language
        group = f"{group} is it only {_filter_text(question.group_by, question.suspect)}"
    return f"{locale.text('top %(n)s', n=question.top)} {group}" if question.top is not None else group


def _range_text(period: Period, locale: Locale) -> str:
    start, end = _moment_text(period.start, locale), _moment_text(period.end, locale)
    return locale.text("from %(start)s to %(end)s", start=start, end=end)


def _moment_text(moment: datetime, locale: Locale) -> str:
    """Returns date and time in the locale's zone; a full timestamp where there are seconds or the hour comes twice."""
    local = moment.astimezone(locale.zone)
    once = local.replace(fold=0).astimezone(UTC) == local.astimezone(UTC)
    full_minute = not (local.second or local.microsecond)
    return f"{locale.long_date(local)} {locale.time(local)}" if once and full_minute else moment.isoformat()


def _versus_text(period: Period, locale: Locale) -> str:
    return locale.text("vs %(period)s", period=_range_text(period, locale))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
