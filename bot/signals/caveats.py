"""Why numbers are incomplete, or what they count, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from bot.kernel.locale import Locale
from bot.signals.answer import Caveat, CaveatKind

SENTENCES = {
    CaveatKind.TIMED_OUT: "%(source)s ran out of time, so the numbers are too low.",
    CaveatKind.FORGOTTEN: "%(source)s keeps %(n)s days, and the period or the one before begins earlier.",
    CaveatKind.BEFORE_DATA: "The period begins before the oldest data that is kept.",
    CaveatKind.SAMPLED: "The page keeps only a part of all sessions (sampling), so the real numbers are higher.",
    CaveatKind.NEWEST_ERRORS: "The top errors are those of the newest %(n)s actions.",
    CaveatKind.SEARCHING: "Some recordings are still being searched for signals, so the numbers may grow.",
    CaveatKind.LIVE: "Some of these sessions are still going on, so the numbers may grow.",
    CaveatKind.NAMELESS: "Some visits name no user: there each browser, or else each session, counts as one person.",
}
"""By kind, the text of the catalogs."""
FORMERLY_STORED = (
    Caveat(CaveatKind.TIMED_OUT, "Datadog"),
    Caveat(CaveatKind.FORGOTTEN, "Datadog", 30),
    Caveat(CaveatKind.BEFORE_DATA),
    Caveat(CaveatKind.SAMPLED),
    Caveat(CaveatKind.NEWEST_ERRORS, number=100),
    Caveat(CaveatKind.SEARCHING),
    Caveat(CaveatKind.LIVE),
)
"""All that notebooks may hold that were written when caveats were kept as English sentences."""


class Limited(Protocol):
    """An answer, or what was kept of one. `kept_from` is of the oldest data."""

    @property
    def caveats(self) -> tuple[Caveat, ...]: ...

    @property
    def kept_from(self) -> datetime | None: ...


def limits(answer: Limited, locale: Locale) -> list[str]:
    """One sentence for each reason, and one with the day of the oldest data where the question begins earlier."""
    texts = sentences(answer.caveats, locale)
    if answer.kept_from is not None:
        texts.append(locale.text("The oldest data are of %(day)s.", day=locale.long_date(answer.kept_from)))
    return texts


def sentences(caveats: Iterable[Caveat], locale: Locale) -> list[str]:
    return [
        locale.text(SENTENCES[caveat.kind], source=locale.text(caveat.source), n=locale.number(caveat.number))
        for caveat in caveats
    ]


def from_sentences(text: str) -> tuple[Caveat, ...]:
    """The caveats that were stored as English sentences one after another."""
    english = Locale.of()
    return tuple(caveat for caveat in FORMERLY_STORED if sentences([caveat], english)[0] in text)
