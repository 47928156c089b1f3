"""The block checker refuses what Slack refuses, names the place, and takes what is at the limit."""

from __future__ import annotations

import pytest

from standins.slack import Problem, check_message, check_view
from tests.standins.slack.block_cases import (
    Json,
    actions,
    asked,
    bars,
    button,
    confirmed,
    container,
    feedback,
    grid,
    icon,
    image,
    modal,
    mrkdwn,
    options,
    pie,
    plain,
    section,
    select,
    source,
    ticked,
    typed,
    video,
    x,
)
from tests.standins.slack.broken_blocks import BROKEN

OTHER = options(2)[1]


def check(case: Json) -> list[Problem]:
    return check_view(case) if case["type"] in {"modal", "home"} else check_message({"blocks": [case]})


@pytest.mark.parametrize("name", BROKEN)
def test_one_broken_rule_is_refused(name: str) -> None:
    assert check(BROKEN[name])


GOOD: dict[str, Json] = {
    "section at its limit": section(text=mrkdwn(x(3000)), fields=[mrkdwn(x(2000))] * 10),
    "an emoji counts as one character": {"type": "header", "text": plain("😀" * 150)},
    "button at its limit": actions(button(text=plain(x(75)), value=x(2000), action_id=x(255), style="danger")),
    "twenty-five buttons": actions(*(button(action_id=str(n)) for n in range(25))),
    "confirmation": confirmed(title=plain(x(100)), style="danger"),
    "image with a file": {"type": "image", "slack_file": {"id": "F1"}, "alt_text": x(2000)},
    "image with an address": image(title=plain()),
    "hundred options": actions(select(options=options(100), initial_option=options(1)[0])),
    "five in an overflow": ticked("overflow", 5),
    "ten boxes": ticked("checkboxes", 10),
    "modal with a field": modal(asked(typed(max_length=3000, multiline=True), hint=plain())),
    "home": {"type": "home", "blocks": [section(), pie(("a", 1))]},
    "table": grid(100, 20),
    "data table": grid(201, 20, "data_table", page_size=100),
    "pie": pie(*((str(n), 0.1) for n in range(12))),
    "bars": bars(series=12, points=20, x_label=x(50)),
    "feedback": feedback(),
    "icon": icon(),
    "container": container(10),
    "task with a source": source("https://example.com"),
    "video": video(),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_at_the_limit_passes(name: str) -> None:
    assert check(GOOD[name]) == []


def test_a_problem_says_where_it_is() -> None:
    [problem] = check_message({"blocks": [section(), actions(button(), button(action_id="b", text=plain(x(76))))]})
    assert problem == Problem("/blocks/1/elements/1/text/text", "max_length", "must be less than 76 characters")


TOGETHER: dict[str, tuple[list[Json], str]] = {
    "two buttons of one name": ([actions(button(), button())], "action_id `a` already exists"),
    "two blocks of one name": ([section(block_id="b"), section(block_id="b")], "block_id `b` already exists"),
    "two tables": ([grid(1, 1), grid(1, 1)], "no more than 1 table blocks allowed"),
    "three charts": ([pie(("a", 1))] * 3, "no more than 2 data_visualization blocks allowed"),
    "markdown in all": ([{"type": "markdown", "text": x(6001)}] * 2, "markdown blocks hold no more than 12000"),
    "too many": ([section()] * 51, "no more than 50 items allowed"),
    "alert in a message": ([{"type": "alert", "text": mrkdwn()}], "alert blocks are not available in a message"),
    "a file field in a message": ([asked({"type": "file_input"})], "file_input is not available in a message"),
}


@pytest.mark.parametrize("name", TOGETHER)
def test_blocks_that_are_well_alone_and_not_together(name: str) -> None:
    blocks, said = TOGETHER[name]
    [problem] = check_message({"blocks": blocks})
    assert problem.text.startswith(said)


def test_a_table_does_not_fit_in_a_modal_and_a_chart_does_not_either() -> None:
    assert [problem.code for problem in check_view(modal(grid(1, 1), pie(("a", 1))))] == ["surface", "surface"]


def test_a_modal_with_fields_needs_a_submit_button() -> None:
    view = modal(asked(typed()))
    del view["submit"]
    assert [problem.pointer for problem in check_view(view)] == ["/submit"]


@pytest.mark.parametrize(
    ("block", "text"),
    [
        ({"type": "sektion"}, "unsupported type: sektion"),
        ({"text": plain()}, "missing required field: type"),
        ("a text", "missing required field: type"),
        (section(colour="red"), "invalid additional property: colour"),
        (actions(button(text=mrkdwn())), "unsupported type: mrkdwn"),
        (bars(categories=["p0", "p2"]), "must have one value for each category"),
        (
            actions(select(options=options(1), initial_option=options(2)[1])),
            "initial options must be among the options",
        ),
        ({"type": "image", "alt_text": "A"}, "must have exactly one of: image_url, slack_file"),
        (pie(("a", float("nan"))), "must be a finite number"),
    ],
)
def test_the_sentence_says_what_is_wrong(block: Json, text: str) -> None:
    assert text in [problem.text for problem in check_message({"blocks": [block]})]


def test_blocks_of_attachments_are_looked_at() -> None:
    [problem] = check_message({"attachments": [{"blocks": [section(text=mrkdwn(""))]}]})
    assert problem.pointer == "/attachments/0/blocks/0/text/text"
