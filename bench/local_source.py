"""What the bench of the local source stands on: a store filled by SQL, bare statements, a server to send to."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
from aiohttp import web

from bench.resident_memory import resident
from bot.cli.run_commands import long_lived
from bot.kernel.clock import system_clock
from bot.providers.local.clickhouse.clickhouse_store import ClickHouseStore
from bot.providers.local.event_store import FILE, EventStore
from bot.providers.local.event_store_port import EventStorePort
from bot.signals.answer import TargetMatch
from bot.signals.question import Period, Question
from bot.web.intake import intake_routes

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime(2026, 11, 22, 18, tzinfo=SEOUL)
WEEK = Period(datetime(2026, 11, 16, tzinfo=SEOUL), NOW)
BEFORE = Period(WEEK.start - WEEK.span, WEEK.start)
ASKED = Question(WEEK, target="buy button", text="frustration signals on buy button this week")
TARGETS = (TargetMatch("Buy"), TargetMatch("구매하기"))


async def filled(folder: Path, events: int) -> EventStore:
    """A store with five weeks of events: a tenth actions, a tenth views, a twentieth errors, the rest others."""
    store = await EventStore.open(folder, clock=system_clock)
    await asyncio.to_thread(store.change, lambda connection: _fill(connection, events))
    return store


def _fill(connection: duckdb.DuckDBPyConnection, events: int) -> None:
    actions, views, errors = events // 10, events // 10, events // 20
    for statement, count in ((_ACTIONS, actions), (_VIEWS, views), (_OTHERS, events - actions - views - errors)):
        connection.execute(statement, {"count": count, "step": 35 * 86_400_000 / count})
    connection.execute(_ERRORS, {"count": errors})
    connection.execute(
        "INSERT INTO sessions SELECT session_id, any_value(person), 'a', 'shop', 'prod', '', '', '', '', '',"
        " min(moment), max(moment), max(moment), '{}', false, false, 100 FROM actions GROUP BY session_id"
    )
    connection.execute("CHECKPOINT")


_ACTIONS = """
INSERT INTO actions SELECT uuid(), TIMESTAMP '2026-10-19' + to_milliseconds((i * $step)::BIGINT),
  's' || md5((i // 8)::VARCHAR), 'v' || md5((i // 4)::VARCHAR), md5((i // 20)::VARCHAR)[:16],
  ['Buy', '구매하기', 'Add to cart', 'Search', 'Checkout', 'Apply coupon', 'Menu', 'Close', 'Next', 'Details', 'Camp',
   'Cart', 'Pay', 'Size', 'Colour', 'Remove'][1 + (hash(i) % 16)::BIGINT], '#x',
  hash(i + 1) % 20 = 0, hash(i + 2) % 15 = 0, hash(i + 3) % 25 = 0, 1, 0, 1, 1, '/cart', '', 'a', 'shop', 'prod',
  '2.31.0', ['Chrome', 'Safari', 'Edge'][1 + (hash(i // 8) % 3)::BIGINT], 'macOS', 'Desktop', 'KR', false, false,
  0, false
FROM range($count) AS numbers(i)
"""
_ERRORS = """
INSERT INTO errors SELECT uuid(), id, moment, session_id, view_id, 'TypeError: x is undefined ' || (hash(id) % 7),
  'TypeError', 'source', '/cart', '2.31.0', false, false
FROM actions ORDER BY error_click DESC, hash(id) LIMIT $count
"""
_VIEWS = """
INSERT INTO views SELECT uuid(), TIMESTAMP '2026-10-19' + to_milliseconds((i * $step)::BIGINT), 3,
  's' || md5((i // 8)::VARCHAR),
  '/cart', '', '2.31.0', 5, false, 1, 0, 0, false FROM range($count) AS numbers(i)
"""
_OTHERS = """
INSERT INTO others SELECT uuid(), TIMESTAMP '2026-10-19' + to_milliseconds((i * $step)::BIGINT),
  's' || md5((i // 80)::VARCHAR), 'resource', ''
FROM range($count) AS numbers(i)
"""

BARE = {
    "counts": """
SELECT count(*) FILTER (rage_click), count(*) FILTER (dead_click), count(*) FILTER (error_click), count(*),
  count(DISTINCT person), count(DISTINCT session_id)
FROM actions WHERE moment >= $start AND moment < $end AND target IN ('Buy', '구매하기')
  AND (rage_click OR dead_click OR error_click)
""",
    "exposed": """
SELECT count(*), count(DISTINCT person), count(DISTINCT session_id)
FROM actions WHERE moment >= $start AND moment < $end AND target IN ('Buy', '구매하기')
""",
    "series": """
SELECT date_trunc('day', moment + INTERVAL 9 HOUR), count(*) FILTER (rage_click), count(*) FILTER (dead_click),
  count(*) FILTER (error_click)
FROM actions WHERE moment >= $start AND moment < $end AND target IN ('Buy', '구매하기') GROUP BY ALL
""",
    "errors": """
SELECT message, count(DISTINCT actions.id) FROM errors JOIN actions ON actions.id = errors.action_id
WHERE actions.moment >= $start AND actions.moment < $end AND errors.moment >= $start AND target IN ('Buy', '구매하기')
  AND (rage_click OR dead_click OR error_click) GROUP BY message ORDER BY 2 DESC LIMIT 5
""",
}


def bare(connection: duckdb.DuckDBPyConnection) -> list[Any]:
    """The numbers of the answer by hand: each a statement of its own, as one would type it."""
    now, before = ({"start": _utc(period.start), "end": _utc(period.end)} for period in (WEEK, BEFORE))
    asked = [("counts", now), ("counts", before), ("exposed", now), ("series", now), ("errors", now)]
    return [connection.execute(BARE[name], values).fetchall() for name, values in asked]


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def rum_body(batch: int, size: int, start: datetime) -> bytes:
    """One delivery as the SDK makes it: over a kilobyte an event, half resources, a third actions, some errors."""
    return b"\n".join(_event(batch * size + number, start) for number in range(size))


def _event(number: int, start: datetime) -> bytes:
    kind = ("resource", "action", "resource", "action", "resource", "error", "resource", "view", "action", "resource")[
        number % 10
    ]
    session = f"{number // 200:08x}-0000-4000-8000-000000000000"
    uuid = f"{number:08x}-1111-4111-8111-{number:012x}"
    event: dict[str, Any] = {
        "type": kind,
        "_dd": {
            "format_version": 2,
            "drift": 0,
            "document_version": 3,
            "configuration": {"session_sample_rate": 100},
            "action": {
                "target": {
                    "selector": "#buy",
                    "width": 97,
                    "height": 37,
                    "composed_path_selector": "BUTTON#buy;DIV;" * 8,
                },
                "position": {"x": 48, "y": 19},
                "name_source": "text_content",
            },
        },
        "application": {"id": "a1b2c3d4-1111-4222-8333-0123456789ab"},
        "date": int(start.timestamp() * 1000) + number,
        "source": "browser",
        "view": {"id": uuid if kind == "view" else session, "url": "https://shop.example/cart?step=2", "referrer": ""},
        "session": {"id": session, "type": "user", "has_replay": True},
        "connectivity": {"status": "connected", "effective_type": "4g"},
        "usr": {"id": f"u-{number // 400}", "name": "Test Shopper", "email": "shopper@example.com", "plan": "pro"},
        "context": {"plan": "free"},
        "display": {"viewport": {"width": 1024, "height": 720}},
        "service": "shop",
        "version": "2.31.0",
        "ddtags": "sdk_version:7.16.2,env:prod,service:shop,version:2.31.0",
    }
    event[kind if kind != "view" else "privacy"] = {
        "id": uuid,
        "type": "click",
        "target": {"name": "Buy"},
        "frustration": {"type": ["dead_click"]},
        "message": "boom",
        "url": "https://shop.example/api/cart",
        "duration": 12_000_000,
        "status_code": 200,
    }
    return json.dumps(event).encode()


def rrweb_body(batch: int, size: int, start: datetime) -> bytes:
    """One delivery of our recorder: pointer moves and small mutations."""
    at = int(start.timestamp() * 1000) + batch * 1000
    moves = [{"x": 10 * n, "y": 5 * n, "id": 12, "timeOffset": -50 * n} for n in range(4)]
    events = [{"type": 3, "timestamp": at + n, "data": {"source": 1, "positions": moves}} for n in range(size)]
    head = {"session": f"s-{batch % 50}", "view": "v", "person": "p", "application": "web", "seq": batch // 50}
    return json.dumps({**head, "meta": {"browser": "Chrome"}, "events": events}).encode()


async def _serve(folder: Path, events: str) -> None:
    """The intake alone, in a process of its own. Prints its port; answers memory and counts at /told."""
    store: EventStorePort = await (
        ClickHouseStore.open(events, folder, clock=system_clock)
        if events
        else EventStore.open(folder, clock=system_clock)
    )

    async def told(_request: web.Request) -> web.Response:
        await store.settle()
        tables = ("actions", "errors", "views", "others")
        counts = [(await store.query(f"SELECT count(*) FROM {table}"))[0][0] for table in tables]
        pieces = (await store.query("SELECT coalesce(sum(events), 0)::BIGINT FROM segments"))[0][0]
        return web.json_response(
            {"events": sum(counts), "recorded": pieces, "rss": resident(os.getpid()) / 1e6, "cpu": time.process_time()}
        )

    app = web.Application()
    app.add_routes([*intake_routes(store), web.get("/told", told)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    with long_lived():
        await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()
    await store.close()


def size_of(folder: Path) -> float:
    """Megabytes of the database."""
    return (folder / FILE).stat().st_size / 1e6


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), sys.argv[2]))
