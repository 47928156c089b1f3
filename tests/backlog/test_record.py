"""The notebook hears of a request: its row, its backlog check, and what people answered."""

from __future__ import annotations

from datetime import timedelta

from bot.backlog.notebook_changes import changes_of
from bot.backlog.request import Request, RequestAction
from bot.backlog.sentences import answer_history, history
from bot.backlog.session_rates import FixOutcome
from bot.backlog.transitions import decide
from bot.kernel.locale import Locale
from bot.notebook.cell_data import Acknowledged
from bot.notebook.merge import merge
from bot.notebook.notebook import Notebook
from bot.notebook.notebook_text import NotebookText
from tests.backlog.examples import EN, NEW, after, press
from tests.notebook.examples import opened

WORDS = NotebookText.load()
STEPS = [
    (),
    (RequestAction.HAND_OVER,),
    (RequestAction.HAND_OVER, RequestAction.IN_BACKLOG),
    (RequestAction.HAND_OVER, RequestAction.IN_BACKLOG, RequestAction.DONE),
]


def told(*requests: Request) -> Notebook:
    notebook = opened(WORDS)
    for request in requests:
        notebook = merge(
            notebook, changes_of(request, EN, f"{request.asks.name.lower()}@example.com"), WORDS.writer(EN)
        )
    return notebook


def test_an_open_request_is_a_row_and_nothing_is_acknowledged() -> None:
    notebook = told(NEW)
    assert [(row.owner, row.state) for row in notebook.follow_ups] == [("Jisoo", "asked")]
    assert [row.owner_email for row in notebook.follow_ups] == ["jisoo@example.com"]
    assert not any("jisoo@example.com" in cell.markdown for cell in notebook.cells)
    assert notebook.managed("acknowledged/R1") is None


def test_an_answer_is_a_row_a_comment_and_a_checked_backlog() -> None:
    notebook = told(NEW, after(RequestAction.HAND_OVER, RequestAction.IN_BACKLOG))
    assert [(row.owner, row.ticket, row.state) for row in notebook.follow_ups] == [("Hana", "SHOP-412", "in_backlog")]
    assert [(said.author, said.text) for said in notebook.comments] == [
        ("Jisoo", "Handed over to Hana"),
        ("Jisoo", "In the backlog: SHOP-412"),
    ]
    cell = notebook.managed("acknowledged/R1")
    assert cell is not None
    assert "**Buy button: In the backlog** · SHOP-412" in cell.markdown


def test_news_in_the_wrong_order_leave_the_newest_state() -> None:
    requests = [after(*step) for step in STEPS]
    backwards, forwards = told(*reversed(requests)), told(*requests)
    assert backwards.follow_ups == forwards.follow_ups
    for notebook in (backwards, forwards):
        cell = notebook.managed("acknowledged/R1")
        assert cell is not None
        assert isinstance(cell.data, Acknowledged)
        assert cell.data.state == "done"


def test_what_a_check_found_stands_in_the_row_and_nowhere_else() -> None:
    request = after(RequestAction.IN_BACKLOG, RequestAction.DONE, RequestAction.VERIFY, outcome=FixOutcome.IMPROVED)
    notebook = told(NEW, request)
    [row] = notebook.follow_ups
    assert row.state == "improved"
    assert row.note.startswith("At the old rate, 41 affected sessions would be expected by now; 3 were seen.")
    assert [said.text for said in notebook.comments] == ["In the backlog: SHOP-412"]
    assert sum("would be expected" in cell.markdown for cell in notebook.cells) == 1


def test_a_ticket_opened_again_takes_the_finding_out_of_the_row() -> None:
    found = after(RequestAction.IN_BACKLOG, RequestAction.DONE, RequestAction.VERIFY, outcome=FixOutcome.IMPROVED)
    notebook = told(NEW, found, after(RequestAction.REOPEN, request=found))
    assert [(row.state, row.note) for row in notebook.follow_ups] == [("in_backlog", "")]
    cell = notebook.managed("acknowledged/R1")
    assert cell
    assert "In the backlog" in cell.markdown
    assert "Improved" not in cell.markdown


def test_asking_again_goes_on_in_the_same_row() -> None:
    refused = after(RequestAction.NOT_DOING)
    notebook = told(NEW, refused, after(RequestAction.ASK_AGAIN, request=refused))
    assert [(row.state, row.note) for row in notebook.follow_ups] == [("asked", "")]
    cell = notebook.managed("acknowledged/R1")
    assert cell
    assert "Asked" in cell.markdown
    assert "Not doing" not in cell.markdown


def test_an_unanswered_row_that_was_asked_again_shows_no_old_ticket() -> None:
    closed = after(RequestAction.IN_BACKLOG, RequestAction.CLOSE)
    again = after(RequestAction.ASK_AGAIN, request=closed)
    for request in (again, after(RequestAction.SEE, request=again), after(RequestAction.NOT_DOING, request=again)):
        notebook = told(closed, request)
        assert [(row.state, row.ticket, row.ticket_link) for row in notebook.follow_ups] == [(request.state, "", "")]
        cell = notebook.managed("acknowledged/R1")
        assert cell
        assert "SHOP-412" not in cell.markdown
    assert [row.ticket for row in told(again, after(RequestAction.IN_BACKLOG, request=again)).follow_ups] == [
        "SHOP-412"
    ]


