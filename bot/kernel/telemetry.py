"""What operators read: logs without secrets and without what people wrote, and reference ids."""

from __future__ import annotations

import logging
import re
import secrets
import sys
from collections.abc import Iterable, MutableMapping, Sequence
from typing import Any, Literal, TextIO

import structlog

from bot.kernel.errors import Conflict, Missing, Misunderstood, Unfilmable
from bot.kernel.origin import current_origin, peoples_words

HIDDEN = "***"
# Slack's tokens, and whatever follows "Bearer" or "Basic" in a header.
TOKENS = re.compile(r"xox[a-z]-[\w.-]+|xapp-[\w.-]+|(?<=Bearer )\S+|(?<=Basic )\S+")
HEADERS = re.compile(r"authorization|cookie|token|secret|password|api[_-]?key|application[_-]?key", re.IGNORECASE)
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that can be misread on the phone
LINES = frozenset({"exception", "stack"})
SHORTEST_HIDDEN = 8  # shorter words stand in many lines that have nothing to do with them


def current_reference() -> str:
    """The id of the work at hand, so that what a person is told finds every line of it; a fresh one outside of any."""
    origin = current_origin()
    return origin.reference if origin else reference()


def reference() -> str:
    """A fresh id that ties what a person was told to what the log holds, such as `K7QM-2XPD`."""
    letters, number = "", secrets.randbelow(len(ALPHABET) ** 8)
    for _ in range(8):
        number, letter = divmod(number, len(ALPHABET))
        letters += ALPHABET[letter]
    return f"{letters[:4]}-{letters[4:]}"


def in_the_log(error: BaseException) -> str:
    """The error as the log has it: what speaks of what people wrote or made goes without its values."""
    return error.message if isinstance(error, Misunderstood | Missing | Conflict | Unfilmable) else str(error)


class Redactor:
    """A structlog processor that hides secrets, and what people wrote, in values, in nested data and in tracebacks."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        known = sorted((re.escape(value) for value in values if len(value) >= 4), key=len, reverse=True)
        self._known = re.compile("|".join(known)) if known else None

    def __call__(self, logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        hidden = [text for text in peoples_words() if len(text) >= SHORTEST_HIDDEN]
        return {name: _without(self._clean(name, value), hidden) for name, value in event.items()}

    def _clean(self, name: str, value: Any) -> Any:
        if value and HEADERS.search(name):
            return HIDDEN
        if isinstance(value, dict):
            return {inner: self._clean(str(inner), item) for inner, item in value.items()}
        if isinstance(value, list | tuple | set):
            return [self._clean("", item) for item in value]
        if isinstance(value, int | float | bool | None):
            return value
        text = TOKENS.sub(HIDDEN, str(value))
        return self._known.sub(HIDDEN, text) if self._known else text


def _without(value: Any, hidden: Sequence[str]) -> Any:
    """The value without what people wrote, wherever it stands in it."""
    if isinstance(value, dict):
        return {name: _without(item, hidden) for name, item in value.items()}
    if isinstance(value, list):
        return [_without(item, hidden) for item in value]
    if isinstance(value, str):
        for text in hidden:
            value = value.replace(text, HIDDEN)
    return value


def attributed(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: every line has a team, a channel and a reference, empty where nobody's work is done."""
    return {"team": "", "channel": "", "reference": "", **event}


def visible_on_a_terminal(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: what moves a terminal's cursor, begins a line or turns its direction is shown as a code.

    JSON writes it so anyway. Tracebacks have lines of their own, and nothing else of the kind.
    """
    return {name: _visible(value, lines=name in LINES) for name, value in event.items()}


def _visible(value: Any, *, lines: bool) -> Any:
    if not isinstance(value, str):
        return value  # the renderer shows its repr
    return "".join(char if char.isprintable() or (lines and char == "\n") else repr(char)[1:-1] for char in value)


def set_up_logging(
    form: Literal["auto", "console", "json"], secrets: Iterable[str] = (), stream: TextIO | None = None
) -> None:
    """Our own log and that of every library, through one redactor, to `stream` (stderr). Called once, at the roof."""
    out = stream or sys.stderr
    console = form == "console" or (form == "auto" and out.isatty())
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    final: list[structlog.types.Processor] = (
        [visible_on_a_terminal, structlog.dev.ConsoleRenderer(colors=out.isatty())]
        if console
        else [attributed, structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                Redactor(secrets),
                *final,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for chatty in ("aiohttp.access", "slack_bolt", "slack_sdk", "streaq"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.getLogger("python_multipart").setLevel(logging.ERROR)  # it warns of each damaged form; the sender is told
