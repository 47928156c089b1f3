"""A summary drafted from the facts alone: each sentence is there because its facts are, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.kernel.locale import Locale
from bot.notebook.impact import DraftedSummary, Impact
from bot.notebook.key_time_words import TO_DETECT, TO_FIX, TO_RECOVER, duration_text, durations
from bot.notebook.key_times import KeyTime, KeyTimeKind, KeyTimes
from bot.notebook.notebook import Notebook
from bot.signals.question import Signal
from bot.signals.question_text import SIGNAL_NAMES

LONGEST = 120
"""Characters of an error message or a name."""


def _(message: str) -> str:
    """Marks a text for the catalogs; it is translated when used."""
    return message


def drafted_summary(times: KeyTimes, impact: Impact, locale: Locale, *, improved: bool = False) -> str:
    """Returns the sentences, in the locale's language and zone. `improved` is what the check of the fix found."""
    return " ".join(sentence for sentence in _Draft(times, impact, locale, improved).sentences() if sentence)


def impact_title(impact: Impact, locale: Locale) -> str:
    """ "1,408 people ran into frustration signals on “buy button”". Plain text; the name in it came from outside."""
    values = {"signals": _signals(impact, locale), "what": f"“{_short(impact.what)}”"}
    if impact.what:
        one, many = "%(n)s person ran into %(signals)s on %(what)s", "%(n)s people ran into %(signals)s on %(what)s"
    else:
        one, many = "%(n)s person ran into %(signals)s", "%(n)s people ran into %(signals)s"
    return locale.plural(one, many, impact.people.hit, **values)


def _signals(impact: Impact, locale: Locale) -> str:
    kinds = impact.signals_asked
    return locale.text(SIGNAL_NAMES[Signal(kinds[0])] if len(kinds) == 1 else "frustration signals")


def may_be_drafted(notebook: Notebook) -> bool:
    """Whether a draft writes over nobody: the summary is the bot's own, or nobody has begun one."""
    cell = notebook.managed(DraftedSummary.marker)
    if cell:
        return not (cell.edited or cell.removed)
    section = ""
    for each in notebook.shown:
        section = each.section or section
        if section == "summary" and (each.body.strip() if each.section else not each.managed):
            return False
    return True


@dataclass(frozen=True, slots=True)
class _Draft:
    times: KeyTimes
    impact: Impact
    locale: Locale
    improved: bool

    def sentences(self) -> Iterator[str]:
        yield self._who_ran_into_it()
        yield self._before()
        yield self._release()
        yield self._error()
        yield self._detected()
        yield self._delay()
        yield self._confirmed()
        yield self._fixed()
        yield self._checked()
        yield self._ended()

    def _who_ran_into_it(self) -> str:
        impact, text = self.impact, self.locale.text
        values = {
            "start": self.locale.moment(impact.start),
            "end": self.locale.moment(impact.end),
            "who": self._everyone(),
            "signals": _signals(self.impact, self.locale),
            "people": self.locale.plural("%(n)s person", "%(n)s people", impact.people.hit),
        }
        if not impact.people.hit:
            return text("From %(start)s to %(end)s nobody ran into %(signals)s.", **values)
        share = impact.people.share
        if share is None:
            if impact.over:
                return text("From %(start)s to %(end)s, %(people)s ran into %(signals)s.", **values)
            return text("Since %(start)s, %(people)s ran into %(signals)s until %(end)s.", **values)
        values["share"] = self.locale.percent(share)
        if impact.over:
            return text("From %(start)s to %(end)s, %(share)s of %(who)s ran into %(signals)s: %(people)s.", **values)
        return text("Since %(start)s, %(share)s of %(who)s ran into %(signals)s; %(people)s until %(end)s.", **values)

    def _everyone(self) -> str:
        if not self.impact.what:
            return self.locale.text("the people who clicked anything")
        return self.locale.text("the people who used %(what)s", what=f"“{_short(self.impact.what)}”")

    def _before(self) -> str:
        before = self.impact.before
        if before is None or before.share is None or not before.used:
            return ""
        if not before.hit:
            return self.locale.text("In the same span before, it was nobody.")
        share = self.locale.percent(before.share)
        return self.locale.text("In the same span before, it was %(share)s.", share=share)

    def _release(self) -> str:
        impact = self.impact
        if not (impact.release and impact.released):
            return ""
        when = self.locale.moment(impact.released)
        return self.locale.text("Version %(version)s was first seen on %(when)s.", version=impact.release, when=when)

    def _error(self) -> str:
        top = next(iter(self.impact.errors), None)
        if top is None or top.actions > self.impact.actions:
            return ""
        return self.locale.plural(
            "The most frequent error was “%(error)s”, in the only click with signals.",
            "The most frequent error was “%(error)s”, in %(hit)s of %(n)s clicks with signals.",
            self.impact.actions,
            error=_short(top.label),
            hit=self.locale.number(top.actions),
        )

    def _detected(self) -> str:
        return self._after(KeyTimeKind.DETECTED, TO_DETECT, _("It was noticed on %(when)s, %(took)s after it began."))

    def _confirmed(self) -> str:
        time = self._time(KeyTimeKind.CONFIRMED)
        if time is None or time.at is None:
            return ""
        when = self.locale.moment(time.at)
        if time.set_by:
            return self.locale.text("The owner confirmed on %(when)s that the fix is in the backlog.", when=when)
        return self.locale.text(
            "%(who)s confirmed on %(when)s that the fix is in the backlog (%(ticket)s).", when=when, **time.values
        )

    def _delay(self) -> str:
        delay = self.impact.delay
        if delay is None or not delay.hit:
            return ""
        each = self.locale.plural("%(n)s more person", "%(n)s more people", round(delay.an_hour))
        if round(delay.an_hour) < 1:
            return ""
        if self.impact.delay_fixed:
            return self.locale.text("From then until the fix, %(people)s ran into it every hour.", people=each)
        if self.impact.over:
            return self.locale.text("From then until its end, %(people)s ran into it every hour.", people=each)
        return self.locale.plural(
            "Since then, %(n)s more person has run into it every hour.",
            "Since then, %(n)s more people have run into it every hour.",
            round(delay.an_hour),
        )

    def _fixed(self) -> str:
        return self._after(KeyTimeKind.FIXED, TO_FIX, _("The fix shipped on %(when)s, %(took)s after it was noticed."))

    def _checked(self) -> str:
        if not (self.improved and self._time(KeyTimeKind.FIXED)):
            return ""
        return self.locale.text("The check of the fix found that fewer sessions have run into it since.")

    def _ended(self) -> str:
        if not self.impact.over:
            return self.locale.text("It is not clearly back to the usual yet.")
        return self._after(KeyTimeKind.IMPACT_END, TO_RECOVER, _("It was over on %(when)s, %(took)s after it began."))

    def _after(self, kind: KeyTimeKind, duration: str, sentence: str) -> str:
        time = self._time(kind)
        took = next((each.took for each in durations(self.times) if each.name == duration), None)
        if time is None or time.at is None or took is None:
            return ""
        return self.locale.text(sentence, when=self.locale.moment(time.at), took=duration_text(took, self.locale))

    def _time(self, kind: KeyTimeKind) -> KeyTime | None:
        time = self.times.of(kind)
        return time if time and time.at else None


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
