"""What tests of every room may use: the moment at which they run, and a real Redis server of their own."""

from __future__ import annotations

import asyncio
import atexit
import gc
import logging
import os
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from multiprocessing.util import Finalize
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings
from redis.asyncio import Redis

from bot.kernel.clock import Clock, system_clock
from bot.kernel.processes import TemporaryFolder, remove_abandoned
from bot.providers.local.event_store import EventStore
from bot.providers.local.sample.load import load_sample
from bot.slack import inbox
from bot.state import locks
from bot.state.connection import connected
from bot.state.embedded_server import private_redis
from tests.browser import browser  # noqa: F401 - a fixture
from tests.bucket_server import bucket_server, file_store  # noqa: F401 - fixtures
from tests.clickhouse_server import clickhouse, clickhouse_server, patient  # noqa: F401 - fixtures
from tests.made_once import made_once
from tests.moments import EACH_ONCE, EACH_ZONE, EVERY, Moment, named, of_the_day, starting_at
from tests.record_stores import (  # noqa: F401 - fixtures
    migrated_database,
    postgres_records,
    postgres_server,
    postgres_url,
    records,
)

HERE = Path(__file__).parent
PATIENT_S = 300.0
# How long a machine takes to think of examples, or for one of them, says how busy it is, and nothing else.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")
BY_DAY = {
    "backlog": EVERY,
    "cli": EACH_ONCE,
    "handlers": EACH_ONCE,
    "notebook": EVERY,
    "providers/local": EVERY,
    "services": EVERY,
    "signals": EVERY,
}
"""Suites that may depend on the day, with the moments at which `--every-day` runs them."""
LONGEST_FIRST = (
    "handlers/test_never_twice.py",
    "handlers/test_replicas.py",
    "standins/slack/test_accessibility.py",
    "handlers/test_clips.py",
    "journey/test_journey.py",
    "journey/test_datadog.py",
    "journey/test_tickets_in_jira.py",
    "cli/test_demo.py",
    "handlers/test_tickets_elsewhere.py",
    "providers/local/test_two_engines.py",
    "handlers/test_histories.py",
    "web/test_accessibility.py",
    "providers/local/test_little_data.py",
    "messages/test_hostile.py",
    "handlers/test_refused_by_slack.py",
    "providers/local/test_deliveries.py",
    "handlers/test_facts.py",
    "providers/local/test_sample.py",
    "handlers/test_side_by_side.py",
    "handlers/test_cancel.py",
    "replay/test_render.py",
    "handlers/test_datadog.py",
    "handlers/test_datadog_faults.py",
    "handlers/test_fix_check.py",
    "standins/slack/test_page.py",
    "deploy/test_installation.py",
    "providers/local/test_clickhouse_faults.py",
    "cli/test_filming.py",
    "handlers/test_backlog.py",
    "handlers/test_restored.py",
    "handlers/test_notebooks.py",
    "handlers/test_channels.py",
    "replay/test_side_by_side.py",
    "replay/test_pool.py",
    "queue/test_worker_deaths.py",
)
"""Files of more than about ten seconds on a core."""
MOST_PROCESSES = 8
RUNS = "replaybook-tests-"
"""Begins the names of the runs' temporary folders."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("moments", "the moment at which the tests run")
    group.addoption("--moment", metavar="NAME", help="run at this moment instead of the one of today")
    kills = parser.getgroup("kills", "how often processes of several bots and workers are killed")
    kills.addoption(
        "--kills", metavar="N", type=int, default=5, help="at least so many in tests/handlers/test_replicas.py"
    )
    kills.addoption(
        "--histories", metavar="N", type=int, default=2, help="so many random ones in tests/handlers/test_histories.py"
    )
    group.addoption("--every-day", action="store_true", help="run what may depend on the day, at every moment")


def pytest_configure(config: pytest.Config) -> None:
    """Today's moment is chosen once: workers of a parallel run are given the options of the first process."""
    if not hasattr(config, "workerinput"):
        _set_temporary_folder(config)
    _set_plain_tracebacks()
    config.option.moment = config.option.moment or str(of_the_day(system_clock().date()))
    try:
        chosen = named(config.option.moment)
    except KeyError:
        raise pytest.UsageError(f"--moment: choose among {', '.join(map(str, EVERY))}") from None
    config.stash[CHOSEN] = chosen
    zone = chosen.zone_set()
    stack = ExitStack()
    stack.enter_context(zone)
    config.add_cleanup(stack.close)


