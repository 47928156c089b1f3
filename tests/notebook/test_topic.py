"""A channel's topic says how grave an incident is and who commands it; what isn't clear stays unknown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.notebook.channel_topic import known_person, read_severity, read_topic, severity_in
from bot.notebook.head import Participant, Severity


@pytest.mark.parametrize(
    ("topic", "level", "about"),
    [
        ("SEV-1 | IC @jisoo | checkout down", 1, "checkout down"),
        ("SEV-2 · Buy button on product pages · IC: Erik", 2, "Buy button on product pages"),
        ("sev1", 1, ""), ("SEV 2: Buy fails", 2, "Buy fails"), ("SEV–3 — search", 3, "search"), ("SEV-4", 4, ""),
        ("P1", 1, ""), ("p0: db down", 0, "db down"), ("Priority 2; search", 2, "search"),
        ("심각도 1 · 결제 오류", 1, "결제 오류"), ("심각도2", 2, ""), ("장애 3등급 | 로그인", 3, "로그인"),
        ("Severity: 3, shop", 3, "shop"), ("severity=2 shop", 2, "shop"),
        ("[SEV-2] Checkout is down", 2, "Checkout is down"),
        ("SEV-2 → SEV-1 | db", 1, "db"), ("SEV-1 (was SEV-2) db", 1, "db"), ("SEV-2 P1 shop", 2, "shop"),
        ("SEV-1 :fire: checkout", 1, "checkout"), ("SEV-2 <https://x.example/sev-1|runbook> shop", 2, "shop"),
    ],
)  # fmt: skip
def test_many_spellings_are_read(topic: str, level: int, about: str) -> None:
    read = read_topic(topic)
    assert (read.severity, read.about) == (Severity(level), about)


@pytest.mark.parametrize(
    "topic",
    ["", "Company-wide news", "SEV-1 and SEV-3 both", "SEV-21", "SEV-9", "sev 1.5", "SEV-2/3", "not SEV-1", "GP1 bike",
     "P2P network", "심각도: 높음", "several 1", "<https://x.example/sev-1|SEV-1 runbook>", "IC-142", "v1.2-p1x"],
)  # fmt: skip
def test_what_is_not_clear_is_no_severity(topic: str) -> None:
    assert read_topic(topic).severity is None


@pytest.mark.parametrize(
    ("topic", "name", "id", "sure"),
    [
        ("SEV-1 | IC @jisoo | checkout down", "jisoo", "", True),
        ("IC: Erik Strøm (backup Mina)", "Erik Strøm", "", True),
        ("Incident Commander: <@U0ERIKSTRM|erik>, shop", "U0ERIKSTRM", "U0ERIKSTRM", True),
        ("IC <@U0ERIKSTRM>", "U0ERIKSTRM", "U0ERIKSTRM", True), ("SEV-1 IC: Erik → Mina", "Mina", "", True),
        ("심각도 2 · 지휘: 지수", "지수", "", True), ("장애 지휘자 <@U0JISOOHAN>", "U0JISOOHAN", "U0JISOOHAN", True),
        ("Sev1 IC Erik Strøm", "Erik Strøm", "", False), ("commander=mina", "mina", "", True),
    ],
)  # fmt: skip
def test_the_commander_is_read(topic: str, name: str, id: str, sure: bool) -> None:
    read = read_topic(topic)
    assert (read.commander, read.sure) == (Participant(name, id), sure)


@pytest.mark.parametrize(
    "topic",
    ["IC: TBD", "IC needed", "no IC yet", "IC: ?", "IC -", "지휘: 미정", "IC: @a; IC: @b", "IC @a & IC @b",
     "IC-142 shop", "the mic is off", "IC: " + "x" * 90],
)  # fmt: skip
def test_where_nobody_or_two_are_named_there_is_no_commander(topic: str) -> None:
    assert read_topic(topic).commander is None


@given(st.text(max_size=2000))
@settings(max_examples=60, deadline=None)
def test_any_text_is_read_within_bounds(text: str) -> None:
    read = read_topic(text)
    assert len(read.about) <= 250
    assert "<" not in (read.commander.name if read.commander else "")


@pytest.mark.parametrize("piece", ["SEV-1 ", "| ", "IC: ", "<@U1>", "-", "→", "<!", "심각도 ", "((", "was SEV-2 "])
def test_a_topic_made_to_be_slow_is_read_at_once(piece: str) -> None:
    read_topic(piece * 5000)


@pytest.mark.parametrize(
    ("text", "level"), [("2", 2), ("SEV-0", 0), ("p3", 3), ("심각도 2", 2), ("2급", 2), ("sev 5", 5)]
)
def test_an_entered_severity_is_read(text: str, level: int) -> None:
    assert read_severity(text) == Severity(level)


@pytest.mark.parametrize("text", ["", "6", "12", "-1", "1.5", "high", "sev", "2 or 3", "٢"])
def test_what_is_no_severity_is_none(text: str) -> None:
    assert read_severity(text) is None


def test_an_incidents_severity_is_read_and_an_unknown_one_is_none() -> None:
    assert severity_in("SEV-2") == Severity.SEV_2
    assert severity_in("UNKNOWN") is None


def test_a_name_means_the_one_person_who_has_it() -> None:
    people = [Participant("Erik Strøm", "U1"), Participant("Mina Park", "U2"), Participant("Mina Lee", "U3")]
    assert known_person("@erik", people) == people[0]
    assert known_person("mina park", people) == people[1]
    assert known_person("mina.lee", people) == people[2]
    assert known_person("Mina", people) is None, "there are two"
    assert known_person("", people) is None


def test_signs_that_slack_escapes_are_read_as_they_were_typed() -> None:
    assert read_topic("SEV-3 | R&amp;D &lt;Labs&gt; is &amp;lt down").about == "R&D <Labs> is &lt down"
    assert read_topic("IC: @Mina &lt;mina@example.com&gt; | down").about == "down"
