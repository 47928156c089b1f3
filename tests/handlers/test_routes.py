"""The routing table: every handler can be called with what Bolt and we inject, and every button has a handler."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_bolt.kwargs_injection.async_args import AsyncArgs

import handlers
from bot.kernel.paths import TEMPLATES

OURS = {"desk", "source"}
INJECTED = set(inspect.signature(AsyncArgs.__init__).parameters) | OURS


def every_handler() -> Iterator[Callable[..., Any]]:
    yield from handlers.COMMANDS.values()
    yield from (handler for _, handler in handlers.EVENTS)
    yield from handlers.ACTIONS.values()
    yield from handlers.VIEWS.values()


@pytest.mark.parametrize(
    "handler", list(dict.fromkeys(every_handler())), ids=lambda it: f"{it.__module__}.{it.__name__}"
)
def test_a_handler_asks_only_for_what_is_injected(handler: Callable[..., Any]) -> None:
    """Bolt passes None for a name that it doesn't know, with nothing but a warning."""
    assert set(inspect.signature(handler).parameters) <= INJECTED


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
    assert len(modals) == len(handlers.VIEWS)
