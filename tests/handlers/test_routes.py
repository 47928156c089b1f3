"""The routing table: every behaviour takes what the wrapper gives it, and every button has one."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any, get_type_hints

import pytest

import handlers
from bot.kernel.paths import TEMPLATES
from bot.services.services import Services
from handlers import requests
from handlers.payloads import ButtonPress, SlackEvent, SlashCommand, Submission


def every_behaviour() -> Iterator[tuple[Callable[..., Any], type]]:
    yield from ((behaviour, SlashCommand) for behaviour in handlers.COMMANDS.values())
    yield from ((behaviour, SlackEvent) for _, behaviour in handlers.EVENTS)
    yield from ((behaviour, ButtonPress) for behaviour in handlers.ACTIONS.values())
    yield from ((behaviour, Submission) for behaviour in handlers.VIEWS.values())


@pytest.mark.parametrize(
    ("behaviour", "payload"), list(every_behaviour()), ids=lambda value: getattr(value, "__qualname__", "")
)
def test_a_behaviour_takes_its_payload_and_the_services(behaviour: Callable[..., Any], payload: type) -> None:
    hints = get_type_hints(behaviour)
    assert inspect.iscoroutinefunction(behaviour)
    assert [hints[name] for name in inspect.signature(behaviour).parameters] == [payload, Services]


def test_every_button_and_select_in_the_templates_has_a_handler() -> None:
    used = set()
    for path in TEMPLATES.rglob("*.j2"):
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r'\b(?:button\([^\n]*?|select\()"([a-z]+\.[a-z_]+)"', text))
        used |= set(re.findall(r'\), "([a-z]+\.[a-z_]+)", (?:value|again)', text))
    assert len(used) > 12
    assert used <= set(handlers.ACTIONS)


def test_every_modal_has_a_handler_for_what_is_sent_in() -> None:
    modals = {
        path.relative_to(TEMPLATES).with_suffix("").as_posix()
        for path in TEMPLATES.rglob("*.j2")
        if "{% block submit %}" in path.read_text(encoding="utf-8")
    }
    shared = len(requests.MODALS) - len({template for _, template in requests.MODALS.values()})
    assert len(modals) == len(handlers.VIEWS) - shared
