"""What we use of streaq beyond its documented interface is there, and is what we take it for."""

from __future__ import annotations

import ast
import hashlib
import inspect
import tomllib
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from streaq import Worker
from streaq.constants import REDIS_GROUP, REDIS_HEALTH

from bot.queue.queue import library
from bot.queue.streaq_patches import SteadyWorker

QUEUE = Path("bot/queue")
URL = "redis://127.0.0.1:1"  # nothing is connected to
OVERRIDDEN = {
    "signal_handler": "35d069f6d615229b",
    "renew_idle_timeouts": "e40c56a5abf1ddbf",
}
"""Methods that SteadyWorker replaces, and digests of the library's own as they were when ours were written."""
PRIVATE = {"_abort_key", "_cancel_scopes", "_running_tasks"}


def on_upgrade(what: str) -> str:
    return f"streaq {version('streaq')}: {what}. Compare bot/queue with streaq/worker.py before raising the version."


@pytest.fixture
def plain() -> Worker[None]:
    return Worker[None](**library(URL, "jobs", concurrency=3))


def test_the_installed_version_is_one_that_we_know() -> None:
    dependencies = tomllib.loads(Path("pyproject.toml").read_text())["project"]["dependencies"]
    [wanted] = [it for it in map(Requirement, dependencies) if it.name == "streaq"]
    assert {part.operator for part in wanted.specifier} == {">=", "<"}, "a range with both ends"
    assert wanted.specifier.contains(version("streaq")), on_upgrade(f"it is outside of {wanted}")


def test_no_other_private_name_is_used() -> None:
    """`self._streaq._name` anywhere, and `self._name` in the worker that inherits from the library's."""
    used = set()
    for path in QUEUE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__"):
                inherited = path.name == "streaq_patches.py" and ast.unparse(node.value) == "self"
                if inherited or ast.unparse(node.value).endswith("_streaq"):
                    used.add(node.attr)
    assert used == PRIVATE, "guard what is new, and no longer what is gone"


def test_the_order_to_stop_is_a_set_named_by_the_abort_key(plain: Worker[None]) -> None:
    """`Queue.cancel` takes an id out of it, so that a successor doesn't inherit the order."""
    key = plain._abort_key
    assert isinstance(key, str), on_upgrade("_abort_key is no name of a key")
    assert key.startswith(plain.prefix), on_upgrade("_abort_key is not among the queue's keys")
    for reader in (Worker.schedule_delayed_tasks, Worker.abort_by_id):
        assert "_abort_key" in inspect.getsource(reader), on_upgrade("orders to stop lie elsewhere")
    assert "smembers(self._abort_key)" in inspect.getsource(Worker.schedule_delayed_tasks), on_upgrade("no set")


def test_running_jobs_have_their_scopes_and_messages_where_we_look(plain: Worker[None]) -> None:
    """`signal_handler` sets deadlines on the scopes; `renew_idle_timeouts` claims the messages by priority."""
    assert type(plain._cancel_scopes) is dict, on_upgrade("_cancel_scopes is no dict of id to scope")
    assert type(plain._running_tasks) is defaultdict, on_upgrade("_running_tasks is no defaultdict by priority")
    assert plain._running_tasks.default_factory is set, on_upgrade("_running_tasks holds no sets of messages")
    runs = inspect.getsource(Worker.run_task)
    for line in ("self._cancel_scopes[task_id] = scope", "self._running_tasks[msg.priority].add(msg.message_id)"):
        assert line in runs, on_upgrade(f"run_task no longer says `{line}`")


def test_prefetch_may_be_set_after_the_worker_is_made(plain: Worker[None]) -> None:
    """The library adds the concurrency to whatever it is told, so it can't be told to take no more than it runs."""
    assert plain.prefetch == 2 * plain.concurrency, on_upgrade("prefetch is reckoned in another way")
    steady = SteadyWorker(**library(URL, "jobs", concurrency=3))
    assert steady.prefetch == steady.concurrency == 3
    for reader in (Worker.producer, Worker.run_async):
        assert "self.prefetch" in inspect.getsource(reader), on_upgrade("prefetch is read before we set it")


def test_the_names_that_our_renewal_writes_are_the_librarys(plain: Worker[None]) -> None:
    assert (REDIS_GROUP, REDIS_HEALTH) == ("workers", ":health"), on_upgrade("the group or the health key")
    for name in ("id", "prefix", "stream_key", "task_key"):
        assert isinstance(getattr(plain, name), str), on_upgrade(f"{name} is no text")
    given = Worker[None](**library(URL, "jobs", idle_timeout=7, grace_period=2))
    assert (given.idle_timeout, given.grace_period) == (7000, 2), on_upgrade("milliseconds idle, seconds of grace")


@pytest.mark.parametrize("name", OVERRIDDEN)
def test_what_we_replace_is_still_called_and_has_not_changed(name: str) -> None:
    theirs, ours = getattr(Worker, name), getattr(SteadyWorker, name)
    assert (
        list(inspect.signature(theirs).parameters) == list(inspect.signature(ours).parameters) == ["self", "scope"]
    ), on_upgrade(f"{name} takes something else")
    assert inspect.iscoroutinefunction(theirs), on_upgrade(f"{name} is no coroutine")
    assert f"tg.start_soon(self.{name}, " in inspect.getsource(Worker.run_async), on_upgrade(f"nothing starts {name}")
    source = "".join(inspect.getsource(theirs).split())
    assert hashlib.sha256(source.encode()).hexdigest()[:16] == OVERRIDDEN[name], on_upgrade(f"{name} has changed")
