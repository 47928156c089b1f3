"""`parse` and `ask`: what is printed for people, and the keys that programs rely on."""

from __future__ import annotations

from typing import Any

import pytest

from bot.cli.answer_lines import answer_lines
from bot.kernel.locale import Locale
from tests.cli.conftest import SESSION, Replaybook

QUESTION = "frustration signals on buy button this week"
NOW = "2026-11-24T14:00:00+09:00"
KEYS = {"signals", "target", "view", "metric", "start", "end", "compare", "group_by", "top", "filters"}


def test_parse_prints_exactly_the_keys_that_were_promised(replaybook: Replaybook) -> None:
    said = replaybook("parse", QUESTION, "--json", "--now", NOW, "--tz", "Asia/Seoul")
    assert said.code == 0
    assert set(said.json) == KEYS
    assert said.json["start"] == "2026-11-23T00:00:00+09:00"
    assert said.json["end"] == NOW
    assert said.json["target"] == "buy button"


@pytest.mark.parametrize(("locale", "start"), [("en", "2026-11-23"), ("en-US", "2026-11-22"), ("ko-KR", "2026-11-22")])
def test_the_week_begins_where_the_locale_says(replaybook: Replaybook, locale: str, start: str) -> None:
    said = replaybook("parse", QUESTION, "--json", "--now", NOW, "--locale", locale)
    assert said.json["start"].startswith(start)


