"""Which session or person a message names, for *Find the replay*."""

from __future__ import annotations

import pytest

from bot.services.questions.ask_of_message import named_in
from bot.signals.source import EMAIL, PERSON, SESSION

ID = "0b1c2d3e-1111-2222-3333-444455556666"


@pytest.mark.parametrize(
    ("text", "value", "facet"),
    [
        (f"session {ID} hangs", ID, SESSION),
        (f"<https://app.datadoghq.eu/rum/replay/sessions/{ID.upper()}?ts=1|replay>", ID, SESSION),
        (f"mina@example.com in {ID}", ID, SESSION),
        ("<mailto:mina.park@example.com|mina.park@example.com> can't pay", "mina.park@example.com", EMAIL),
        ("user 88121 can't pay", "88121", PERSON),
        ("usr.id: acme-7f3.x says no", "acme-7f3.x", PERSON),
        ("user_id=u-12", "u-12", PERSON),
        ("고객 88121님이 결제를 못 합니다", "88121", PERSON),
        ("Customer ID #4711 waits", "4711", PERSON),
    ],
)
def test_a_session_comes_first_then_an_address_then_an_id(text: str, value: str, facet: str) -> None:
    found = named_in(text)
    assert found
    assert (found[0], found[1][0]) == (value, facet)


@pytest.mark.parametrize(
    "text",
    ["", "Good morning", "12 users were affected", "user story", "<@U0MINAPARK> look", "users 5 % up", f"x{ID[1:]}"],
)
def test_nobody_is_named_where_nobody_is(text: str) -> None:
    assert named_in(text) is None