def test_a_mention_ends_with_what_its_owner_answered() -> None:
    request = after(RequestAction.SEE, RequestAction.IN_BACKLOG, RequestAction.DONE, RequestAction.VERIFY)
    assert answer_history(request, request.asked_at, EN)[-1].startswith("Jisoo answered")
    assert len(history(request, request.asked_at, EN)) == len(answer_history(request, request.asked_at, EN)) + 2
    again = after(RequestAction.NOT_DOING, RequestAction.ASK_AGAIN)
    assert answer_history(again, again.asked_at, EN)[-1].startswith("Jisoo asked again")


def test_a_closed_ticket_is_in_the_row_with_why_and_the_check_says_whose_the_last_answer_was() -> None:
    closed = decide(
        after(RequestAction.IN_BACKLOG),
        press(after(RequestAction.IN_BACKLOG), RequestAction.CLOSE, reason="duplicate"),
        EN,
    )
    notebook = told(closed)
    [row] = notebook.follow_ups
    assert (row.state, row.note) == ("closed", "duplicate")
    check = notebook.managed(f"acknowledged/{closed.id}")
    assert check
    assert "Closed without a fix" in check.markdown
    assert "Last answer: Jisoo" in check.markdown, "and not whoever closed it"


def test_what_happened_to_a_ticket_names_the_one_of_then() -> None:
    closed = after(RequestAction.IN_BACKLOG, RequestAction.CLOSE)
    [_, it] = closed.history
    assert closed.ticket_at(it)[0] == "SHOP-412"
    again = after(RequestAction.ASK_AGAIN, request=closed)
    assert again.ticket_at(it) == ("SHOP-412", "")
    link = "https://shop.example.com/SHOP-500"
    another = decide(again, press(again, RequestAction.IN_BACKLOG, ticket="SHOP-500", ticket_link=link), EN)
    assert another.ticket_at(it) == ("SHOP-412", "")
    assert another.ticket_at(another.history[-1]) == ("SHOP-500", link)
    moved = decide(another, press(another, RequestAction.RENAME, ticket="OPS-7", ticket_link=link), EN)
    assert moved.ticket_at(another.history[-1]) == ("OPS-7", link), "the same one, under its new key"
    third = decide(
        after(RequestAction.CLOSE, RequestAction.ASK_AGAIN, request=moved),
        press(after(RequestAction.CLOSE, RequestAction.ASK_AGAIN, request=moved), RequestAction.IN_BACKLOG),
        EN,
    )
    assert third.ticket_at(third.history[-3]) == ("OPS-7", "")
    assert third.ticket_at(it) == ("SHOP-412", third.ticket_link), "the one that it has again"


def test_the_history_tells_who_was_asked_first() -> None:
    request = after(RequestAction.SEE, RequestAction.HAND_OVER)
    lines = history(request, request.asked_at, EN)
    assert lines[0] == "Minseo asked Jisoo at 10:00"
    assert lines[-1] == "Jisoo handed this over to Hana at 10:02"
    later = history(request, request.asked_at + timedelta(days=400), EN)[-1]
    assert later == f"Jisoo handed this over to Hana on {EN.dated_moment(request.history[-1].at)}"
    korean = history(request, request.asked_at, Locale.of("ko", EN.zone))
    assert korean[0] == "Minseo 님이 10:00에 Jisoo 님에게 물었습니다"


def test_every_happening_has_a_sentence_in_every_language() -> None:
    ways = [
        (
            RequestAction.REMIND,
            RequestAction.ESCALATE,
            RequestAction.SNOOZE,
            RequestAction.WAKE,
            RequestAction.SEE,
            RequestAction.HAND_OVER,
            RequestAction.ACCEPT,
        ),
        (RequestAction.HAND_OVER, RequestAction.GIVE_BACK, RequestAction.EXPIRE, RequestAction.NOT_DOING),
        (RequestAction.IN_BACKLOG, RequestAction.DONE, RequestAction.VERIFY, RequestAction.REOPEN),
        (RequestAction.IN_BACKLOG, RequestAction.CLOSE, RequestAction.ASK_AGAIN),
        (RequestAction.IN_BACKLOG, RequestAction.PLAN, RequestAction.FINISH),
        (RequestAction.IN_BACKLOG, RequestAction.FOLLOW, RequestAction.OVERRULE),
        (RequestAction.IN_BACKLOG, RequestAction.RENAME, RequestAction.LOSE, RequestAction.RETURN),
    ]
    told_of = {it.action for way in ways for it in after(*way).history}
    assert told_of == set(RequestAction)
    for way in ways:
        request = after(*way)
        korean = history(request, request.asked_at, Locale.of("ko", "Asia/Seoul"))
        assert len(korean) == len(way) + 1
        assert not set(korean) & set(history(request, request.asked_at, EN))
