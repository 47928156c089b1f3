"""An error reads in one language, whatever its sentence is made of."""

from __future__ import annotations

import pytest

from bot.kernel.errors import Missing, Phrase, ReplaybookError, Unavailable
from bot.kernel.locale import Locale
from bot.providers.datadog.http.error_answers import UnsureOutcome, error_for_status
from bot.providers.datadog.notebooks.notebook_calls import get
from bot.providers.jira.jira_errors import jira_error
from bot.state.locks import LockLost

KOREAN = Locale.of("ko")
GONE = Missing("GitHub has no %(what)s, or the token may not see it.", what=Phrase("issue %(key)s", key="a/b#1"))
SLOW = Unavailable("Jira took too long to answer when asked for %(what)s.", what=Phrase("a new issue"))
UNSURE = UnsureOutcome("%(reason)s Whether it was done anyway isn’t known.", reason=SLOW)


@pytest.mark.parametrize(
    ("error", "english", "korean"),
    [
        (GONE, "GitHub has no issue a/b#1, or", "이슈 a/b#1"),
        (SLOW, "when asked for a new issue.", "(새 이슈)"),
        (LockLost(), "someone else took over.", "다른 쪽에서 이어받았습니다."),
        (UNSURE, "when asked for a new issue. Whether", "(새 이슈). 그래도"),
        (jira_error(500, {}, b"", "an issue"), "asked for an issue.", "(이슈)"),
        (error_for_status(get(7), 500, {}, b"", "datadoghq.com"), "the Datadog notebook.", "Datadog 노트북"),
    ],
)
def test_what_failed_is_named_in_the_readers_language(error: ReplaybookError, english: str, korean: str) -> None:
    assert english in error.sentence
    assert korean in error.text(KOREAN)
    assert error.sentence == error.text(Locale.of("en"))
