"""What a process counts and measures, as Prometheus collects it: https://prometheus.io/docs/practices/naming.

No label's values grow with teams, channels or people. None is called `job`: Prometheus calls what it collects from so.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.process_collector import ProcessCollector

SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
ACKNOWLEDGED_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5)
"""Slack waits for three seconds."""


def outcome_of(error: BaseException) -> str:
    """The label for a failure: its class where that is one of ours, else that it was a bug."""
    if isinstance(error, TimeoutError):
        return "timeout"
    ours = type(error).__module__.partition(".")[0] == "bot"
    return type(error).__name__.lower() if ours else "bug"


class Metrics:
    """Counters and histograms of one app, in a registry of its own (`prometheus_client.generate_latest(registry)`)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._slack()
        self._outbox()
        self._queue()
        self.provider_calls = self._counter(
            "provider_calls", "Calls to outside systems, Slack among them", "provider", "method", "outcome"
        )
        self.provider_call_seconds = self._seconds("provider_call_seconds", "Time a call took", "provider")
        self.watches = self._gauge("watches", "Watches and live answers that the clock looks at")
        self.ready = self._gauge("ready", "1 for a part that the process can use, else 0", "part")

    def _slack(self) -> None:
        self.acknowledgement_seconds = Histogram(
            "replaybook_acknowledgement_seconds",
            "From a delivery of Slack's to its acknowledgement",
            ["kind", "outcome"],
            registry=self.registry,
            buckets=ACKNOWLEDGED_S,
        )
        self.duplicates = self._counter(
            "duplicates_absorbed", "What came or was asked for again, and did nothing", "kind"
        )

    def _outbox(self) -> None:
        self.outbox_seconds = self._seconds("outbox_seconds", "From asked to posted")
        self.outbox_joined = self._counter("outbox_joined", "Updates replaced by a newer one before they were sent")
        self.outbox_messages = self._gauge("outbox_messages", "Messages that wait to be sent to Slack")
        self.outbox_oldest = self._gauge("outbox_oldest_seconds", "Age of the oldest of them; 0 without one")

    def _queue(self) -> None:
        self.jobs = self._counter("jobs", "Runs of jobs by outcome", "name", "outcome")
        self.job_seconds = self._seconds("job_seconds", "Time a run took", "name")
        self.job_waited_seconds = self._seconds(
            "job_waited_seconds", "From what a person did to the end of a job that it led to", "name"
        )
        self.queue_jobs = self._gauge("queue_jobs", "Jobs that wait or run, those for later left out", "lane")
        self.queue_oldest = self._gauge(
            "queue_oldest_seconds", "Age of the oldest job that waits or runs; 0 without one", "lane"
        )

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"replaybook_{name}", about, labels, registry=self.registry)

    def _gauge(self, name: str, about: str, *labels: str) -> Gauge:
        return Gauge(f"replaybook_{name}", about, labels, registry=self.registry)

    def _seconds(self, name: str, about: str, *labels: str) -> Histogram:
        return Histogram(f"replaybook_{name}", about, labels, registry=self.registry, buckets=SECONDS)
