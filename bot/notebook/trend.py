"""The trend of a number in the very words of the answer's message (`templates/signals/_trend.j2`, `against_text`)."""

from __future__ import annotations

from bot.kernel.locale import Locale
from bot.notebook.cell_data import Number
from bot.signals.question import Period
from bot.signals.trend_text import against_text


def trend_words(number: Number, locale: Locale, emphasis: str = "") -> str:
    """Such as "▲ 22× as many as in the same span before (149)"; empty where nothing is compared.

    More than fourfold is said in times: nobody reads "1988%". `emphasis` stands around what matters, as `**` does. A
    period that the question named is named.
    """
    if number.before is not None and number.before_start and number.before_end:
        against, period = Period(number.before_start, number.before_end), Period(number.start, number.end)
        return against_text(number.asked, number.before, against, period, locale)
    sentence = _sentence(number, locale)
    return sentence.replace("*", emphasis)


def _sentence(number: Number, locale: Locale) -> str:
    if number.before is None:
        return ""
    change, before = number.trend, locale.number(number.before)
    if change is None:
        none = locale.text("None in the same span before")
        return none if number.asked else locale.text("None in the same span before either")
    if change > 3:
        times = locale.number(round(change + 1, 0 if change > 9 else 1))
        return "▲ " + locale.text(
            "*%(times)s×* as many as in the same span before (%(before)s)", times=times, before=before
        )
    share = locale.percent(abs(change))
    if change > 0:
        return "▲ " + locale.text(
            "*%(change)s more* than in the same span before (%(before)s)", change=share, before=before
        )
    if change < 0:
        fewer = locale.text("*%(change)s fewer* than in the same span before (%(before)s)", change=share, before=before)
        return "▼ " + fewer
    return locale.text("As many as in the same span before (%(before)s)", before=before)