def _set_temporary_folder(config: pytest.Config) -> None:
    """What tests and their processes leave in it, often because they were killed, goes with the run.

    Parallel processes have it from this one. Folders of failed tests (tmp_path) stay where pytest keeps the last few.
    """
    remove_abandoned(RUNS)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or each of many processes would compile every module anew
    folder = TemporaryFolder(RUNS)
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
    os.environ["TMPDIR"], tempfile.tempdir = str(folder.path), str(folder.path)
    Finalize(None, folder.remove, exitpriority=-200)  # after multiprocessing has removed its own in it, at -100


def _set_plain_tracebacks() -> None:
    """As the bot's own log has them. By default all local variables are drawn, for seconds in which nothing goes on."""
    renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], renderer])


CHOSEN = pytest.StashKey[Moment]()


def pytest_report_header(config: pytest.Config) -> str:
    if config.option.every_day:
        return "moment: every one, for what may depend on the day"
    chosen = config.stash[CHOSEN]
    return f"moment: {chosen.now.isoformat()}; repeat it with --moment {chosen}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """A quiet run has no header."""
    terminalreporter.write_line(pytest_report_header(config))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if not metafunc.config.option.every_day:
        return
    wanted = _moments_of(metafunc.definition.path)
    if wanted is EVERY and "moment" not in metafunc.fixturenames:
        wanted = EACH_ZONE
    if wanted:
        if "moment" not in metafunc.fixturenames:
            metafunc.fixturenames.insert(0, "moment")
        metafunc.parametrize("moment", wanted, indirect=True, scope="session", ids=str)


def _moments_of(path: Path) -> Sequence[Moment]:
    suite = path.relative_to(HERE).as_posix()
    return next((moments for name, moments in BY_DAY.items() if suite.startswith(f"{name}/")), ())


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Parallel processes must name a test alike, and packed bytes have the second in which they were packed."""
    return f"{argname}-of-{len(val)}-bytes" if isinstance(val, bytes) and not val.isascii() else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """All tests and what they import stay to the end: garbage collection needn't walk through them again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()
        atexit.register(gc.unfreeze)  # or DuckDB takes for a leak what isn't collected in the end


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.option.every_day:
        others = [item for item in items if not _moments_of(item.path)]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if _moments_of(item.path)]
    items.sort(key=lambda item: _turn(item.path))


def _turn(path: Path) -> int:
    """What takes long begins first, so that no process is alone with it in the end."""
    name = path.relative_to(HERE).as_posix()
    return LONGEST_FIRST.index(name) if name in LONGEST_FIRST else len(LONGEST_FIRST)


def pytest_xdist_auto_num_workers() -> int:
    """Two for each core and one more: half of them wait for a browser or another process."""
    return min(2 * (os.cpu_count() or 1) + 1, MOST_PROCESSES)


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """A command that runs in the test's process sets logging up, to a stream that is closed when the test is over."""
    root, structured = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**structured)


@pytest.fixture(autouse=True)
def _patient_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that stands still for seconds takes nothing away from a test; leases that shall end are named there."""
    for module in (locks, inbox):
        monkeypatch.setattr(module, "LEASE_S", PATIENT_S)


@pytest.fixture(scope="session")
def moment(request: pytest.FixtureRequest) -> Iterator[Moment]:
    """When and where the test runs."""
    found: Moment = getattr(request, "param", request.config.stash[CHOSEN])
    with found.zone_set():
        yield found


@pytest.fixture(scope="session")
def now(moment: Moment) -> datetime:
    """Aware, in the zone of the machine."""
    return moment.now


@pytest.fixture
def clock(now: datetime) -> Clock:
    """Shows the moment when the test begins, and goes on at real speed."""
    return starting_at(now)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory, moment: Moment) -> Path:
    """The folder of a store with the sample week up to the moment, for tests to copy or to read."""

    async def load(folder: Path) -> None:
        store = await EventStore.open(folder, clock=starting_at(moment.now))
        await load_sample(store, moment.now)
        await store.settle()
        await store.close()

    return made_once(tmp_path_factory, f"sample-{moment.slug}", lambda folder: asyncio.run(load(folder)))


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The URL of a private server that lives as long as the test session, in a folder of its own."""
    with asyncio.Runner() as runner:
        server = private_redis(Path(tempfile.mkdtemp()))
        url = runner.run(server.__aenter__())
        try:
            runner.run(_hurry(url))
            yield url
        finally:
            runner.run(server.__aexit__(None, None, None))


async def _hurry(url: str) -> None:
    """It doesn't wait for the disk after every write: what has to outlive a power cut is not these tests' state."""
    async with connected(url) as client:
        await client.config_set("appendfsync", "no")


@pytest.fixture
async def redis(redis_server: str) -> AsyncIterator[Redis]:
    """A client of that server, emptied before the test."""
    async with connected(redis_server) as client:
        await client.flushall()
        yield client
