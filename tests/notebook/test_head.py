"""The head of a post-mortem: people's word stays, what is read fills the rest, and conflicts are said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from bot.kernel.locale import Locale
from bot.notebook.cell_data import Comment
from bot.notebook.edits import rename
from bot.notebook.head import DocumentStatus, Head, Participant, Severity
from bot.notebook.head_edits import (
    HeadChange,
    HeadConflict,
    HeadFacts,
    change_head,
    everybody,
    read_facts,
    together,
)
from bot.notebook.merge import Change, merge
from bot.notebook.notebook import Notebook, digest
from bot.notebook.notebook_text import NotebookText
from bot.notebook.proposed_title import propose_title
from bot.notebook.timeline import Entry
from bot.signals.answer import Answer, Counts, Day, Definition, FirstSeen, TargetMatch
from bot.signals.question import Period, Question, Signal
from tests.notebook.examples import NOON, opened

MINA, ERIK = Participant("Mina Park", "U1"), Participant("Erik Strøm", "U2")
FACTS = HeadFacts(severity=Severity.SEV_2, topic="Buy is broken", commander=ERIK, participants=(ERIK,))
ENGLISH = Locale.of("en")


@pytest.fixture
def notebook(words: NotebookText) -> Notebook:
    return msgspec.structs.replace(opened(words), channel_name="inc-1", title="Post-mortem: #inc-1")


def test_what_is_read_fills_what_nobody_set(notebook: Notebook) -> None:
    head = read_facts(notebook, FACTS).head
    assert (head.severity, head.topic, head.commander) == (Severity.SEV_2, "Buy is broken", ERIK)
    read_again = read_facts(notebook, FACTS)
    assert read_facts(read_again, FACTS) is read_again


def test_what_a_person_set_is_never_read_over_not_even_nothing(notebook: Notebook) -> None:
    wanted = HeadChange(severity=None, commander=MINA)
    set_by_hand = change_head(read_facts(notebook, FACTS), wanted, who=MINA, at=NOON)
    head = read_facts(set_by_hand, msgspec.structs.replace(FACTS, severity=Severity.SEV_1)).head
    assert (head.severity, head.commander) == (None, MINA)


def test_a_person_who_sets_what_was_read_already_has_said_so(notebook: Notebook) -> None:
    same = change_head(read_facts(notebook, FACTS), HeadChange(severity=Severity.SEV_2), who=MINA, at=NOON)
    assert read_facts(same, msgspec.structs.replace(FACTS, severity=Severity.SEV_5)).head.severity == Severity.SEV_2


def test_what_cannot_be_read_any_more_stays(notebook: Notebook) -> None:
    assert read_facts(read_facts(notebook, FACTS), HeadFacts()).head == read_facts(notebook, FACTS).head


def test_the_status_keeps_who_moved_it_and_when(notebook: Notebook) -> None:
    review = change_head(notebook, HeadChange(status=DocumentStatus.IN_REVIEW, reviewer=ERIK), who=MINA, at=NOON)
    later = NOON + timedelta(hours=1)
    published = change_head(review, HeadChange(status=DocumentStatus.PUBLISHED), who=ERIK, at=later)
    assert [(it.status, it.who, it.at) for it in published.head.history] == [
        (DocumentStatus.IN_REVIEW, MINA, NOON),
        (DocumentStatus.PUBLISHED, ERIK, later),
    ]
    assert change_head(published, HeadChange(status=DocumentStatus.PUBLISHED), who=MINA, at=NOON) is published


def test_setting_what_someone_else_has_just_set_is_a_conflict(notebook: Notebook) -> None:
    seen = {"severity": digest(""), "owner": digest("")}
    theirs = change_head(notebook, HeadChange(severity=Severity.SEV_1), who=ERIK, at=NOON)
    mine = HeadChange(severity=Severity.SEV_3, owner=MINA)
    with pytest.raises(HeadConflict) as raised:
        change_head(theirs, mine, who=MINA, at=NOON, seen=seen)
    assert raised.value.overtaken == ("severity",)
    other = change_head(theirs, HeadChange(owner=MINA), who=MINA, at=NOON, seen=seen)
    assert (other.head.severity, other.head.owner) == (Severity.SEV_1, MINA), "another field is no conflict"


def test_everybody_is_there_once(words: NotebookText, notebook: Notebook) -> None:
    said: list[Change] = [
        Comment("c", NOON, "x", "Jisoo Han"),
        Entry("e", NOON, "x", "Erik Strøm"),
        Entry("f", NOON, "y", ""),
    ]
    full = merge(read_facts(notebook, FACTS), said, words.for_notebook(notebook))
    assert everybody(full) == (ERIK, Participant("Jisoo Han"))
    assert together([Participant("Mina Park"), MINA, Participant("Mina Park")]) == (MINA,)


def test_the_head_of_a_notebook_from_before_is_empty(words: NotebookText) -> None:
    stored = msgspec.to_builtins(opened(words))
    stored.pop("head", None)
    assert msgspec.convert(stored, Notebook).head == Head()


PERIOD = Period(NOON - timedelta(days=7), NOON)


def answer(by_signal: dict[Signal, int], *, rose: bool = False, target: str | None = "buy") -> Answer:
    levels = [10] * 14 + [10 if not rose else 200] * 4
    days = tuple(Day(NOON - timedelta(days=18 - n), count) for n, count in enumerate(levels))
    return Answer(
        question=Question(period=PERIOD, target=target),
        source="local",
        definition=Definition("d", "d"),
        query="",
        counts=Counts(by_signal, actions=5, people=3, sessions=3),
        before=None,
        before_period=None,
        exposed=Counts(),
        targets=(TargetMatch("Buy"),) if target else (),
        daily=days,
        first_seen=(FirstSeen("2.31.0", days[14].start),),
    )


@pytest.mark.parametrize(
    ("by_signal", "rose", "feature", "title"),
    [
        ({Signal.ERROR: 5}, True, "Buy button", "Buy button fails on 2.31.0"),
        ({Signal.DEAD: 5}, False, "Buy button", "Buy button fails"),
        ({Signal.RAGE: 5}, True, "Buy button", "Trouble with Buy button since 2.31.0"),
        ({Signal.ERROR: 5}, False, "", "“Buy” fails"),
        ({}, True, "Buy button", "Post-mortem: #inc-1"),
    ],
)
def test_the_title_says_what_happened(
    notebook: Notebook, by_signal: dict[Signal, int], rose: bool, feature: str, title: str
) -> None:
    assert propose_title(notebook, answer(by_signal, rose=rose), feature, ENGLISH).title == title


def test_nothing_to_call_it_by_leaves_the_title(notebook: Notebook) -> None:
    assert propose_title(notebook, answer({Signal.ERROR: 5}, target=None), "", ENGLISH) is notebook


def test_a_title_of_a_person_stays_and_one_of_ours_gets_the_version(notebook: Notebook) -> None:
    first = propose_title(notebook, answer({Signal.ERROR: 5}), "Buy button", ENGLISH)
    with_version = propose_title(first, answer({Signal.ERROR: 5}, rose=True), "Buy button", ENGLISH)
    assert with_version.title == "Buy button fails on 2.31.0"
    other = propose_title(with_version, answer({Signal.ERROR: 5}), "Search", ENGLISH)
    assert other is with_version, "it stays that of the first trouble"
    for theirs in (rename(notebook, "Ours"), msgspec.structs.replace(first, title="Renamed in Datadog")):
        assert propose_title(theirs, answer({Signal.ERROR: 5}, rose=True), "Buy button", ENGLISH) is theirs


def test_a_title_is_korean_in_a_korean_notebook(words: NotebookText) -> None:
    korean = msgspec.structs.replace(opened(words, "ko"), channel_name="inc-1", title="포스트모템: #inc-1")
    locale = Locale.of("ko", "Asia/Seoul")
    generic = replace(locale).text("Post-mortem: %(channel)s", channel="#inc-1")
    korean = msgspec.structs.replace(korean, title=generic)
    assert (
        propose_title(korean, answer({Signal.ERROR: 5}, rose=True), "구매 버튼", locale).title
        == "2.31.0에서 구매 버튼 실패"
    )