def test_the_settings_say_whose_zone_and_language_it_is(
    replaybook: Replaybook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPLAYBOOK_DEFAULT_ZONE", "Asia/Seoul")
    monkeypatch.setenv("REPLAYBOOK_DEFAULT_LOCALE", "ko")
    said = replaybook("parse", "지난주 구매 버튼 불만", "--now", NOW)
    assert "KST" in said.out
    assert "UTC" in replaybook("parse", QUESTION, "--now", NOW, "--tz", "UTC", "--locale", "en").out


def test_parse_knows_what_ask_knows(replaybook: Replaybook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLAYBOOK_PRESETS", "paying users=plan:paid")
    said = replaybook("parse", "rage clicks for paying users since v9.9", "--json", "--now", NOW)
    assert said.json["at"] == "v9.9"
    said = replaybook("parse", "rage clicks for paying users today", "--json", "--now", NOW)
    assert said.json["filters"] == {"plan": "paid"}


@pytest.mark.parametrize("as_json", [True, False])
def test_what_is_not_understood_is_named_with_examples(replaybook: Replaybook, as_json: bool) -> None:
    said = replaybook("parse", "frustration signals blorp", *(["--json"] if as_json else []))
    assert said.code == 1
    if as_json:
        assert set(said.json) == {"error", "at", "examples"}
        assert said.json["at"] == "blorp"
    else:
        first, *examples = said.err.splitlines()
        assert "blorp" in first
        assert len(examples) == 3


def test_a_number_that_is_too_large_is_refused_with_the_reason(replaybook: Replaybook) -> None:
    said = replaybook("parse", "frustration signals in the last 99999999 weeks", "--json")
    assert said.code == 1
    assert said.json["at"] == "99999999"
    assert "ten years" in said.json["error"]


def test_a_word_is_not_suggested_in_place_of_itself(replaybook: Replaybook) -> None:
    said = replaybook("parse", "frustration signals button today", "--json")
    assert "“button”" in said.json["error"]
    assert "Did you mean “button”" not in said.json["error"]


@pytest.mark.parametrize("question", [QUESTION, "rage clicks today"])
def test_an_empty_store_says_so_and_what_to_do(replaybook: Replaybook, question: str) -> None:
    said = replaybook("ask", question)
    assert said.code == 1
    assert "replaybook import" in said.sentence
    assert "replaybook demo" in said.sentence
    assert "저장된" in replaybook("ask", question, "--locale", "ko").sentence


def test_an_answer_says_its_period_its_zone_and_its_source(replaybook: Replaybook) -> None:
    assert replaybook("import", SESSION).code == 0
    said = replaybook("ask", "frustration signals last 10 years", "--tz", "Asia/Seoul")
    assert said.code == 0
    lines = said.out.splitlines()
    assert "KST" in lines[0]
    assert any(line.startswith("Source: local data, counted by the ") for line in lines)
    assert "Sample data" not in said.out
    assert int(replaybook("ask", "frustration signals last 10 years", "--json").json["answer"]["signals"]) > 0


def answer(metric: str = "signals", **more: Any) -> dict[str, Any]:
    numbers = {
        "signals": 1646,
        "by_signal": {"rage_click": 1643, "dead_click": 1, "error_click": 2},
        "actions": 1,
        "people": 2,
        "sessions": 3,
        "before": None,
        "errors": [],
        "groups": [],
        "source": "local",
        "definition": "Datadog browser SDK rules",
        "sample": True,
        "source_title": "local data",
        "partial": [],
        "kept_from": None,
        **more,
    }
    question = {"signals": ["rage_click", "dead_click", "error_click"], "metric": metric, "group_by": "browser"}
    return {"understood": "…", "question": question, "answer": numbers, "known": True}


def test_of_a_time_before_the_data_no_number_is_printed() -> None:
    unknown = answer(partial=[{"kind": "before_data"}], kept_from="2026-10-26T09:00:00+09:00", sample=False)
    lines = list(answer_lines({**unknown, "known": False, "title": "Nothing is known of that time"}, Locale.of("en")))
    assert lines[1] == "Nothing is known of that time"
    assert lines[-1] == "The oldest data is from Oct 26, 2026."
    assert not any("click" in line for line in lines)


def test_every_number_has_its_plural_and_its_language() -> None:
    english = "\n".join(answer_lines(answer(), Locale.of("en")))
    assert "1,643 rage clicks, 1 dead click, 2 error clicks" in english
    assert "2 people, 3 sessions, 1 action" in english
    assert "Sample data is part of these numbers." in english
    korean = "\n".join(answer_lines(answer(), Locale.of("ko")))
    assert "분노 클릭 1,643건" in korean
    assert "click" not in korean


def test_what_was_asked_for_comes_first() -> None:
    groups = [{"label": "Safari", "signals": 7, "people": 4}]
    lines = list(answer_lines(answer("people", groups=groups), Locale.of("en")))
    assert lines[1].startswith("2 people")
    assert "         4  Safari" in lines
    assert list(answer_lines(answer(groups=groups), Locale.of("en")))[1].startswith("1,646 frustration signals")


def test_names_from_outside_move_no_terminal() -> None:
    names = ["\x1b[31mred\x1b[0m", "two\nlines", "\u202eevil", "", "x" * 10_000]
    groups = [{"label": name, "signals": 7} for name in names]
    errors = [{"message": "\x1b]0;title\x07" + "y" * 10_000, "actions": 1}]
    lines = list(answer_lines(answer(groups=groups, errors=errors), Locale.of("en")))
    assert all(line.isprintable() and len(line) < 600 for line in lines)
    assert [line.split("  ")[-1] for line in lines[4:8]] == ["[31mred[0m", "two lines", "evil", "(unknown)"]


def test_groups_are_named_as_people_read_them() -> None:
    found = answer(groups=[{"label": "rage_click", "signals": 7}])
    found["question"]["group_by"] = "signal"
    assert "         7  분노 클릭" in list(answer_lines(found, Locale.of("ko")))


def test_what_limits_the_numbers_is_said_sentence_by_sentence() -> None:
    partial = [{"kind": "before_data"}, {"kind": "live"}]
    assert list(answer_lines(answer(partial=partial), Locale.of("ko")))[-2:] == [
        "보관 중인 가장 오래된 데이터보다 앞선 기간이 포함되어 있습니다.",
        "아직 진행 중인 세션이 있어 숫자가 늘어날 수 있습니다.",
    ]


def test_the_comparison_is_named_by_its_days() -> None:
    found = {**answer(), "trend": "12% more than Nov 9 – Nov 15 KST (1,470)", "verdict": ""}
    assert "12% more than Nov 9 – Nov 15 KST (1,470)" in list(answer_lines(found, Locale.of("en")))


def test_a_share_is_printed_with_both_its_numbers() -> None:
    groups = [
        {"label": "Safari", "signals": 7, "sessions": 3, "exposed": {"sessions": 20}},
        {"label": "Chrome", "signals": 0, "sessions": 0, "exposed": {"sessions": 0}},
        {
            "label": "Firefox",
            "signals": 1,
            "sessions": 1,
            "exposed": {"sessions": 4},
            "usual": {"sessions": 2},
            "usual_exposed": {"sessions": 100},
        },
    ]
    title = "1% of all sessions with a click had rage clicks (3 of 300)"
    found = {**answer("sessions_share", groups=groups), "title": title, "verdict": "Mostly Safari.", "trend": ""}
    lines = list(answer_lines(found, Locale.of("en")))
    assert lines[1] == title
    assert "Mostly Safari." in lines
    assert "  15% (3 of 20)  Safari" in lines
    assert "         –  Chrome" in lines
    assert "  25% (1 of 4), usually 2% (2 of 100)  Firefox" in lines


def test_a_share_and_what_it_is_compared_with_are_asked_from_a_terminal(replaybook: Replaybook) -> None:
    assert replaybook("import", SESSION).code == 0
    said = replaybook("ask", "% of sessions with rage clicks last 10 years", "--json").json
    sessions, used = said["answer"]["sessions"], said["answer"]["exposed"]["sessions"]
    assert f"({sessions} of {used})" in said["title"]
    plain = replaybook("ask", "frustration signals last 10 years")
    assert any(line.startswith("Nothing is known of ") and "UTC" in line for line in plain.out.splitlines())
    plain = replaybook("ask", "frustration signals on 2026-11-24 vs 2026-11-25")  # the session is of the first day
    assert any(line.startswith("None in ") and "Nov 25" in line for line in plain.out.splitlines())
    assert replaybook("ask", "% of sessions with rage clicks last 10 years").out.splitlines()[1] == said["title"]


def test_what_was_never_seen_is_refused_with_what_was(replaybook: Replaybook) -> None:
    assert replaybook("import", SESSION).code == 0
    said = replaybook("ask", "rage clicks in /nowhere/* last 10 years", "--json")
    assert said.code == 1
    assert "/nowhere/*" in said.json["error"]
    assert said.json["closest"]
    assert all(path.startswith("/") for path in said.json["closest"])


def test_asking_deletes_nothing(replaybook: Replaybook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLAYBOOK_RETENTION_DAYS", "1")
    assert replaybook("import", SESSION).code == 0
    first, second = (replaybook("ask", "frustration signals last 10 years", "--json").json for _ in range(2))
    assert first["answer"]["signals"] == second["answer"]["signals"] > 0
