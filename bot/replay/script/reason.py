"""Why a session was chosen, in words: of how many, and in what it is like most of them."""

from __future__ import annotations

from collections.abc import Iterator

from bot.kernel.locale import Locale
from bot.replay.script.transcript import MAX_NAME, clicks_text, short
from bot.replay.script.typical import Usual, majority
from bot.signals.source import Moment

MAX_ERROR = 90


def reason(moment: Moment, common: Usual, locale: Locale) -> str:
    """For example "1 of 12 affected sessions; complete replay; like most: on /cart, 5 clicks, TypeError"."""
    completeness = locale.text("complete replay") if moment.complete else locale.text("replay incomplete")
    return "; ".join(
        [_counted(common.compared, common.affected, locale), completeness, *comparison(moment, common, locale)]
    )


def comparison(moment: Moment, common: Usual, locale: Locale) -> list[str]:
    """Returns real or sample where both exist, in what it is like most, in what it isn't, and what nothing compares."""
    facts = list(_facts(moment, common, locale))
    if common.alone(moment):
        facts = [(text, None) for text, _ in facts]
    like, unlike, other = (", ".join(text for text, kind in facts if kind is wanted) for wanted in (True, False, None))
    parts = [_kind(moment, common, locale)] if common.mixed else []
    parts += [locale.text("like most: %(what)s", what=like)] if like else []
    parts += [locale.text("unlike most: %(what)s", what=unlike)] if unlike else []
    return [*parts, other] if other else parts


def kind_text(moment: Moment, locale: Locale) -> str:
    return locale.text("sample data") if moment.sample else locale.text("real session")


def _counted(compared: int, total: int, locale: Locale) -> str:
    """Returns how many replays were compared: sources list some of them and don't know how many there are."""
    if total == 1:
        return locale.text("the only affected session")
    one = locale.text("1 of %(total)s affected sessions", total=locale.number(total))
    if compared == 1:
        return f"{one}, {locale.text('the only replay found')}"
    several = locale.text("%(n)s replays compared", n=locale.number(compared))
    return one if compared == total else f"{one}, {several}"


def _kind(moment: Moment, common: Usual, locale: Locale) -> str:
    only = common.only_real(moment) and common.compared > 1
    return locale.text("the only real replay, the others are sample data") if only else kind_text(moment, locale)


def _facts(moment: Moment, common: Usual, locale: Locale) -> Iterator[tuple[str, bool | None]]:
    """Yields what is known of a moment, and whether it is so in most; None when there is no such thing as most."""
    if moment.view:
        page = locale.text("on %(page)s", page=short(moment.view, MAX_NAME))
        yield page, majority(common.views, moment.view)
    if moment.version:
        version = locale.text("version %(version)s", version=short(moment.version, MAX_NAME))
        yield version, majority(common.versions, moment.version)
    yield _clicks(moment, common, locale)
    errors = majority(common.errors, moment.error)
    if moment.error:
        yield short(moment.error, MAX_ERROR), errors
    elif errors is not None:
        yield locale.text("no error in the click"), errors


def _clicks(moment: Moment, common: Usual, locale: Locale) -> tuple[str, bool | None]:
    """ "5 clicks", with the range that most have where that is another number."""
    counted = clicks_text(moment, locale)
    if not moment.clicks or common.most_clicks is None or common.alone(moment):
        return counted, None
    fewest, most = common.most_clicks
    if fewest == most == moment.clicks:
        return counted, True
    span = locale.number(most) if fewest == most else f"{locale.number(fewest)}–{locale.number(most)}"
    return locale.text("%(clicks)s (most %(span)s)", clicks=counted, span=span), fewest <= moment.clicks <= most
