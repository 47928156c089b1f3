"""What we use of streaq that it doesn't promise. A new version that changes any of it fails here, by name."""

from __future__ import annotations

from importlib.metadata import version
from inspect import getsource, signature

import pytest
from streaq import Worker, constants
from streaq.types import StreamMessage, Streaq

from bot.queue.runner import SteadyWorker
from bot.queue.streaq_options import library

TRIED_WITH = "7.2."
ATTRIBUTES = (
    "_abort_key", "_cancel_scopes", "_results_set", "_running_set", "concurrency", "counters", "grace_period", "id",
    "idle_timeout", "prefetch", "prefix", "queue_key", "stream_key", "task_key",
)  # fmt: skip
METHODS = {
    "finish_failed_task": ["self", "msg", "exc"],
    "finish_task": ["self", "msg", "finish"],
    "renew_idle_timeouts": ["self", "scope"],
    "run_task": ["self", "msg"],
    "signal_handler": ["self", "scope"],
}


@pytest.fixture
def worker() -> SteadyWorker:
    return SteadyWorker(**library("redis://127.0.0.1:1", "jobs", concurrency=2, idle_timeout=3.0, grace_period=5))


def test_the_version_is_one_that_was_tried() -> None:
    assert version("streaq").startswith(TRIED_WITH)


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_the_library_has_the_attribute(worker: SteadyWorker, name: str) -> None:
    assert hasattr(worker, name)


@pytest.mark.parametrize("name", METHODS)
def test_the_library_has_the_method_with_its_parameters(name: str) -> None:
    parameters = list(signature(getattr(Worker, name)).parameters)
    assert parameters[: len(METHODS[name])] == METHODS[name]


def test_the_library_sets_what_it_only_has_while_it_runs() -> None:
    assert "self._lib =" in _source("__asynccontextmanager__")
    assert "self._cancel_scopes[task_id] = scope" in _source("run_task")


def test_messages_and_functions_are_as_we_use_them(worker: SteadyWorker) -> None:
    message = StreamMessage(message_id="1-0", task_id="a", priority="normal", enqueue_time=0)
    assert (message.message_id, message.task_id, message.priority) == ("1-0", "a", "normal")
    wanted = ["self", "stream_key", "running_set", "group_name", "consumer", "message_id", "task_id"]
    assert list(signature(Streaq.refresh_timeout).parameters) == wanted
    assert constants.REDIS_GROUP == "workers"
    assert worker.idle_timeout == 3000, "milliseconds"
    assert worker.prefetch == worker.concurrency == 2


def _source(method: str) -> str:
    return getsource(getattr(Worker, method))
