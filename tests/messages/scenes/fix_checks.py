"""The answer, after a fix: whether it helped, as far as the numbers can say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.backlog.check_sentences import OUTCOMES, in_words
from bot.backlog.fix_check import Baseline, FixCheck, Undecidable
from bot.backlog.session_rates import FixOutcome, SessionRate
from bot.kernel.locale import Locale
from bot.kernel.messages import MessageLocale
from bot.signals.answer import Caveat, CaveatKind
from tests.messages.scenes.requests import DONE, REOPEN, in_backlog, request
from tests.messages.scenes.stage import NOTEBOOK_URL, NOW, VALUE, Say, Scene, Values


def checked(outcome: FixOutcome, affected: int = 0, exposed: int = 0, **more: Any) -> Any:
    """`affected` of `exposed` sessions since the fix, which was two days ago."""

    def values(say: Say, locale: Locale) -> Values:
        fixed = NOW - timedelta(days=2)
        onset = SessionRate(fixed - timedelta(days=1), fixed, exposed=1500, affected=1299, signals=5192, people=1402)
        since = SessionRate(fixed, NOW, exposed, affected, 2 * affected, exposed)
        check = FixCheck(outcome=outcome, at=NOW, before=onset, after=since, **more)
        return {
            "request": request(say, locale, in_backlog(say)),
            "check": check,
            "words": in_words(check, MessageLocale.for_readers(locale)),
            "next_check": None if outcome is FixOutcome.IMPROVED else NOW + timedelta(days=5),
            "value": VALUE,
            "notebook_url": NOTEBOOK_URL,
        }

    return values


def superseded(*moves: Any) -> Any:
    """A check that found *Too early*, and then these moves, which overtook it."""

    def values(say: Say, locale: Locale) -> Values:
        it = request(say, locale, in_backlog(say), DONE, *moves)
        outcome = locale.text(OUTCOMES[FixOutcome.TOO_EARLY])
        return {"request": it, "outcome": outcome, "notebook_url": NOTEBOOK_URL}

    return values


SCENES = {
    "checked improved": Scene("backlog/checked", checked(FixOutcome.IMPROVED, 3, 47)),
    "checked not improved": Scene("backlog/checked", checked(FixOutcome.NOT_IMPROVED, 46, 47, sample=True)),
    "checked too early": Scene(
        "backlog/checked",
        checked(
            FixOutcome.TOO_EARLY,
            1,
            2,
            baseline=Baseline.ASKED,
            decidable_at=NOW + timedelta(hours=7),
            caveats=(Caveat(CaveatKind.SAMPLED),),
        ),
    ),
    "checked unused": Scene(
        "backlog/checked",
        checked(FixOutcome.TOO_EARLY, why=Undecidable.UNUSED, baseline=Baseline.FIRST_ANSWER),
    ),
    "checked uncounted": Scene(
        "backlog/checked",
        checked(FixOutcome.TOO_EARLY, 1, 0, why=Undecidable.UNCOUNTED),
    ),
    "checked and opened again": Scene("backlog/superseded", superseded(REOPEN)),
}
