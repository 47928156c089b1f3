"""A button is called by the words that are seen on it, and a time is one that everybody sees in their own zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from markupsafe import Markup

from bot.kernel.escape import plain
from bot.kernel.locale import Locale
from bot.kernel.messages import MessageLocale, Messages
from bot.replay.script.choice import kind_text
from bot.replay.script.transcript import clicks_text
from bot.signals.question_text import facet_value
from bot.signals.source import Moment
from tests.messages.scenes import LANGUAGES, SCENES, rendered

MESSAGES = Messages.load()
SEOUL = Locale.of("ko-KR", "Asia/Seoul")
AT = datetime(2026, 11, 24, 12, 15, 40, tzinfo=UTC)
DATE = re.compile(r"<!date\^\d+\^[^|<>]+\|[^|<>]+>")
CLOCK = re.compile(r"\d{1,2}:\d\d (?:EST|EDT|KST)")
PRIVATE = {"answer, how it was counted", "reading"}
"""Who reads these is told the times in their own zone already."""


def objects(made: object) -> Iterator[dict[str, Any]]:
    if isinstance(made, dict):
        yield made
        for value in made.values():
            yield from objects(value)
    elif isinstance(made, list):
        for each in made:
            yield from objects(each)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SCENES)
def test_a_buttons_name_begins_with_or_holds_what_is_seen_on_it(name: str, language: str) -> None:
    """WCAG 2.5.3: who speaks to a computer says what they see."""
    for button in objects(rendered(MESSAGES, name, language, str)):
        if "accessibility_label" in button:
            assert button["text"]["text"].casefold() in button["accessibility_label"].casefold()


def test_described_buttons_are_found_at_all() -> None:
    described = [it for it in objects(rendered(MESSAGES, "answer", "en", str)) if "accessibility_label" in it]
    assert len(described) >= 3


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [name for name, scene in SCENES.items() if scene.kind != "text"])
def test_no_time_of_day_is_told_in_one_zone_alone(name: str, language: str) -> None:
    for it in objects(rendered(MESSAGES, name, language, str)):
        text = it.get("text")
        if it.get("type") == "mrkdwn" and name not in PRIVATE:
            assert not CLOCK.search(DATE.sub("", str(text))), text
        if it.get("type") in ("plain_text", "raw_text"):
            assert "<!date" not in str(text)


def test_a_date_says_the_locales_own_words_where_no_date_can_be_shown() -> None:
    locale = MessageLocale.for_readers(SEOUL)
    assert locale.moment(AT) == f"<!date^{int(AT.timestamp())}^{{date_short}} {{time}}|11월 24일 (화) 21:15 KST>"
    assert plain(Markup("um ") + locale.time(AT)) == "um 21:15"


def test_what_others_wrote_stays_inert_beside_a_date() -> None:
    locale = MessageLocale.for_readers(SEOUL)
    text = locale.text("%(who)s, %(when)s", who="<!here> *x*", when=locale.time(AT))
    assert "<!here>" not in text
    assert DATE.search(text)


def test_a_date_of_somebody_else_is_text() -> None:
    assert plain("<!date^1^{time}|never>") == "<!date^1^{time}|never>"
    assert plain(Markup("%s") % "<!date^1^{time}|never>") == "<!date^1^{time}|never>"


def test_where_slack_shows_no_dates_a_year_is_told_unless_it_is_the_current_one() -> None:
    """Labels are plain text, which has no dates of Slack's."""
    now = datetime(2027, 1, 3, tzinfo=UTC)
    moments = [
        Moment("before", "v", now - timedelta(days=9), (), "Buy", 1, 1.0),
        Moment("now", "v", now, (), "Buy", 1, 1.0),
    ]
    values: dict[str, Any] = {"moments": moments, "spoken": facet_value, "clicked": clicks_text, "kind": kind_text}
    view = Messages.load(lambda: now).modal("replay/pick", Locale.of(), "pick", **values)
    [block] = view["blocks"]
    before, current = (option["text"]["text"] for option in block["element"]["options"])
    assert "2026" in before
    assert "2027" not in current
