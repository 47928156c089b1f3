"""A bot beside a test is as patient as the Slack that it talks to.

The product's own limits keep a little below the three seconds that Slack waits. On a busy machine a bot would give up
on what was about to come, and say so to people; tests that mean these limits set them to what they mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from unittest import mock

from bot.providers.local import local_source
from bot.services.requests import earlier_failures, follow_ups, offered_tickets, required_fields
from bot.slack import inbox
from bot.slack.outbox import telling
from bot.web import intake_admission
from handlers import edge
from tests.handlers.house import WAIT_S

LIMITS: tuple[tuple[ModuleType, str], ...] = (
    (inbox, "KEEPING_S"),  # else: "The bot can't keep anything right now"
    (inbox, "KEEPING_WHILE_AWAY_S"),
    (edge, "MODAL_S"),  # else errors are told privately, and the modal closes
    (edge, "MENU_S"),  # else a menu is empty
    (offered_tickets, "SEARCH_S"),
    (offered_tickets, "LINKS_S"),  # else, as in the next ones, something is missing in a form
    (required_fields, "READ_S"),
    (earlier_failures, "WITHIN_S"),
    (follow_ups, "NOTEBOOK_S"),
    (local_source, "PATIENCE_S"),  # else an answer has the caveat that recordings are still searched
    (telling, "LONG_WAIT_S"),  # else people are told that Slack makes their message wait
    (intake_admission, "COUNTED_WITHIN_S"),
)


@contextmanager
def patient() -> Iterator[None]:
    with ExitStack() as stack:
        for module, name in LIMITS:
            stack.enter_context(mock.patch.object(module, name, WAIT_S))
        yield
