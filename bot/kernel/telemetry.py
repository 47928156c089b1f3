"""What operators see: logs without secrets, reference ids, metrics."""

from __future__ import annotations

import logging
import re
import secrets
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any, Literal, TextIO

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

HIDDEN = "***"
# Slack's tokens, and whatever follows "Bearer", "Basic" or "DD-API-KEY:" in a header.
TOKENS = re.compile(r"xox[a-z]-[\w.-]+|xapp-[\w.-]+|(?<=Bearer )\S+|(?<=Basic )\S+")
HEADERS = re.compile(r"authorization|cookie|token|secret|password|api[_-]?key|application[_-]?key", re.IGNORECASE)
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that can be misread on the phone

SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


def reference() -> str:
    """A fresh id that ties what a person was told to what the log holds, such as `K7QM-2XPD`."""
    letters = [secrets.choice(ALPHABET) for _ in range(8)]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


class Redactor:
    """A structlog processor that hides secrets wherever they are: in values, in nested data, in tracebacks."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        known = sorted((re.escape(value) for value in values if len(value) >= 4), key=len, reverse=True)
        self._known = re.compile("|".join(known)) if known else None

    def __call__(self, logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {name: self._clean(name, value) for name, value in event.items()}

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
    final: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer(colors=out.isatty())
        if console
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                Redactor(secrets),
                final,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for chatty in ("aiohttp.access", "slack_bolt", "slack_sdk", "streaq"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.getLogger("python_multipart").setLevel(logging.ERROR)  # it warns of each damaged form; the sender is told


class Metrics:
    """Counters and histograms of one app, in a registry of its own (`prometheus_client.generate_latest(registry)`)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.slack_calls = Counter(
            "replaybook_slack_calls",
            "Calls to Slack by method and outcome",
            ["method", "outcome"],
            registry=self.registry,
        )
        self.outbox_seconds = Histogram(
            "replaybook_outbox_seconds", "From asked to posted", registry=self.registry, buckets=SECONDS
        )
        self.outbox_joined = Counter(
            "replaybook_outbox_joined", "Updates replaced by a newer one before they were sent", registry=self.registry
        )
        self.jobs = Counter("replaybook_jobs", "Runs of jobs by outcome", ["job", "outcome"], registry=self.registry)
        self.job_seconds = Histogram(
            "replaybook_job_seconds", "Time a run took", ["job"], registry=self.registry, buckets=SECONDS
        )
        self.queue_jobs = Gauge(
            "replaybook_queue_jobs", "Jobs that wait or run, those for later left out", ["lane"], registry=self.registry
        )
        self.queue_oldest = Gauge(
            "replaybook_queue_oldest_seconds",
            "Age of the oldest job that waits or runs; 0 without one",
            ["lane"],
            registry=self.registry,
        )
