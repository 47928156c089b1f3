"""What the check of a fix found, in words: one of three, what was expected, and why it isn't clear."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from bot.backlog.fix_check import Baseline, FixCheck, Undecidable
from bot.backlog.session_rates import FixOutcome, SessionRate
from bot.kernel.locale import Locale
from bot.signals.answer_text import caveat_sentences


def _(message: str) -> str:
    """Marks a text for the catalogs; it is translated when used."""
    return message


OUTCOMES = {
    str(FixOutcome.IMPROVED): _("Improved"),
    str(FixOutcome.NOT_IMPROVED): _("Not improved"),
    str(FixOutcome.TOO_EARLY): _("Too early"),
}
_WHY = {
    Undecidable.NO_DATA: _("No data has arrived since the fix."),
    Undecidable.UNUSED: _("No session has used it since the fix; it may have another name now."),
    Undecidable.UNCOUNTED: _("The source doesn’t count the sessions that used it, so there is no rate to compare."),
    Undecidable.NOTHING_BEFORE: _("No session was affected before the fix, so nothing can improve."),
    Undecidable.INCOMPLETE: _("The source hasn’t counted everything yet, so these numbers prove nothing."),
}
_BASELINES = {
    Baseline.ASKED: _("When it began isn’t known, so the whole span that was asked about is compared."),
    Baseline.FIRST_ANSWER: _("The source no longer keeps data from before the fix, so the first answer is compared."),
}


@dataclass(frozen=True, slots=True)
class CheckWords:
    """The parts of the message about a check."""

    outcome: str
    expectation: str
    reason: str
    reservations: list[str]
    before: str
    after: str


def in_words(check: FixCheck, locale: Locale) -> CheckWords:
    return CheckWords(
        outcome_name(check, locale),
        expectation(check, locale),
        reason(check, locale),
        reservations(check, locale),
        counted(check.before, locale),
        counted(check.after, locale),
    )


def outcome_name(check: FixCheck, locale: Locale) -> str:
    return locale.text(OUTCOMES[check.outcome])


def expectation(check: FixCheck, locale: Locale) -> str:
    """ "At the old rate, 41 affected sessions would be expected by now; 3 were seen." Empty without a rate."""
    if not (check.before.exposed and check.after.exposed):
        return ""
    expected = _rounded(check.expected)
    if expected == 1:
        return locale.plural(
            "At the old rate, %(expected)s affected session would be expected by now; %(n)s was seen.",
            "At the old rate, %(expected)s affected session would be expected by now; %(n)s were seen.",
            check.after.affected,
            expected=locale.number(1),
        )
    return locale.plural(
        "At the old rate, %(expected)s affected sessions would be expected by now; %(n)s was seen.",
        "At the old rate, %(expected)s affected sessions would be expected by now; %(n)s were seen.",
        check.after.affected,
        expected=locale.number(expected),
    )


def _rounded(expected: float) -> float:
    """Halves go up. Small expectations keep a digit, and the smallest three, so that some is never called none."""
    digits = 0 if expected >= 9.95 else 1 if expected >= 0.1 else 3
    return float(Decimal(str(expected)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def reason(check: FixCheck, locale: Locale) -> str:
    """Why the outcome is what it is; for *Too early*, when it will be clear."""
    if check.why:
        return locale.text(_WHY[check.why])
    match check.outcome:
        case FixOutcome.IMPROVED:
            return locale.text("Chance alone doesn’t make that difference.")
        case FixOutcome.NOT_IMPROVED:
            return locale.text("A drop by half can be ruled out.")
    if check.decidable_at:
        return locale.text("At this traffic it can be decided around %(when)s.", when=locale.moment(check.decidable_at))
    return locale.text("At this rate and traffic, nobody can say when it will be clear.")


def reservations(check: FixCheck, locale: Locale) -> list[str]:
    """What limits the comparison, a sentence each."""
    baseline = [locale.text(_BASELINES[check.baseline])] if check.baseline in _BASELINES else []
    sample = [locale.text("Sample data is part of these numbers.")] if check.sample else []
    return [*baseline, *caveat_sentences(check.caveats, locale), *sample]


def note(check: FixCheck, locale: Locale) -> str:
    """The finding without its name, for the follow-up row and for whoever looked once more."""
    return " ".join(text for text in (expectation(check, locale), reason(check, locale)) if text)


def counted(rate: SessionRate, locale: Locale) -> str:
    """ "1,299 of 1,500 sessions affected (87%)"."""
    if not rate.exposed:
        return locale.plural("%(n)s session affected", "%(n)s sessions affected", rate.affected)
    return locale.plural(
        "%(affected)s of %(n)s session affected (%(share)s)",
        "%(affected)s of %(n)s sessions affected (%(share)s)",
        rate.exposed,
        affected=locale.number(rate.affected),
        share=locale.percent(rate.ratio),
    )
