"""Bolt's app as operators see it: each delivery is timed, has a reference for the log, and begins a trace."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from logging import LogRecord
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.logger import get_bolt_logger
from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped
from slack_bolt.response import BoltResponse

from bot.kernel.metrics import Metrics
from bot.kernel.origin import Origin, working_for
from bot.kernel.telemetry import reference
from bot.kernel.tracing import span
from bot.kernel.turns import Turns
from handlers.prompt_acks import PromptAck, PromptRunner

KINDS = {"block_actions": "press", "view_submission": "submission", "message_action": "shortcut"}
"""By Slack's type of an interaction. A command, an event and whatever else there is are told by their shape."""
WORDS = frozenset({"text", "value", "topic"})


IN_TURN = frozenset({"command", "event"})


class MeasuredApp(AsyncApp):
    """What runs in its listeners runs under the delivery's reference: they are tasks that begin in here."""

    metrics: Metrics

    def __init__(self, **options: Any) -> None:
        get_bolt_logger(AsyncApp).addFilter(_is_of_use)
        super().__init__(**options)
        self._async_listener_runner = PromptRunner(self._async_listener_runner)
        self.turns = Turns()

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        began, body = time.perf_counter(), req.body
        kind, again = kind_of(body), bool(body.get("delivery_id"))
        context = req.context
        context["ack"] = PromptAck(self.turns if kind in IN_TURN else None)
        origin = Origin(
            reference=reference(),
            team=context.team_id or context.enterprise_id or "",
            channel=context.channel_id or "",
            at=time.time(),
        )
        with (
            self.turns.acknowledging(),
            working_for(origin, tuple(words_in(body))),
            span(f"slack {kind}", kind="server", **{"replaybook.reference": origin.reference}),
        ):
            answer = await super().async_dispatch(req)
        if not again:
            outcome = "taken" if answer.status < 400 else "unknown" if answer.status < 500 else "refused"
            self.metrics.acknowledgement_seconds.labels(kind, outcome).observe(time.perf_counter() - began)
        return answer


def _is_of_use(record: LogRecord) -> bool:
    """Bolt looks for SLACK_BOT_TOKEN itself, and warns that it doesn't use it, at each start of every bot."""
    return record.getMessage() != warning_client_prioritized_and_token_skipped()


def kind_of(body: Mapping[str, Any]) -> str:
    if "command" in body:
        return "command"
    kind = body.get("type")
    return "event" if kind == "event_callback" else KINDS.get(kind, "other") if isinstance(kind, str) else "other"


def words_in(body: Mapping[str, Any]) -> Iterator[str]:
    """What somebody wrote: a command's text, an event's message, what was entered in a modal."""
    state = body["view"].get("state") if isinstance(body.get("view"), dict) else None
    for part in (body.get("text"), body.get("event"), state):
        yield from _texts(part, "text")


def _texts(part: object, name: str) -> Iterator[str]:
    if isinstance(part, str):
        if name in WORDS:
            yield part
    elif isinstance(part, dict):
        for inner, value in part.items():
            yield from _texts(value, inner)
    elif isinstance(part, list):
        for value in part:
            yield from _texts(value, name)
