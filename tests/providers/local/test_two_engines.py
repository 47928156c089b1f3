"""Golden: the same events give the same answers in DuckDB and in ClickHouse, to the byte."""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.providers.local.clickhouse.copy_events import copy_events
from bot.providers.local.count_statement import statement
from bot.providers.local.duckdb_dialect import DUCKDB
from bot.providers.local.import_ import import_paths
from bot.providers.local.local_source import LocalSource
from bot.signals.answer import TargetMatch
from bot.signals.language.parse import parse
from bot.signals.periods import previous
from bot.signals.question import ALL_SIGNALS, GroupBy, Metric, Period, Question
from tests.clickhouse_server import ClickHouseServer
from tests.moments import starting_at
from tests.providers.local.rumevents import action, error
from tests.providers.local.two_engines import TwoEngines
from tests.signals.meaning import KNOWN, VERSIONS
from tests.signals.test_phrasings import TABLES

SEOUL = ZoneInfo("Asia/Seoul")
NEW_YORK = ZoneInfo("America/New_York")
BACK = datetime(2026, 11, 1, tzinfo=NEW_YORK)
"""A day of 25 hours."""
LATER = BACK + timedelta(days=20)
SDK = Path("tests/recordings/datadog/sdk-7.16.2-shop-paired-rrweb")
RRWEB = Path("tests/recordings/rrweb/shop-rage.json.gz")
_numbers = itertools.count()


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def both(
    runner: asyncio.Runner, clickhouse_server: ClickHouseServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TwoEngines]:
    """Empty at first. Examples tell their events apart by the application."""
    clickhouse_server.run("CREATE DATABASE golden")
    folder = tmp_path_factory.mktemp("golden")
    made = TwoEngines.open(runner, clickhouse_server.url("golden"), folder, starting_at(LATER))
    yield made
    made.close()


@pytest.fixture(scope="module")
def shop(
    runner: asyncio.Runner,
    clickhouse_server: ClickHouseServer,
    tmp_path_factory: pytest.TempPathFactory,
    sample: Path,
    now: datetime,
) -> Iterator[TwoEngines]:
    """A part of the sample's week, with all sessions that were recorded, copied from DuckDB into ClickHouse."""
    clickhouse_server.run("CREATE DATABASE shop")
    folder = tmp_path_factory.mktemp("shop")
    shutil.copytree(sample, folder / "rum")
    made = TwoEngines.open(runner, clickhouse_server.url("shop"), folder, starting_at(now))
    made.duckdb.change(thin_out)

    async def fill() -> None:
        await import_paths(made.duckdb, [SDK, RRWEB])
        await made.duckdb.settle()
        await copy_events(made.duckdb, made.clickhouse)

    runner.run(fill())
    yield made
    made.close()


def thin_out(connection: duckdb.DuckDBPyConnection) -> None:
    """Leaves a tenth of the sessions, and those that were recorded."""
    kept = "SELECT session_id FROM segments UNION ALL SELECT id FROM sessions WHERE hash(id) % 10 = 0"
    for table, column in (("sessions", "id"), ("actions", "session_id"), ("errors", "session_id")):
        connection.execute(f"DELETE FROM {table} WHERE {column} NOT IN ({kept})")


def questions(now: datetime) -> dict[str, Question]:
    """Every question of the tables of phrasings whose statement is of another form than those before."""
    found: dict[str, Question] = {}
    for tag, table in TABLES.items():
        for row in table:
            try:
                question = parse(row.phrase, now=now, locale=Locale.of(tag, SEOUL), versions=VERSIONS, known=KNOWN)
            except Misunderstood:
                continue
            asked = statement(question, [], question.compare or previous(question.period), DUCKDB)
            found.setdefault(asked.sql, question)
    return found


def test_every_question_of_the_phrasings_has_one_answer(shop: TwoEngines, now: datetime) -> None:
    here = now.astimezone(SEOUL)
    always = Period(here - timedelta(days=60), here)
    first, second = shop.asked("seen", always)
    assert first == second
    names = [target.name for target in shop.runner.run(LocalSource(shop.duckdb).seen(always))]
    asked = questions(here)
    assert len(asked) > 50
    for number, question in enumerate(asked.values()):
        targets = [TargetMatch(name) for name in names[number % 5 : number % 5 + 2]] if question.target else []
        kinds = ["answer", *({0: "moments", 3: "calm_moments", 6: "daily", 9: "tops"}.get(number % 12, "").split())]
        for kind in kinds:
            first, second = shop.asked(kind, question, targets, at=now)
            assert first == second, (kind, question)


@pytest.mark.parametrize("facet", ["view", "browser", "plan", "nothing"])
def test_values_are_the_same(shop: TwoEngines, facet: str) -> None:
    first, second = shop.asked("seen_values", facet)
    assert first == second
    known = [each["value"] for each in json.loads(first)[:2]]
    for value in (*known, *(value[:3] for value in known), "no such value"):
        first, second = shop.asked("has_value", facet, value)
        assert first == second == ("false" if value == "no such value" else first)


def test_versions_and_people_are_the_same(shop: TwoEngines, now: datetime) -> None:
    for days in (1, 7, 60):
        period = Period(now - timedelta(days=days), now)
        first, second = shop.asked("versions", period)
        assert first == second
        for event in ("Buy", "order_placed", "nobody did this"):
            first, second = shop.asked("people_who_did", event, period)
            assert first == second


TEXTS = st.sampled_from(["Buy", "buy", "ΑΣ ας", "İstanbul", 'it\'s \\ "x"\n\t', "100%_*!", "{v0:String} $v0", "🛒", ""])
PATHS = st.sampled_from(["/cart", "/cart/gift", "/old-cart", "/#/cart/x", "/a_b%c", "/ΑΣ"])
STARTS = datetime(2026, 10, 31, 21, tzinfo=NEW_YORK)
moments = st.integers(0, 33 * 60).flatmap(lambda minute: st.sampled_from([minute * 60_000, minute * 60_000 + 1]))


@st.composite
def clicks(draw: st.DrawFn) -> list[dict[str, Any]]:
    """One click in all states that are sent of it, and its errors. The newest may be of another time or target."""
    number, at = next(_numbers), STARTS.astimezone(UTC) + timedelta(milliseconds=draw(moments))
    id, session = f"c-{number}", f"s-{draw(st.integers(0, 4))}"
    user = draw(st.sampled_from([None, "u-1", "u-2", "u-3"]))
    common: dict[str, Any] = {
        "session": session,
        "user": user,
        "url": f"https://shop.example{draw(PATHS)}",
        "browser": {"name": draw(TEXTS)},
        "version": draw(st.sampled_from(["", "2.3", "2.31.0"])),
        "geo": {"country_iso_code": draw(st.sampled_from(["KR", "us", ""]))},
        "context": {"plan": draw(TEXTS)} if draw(st.booleans()) else {},
    }
    sent = []
    for document in range(draw(st.integers(1, 3))):
        moved = timedelta(milliseconds=draw(st.sampled_from([0, 0, 1, 2500])))
        types = draw(st.lists(st.sampled_from(ALL_SIGNALS), unique=True, max_size=3))
        state = action(at + moved, *types, id=id, target=draw(TEXTS), **common)
        state["_dd"] |= {"document_version": document * draw(st.sampled_from([0, 1]))}
        sent.append(state)
    for place in range(draw(st.integers(0, 2))):
        failed = error(at, draw(TEXTS), id, session=session)
        sent.append(failed | {"error": failed["error"] | {"id": f"{id}/{place}"}})
    return sent


WITHOUT: list[dict[str, tuple[str, ...]]] = [{}, {"country": ("US",)}, {"plan": ("buy", "🛒")}]
asks = st.builds(
    Question,
    st.sampled_from(
        [
            Period(BACK, BACK + timedelta(days=1)),
            Period(BACK + timedelta(hours=1, seconds=30, microseconds=600_400), BACK + timedelta(hours=9)),
            Period(BACK - timedelta(days=2), BACK + timedelta(days=3)),
        ]
    ),
    signals=st.lists(st.sampled_from(ALL_SIGNALS), unique=True, max_size=3).map(tuple),
    metric=st.sampled_from(Metric),
    compare=st.sampled_from([None, Period(BACK - timedelta(hours=6), BACK + timedelta(hours=6))]),
    group_by=st.sampled_from([None, *GroupBy]),
    top=st.sampled_from([None, 1, 3]),
    view=st.sampled_from([None, None, "/cart", "/a_b%*", "cart", "ας"]),
)


@given(st.data(), st.lists(clicks(), min_size=1, max_size=8))
@settings(max_examples=8)
def test_random_events_give_one_answer(both: TwoEngines, data: st.DataObject, happened: list[Any]) -> None:
    """Whatever is repeated, late or changed, and in however many deliveries it comes."""
    example = f"e{next(_numbers)}"
    sent = [event | {"application": {"id": example}} for events in happened for event in events]
    for event in sent:
        event["session"]["id"] = f"{example}-{event['session']['id']}"
    sent += data.draw(st.lists(st.sampled_from(sent), max_size=3))
    sent = data.draw(st.permutations(sent))
    cut = data.draw(st.integers(0, len(sent)))
    both.deliver(*filter(None, (sent[:cut], sent[cut:])))
    for _ in range(3):
        filters = {"application": example} | data.draw(
            st.sampled_from([{}, {"browser": "ΑΣ"}, {"plan": "İSTANBUL"}, {"version": "2.3"}])
        )
        question = replace(data.draw(asks), filters=filters, without=data.draw(st.sampled_from(WITHOUT)))
        names = data.draw(st.lists(TEXTS, max_size=2))
        targets = [TargetMatch(name, "#buy") for name in names]
        for kind in ("answer", data.draw(st.sampled_from(["daily", "tops"]))):
            first, second = both.asked(kind, question, targets, at=LATER)
            assert first == second
    first, second = both.asked("seen", Period(BACK - timedelta(days=2), BACK + timedelta(days=3)))
    assert first == second


@pytest.mark.parametrize("apart_ms", [0, 1, 40_000])
def test_a_session_counts_for_the_last_person_of_it(both: TwoEngines, apart_ms: int) -> None:
    """Of several at one moment for one of them, the same in both engines."""
    example, person = f"e{next(_numbers)}", both.duckdb.rows.person
    named = {f"{example}-{n}": [f"u-{(n * n + place * 3) % 7}" for place in range(4)] for n in range(15)}
    events = [
        action(
            BACK + timedelta(milliseconds=apart_ms * place),
            "rage_click",
            session=session,
            user=user,
            application={"id": example},
        )
        for session, users in named.items()
        for place, user in enumerate(users)
    ]
    both.deliver(events[1::2], events[::2])
    day = Question(Period(BACK, BACK + timedelta(days=1)), filters={"application": example})
    first, second = both.asked("answer", day, [], at=LATER)
    assert first == second
    last = {max(map(person, users)) if not apart_ms else person(users[-1]) for users in named.values()}
    answer = both.runner.run(LocalSource(both.clickhouse, LATER.timestamp).answer(day, []))
    assert (answer.counts.people, answer.counts.sessions, answer.counts.actions) == (len(last), 15, 60)


HOSTILE = {
    "quotes": "'; DROP TABLE actions; -- \"`",
    "backslashes": "\\' \\\\ \\0 \\N",
    "lines": "a\nb\r\tc\b\f\x7f",
    "long": "x'\\" * 34_000,
    "emoji": "👩‍👩‍👧 🏳️‍🌈 \U0010ffff",
    "nothing in between": "a\0b",
    "braces": "{v0:String} {{}} {x",
    "formats": "100% %s %(v0)s $v1 %%",
    "wildcards": "%_*?!\\%",
    "half a pair": "x\ud83d",
    "invisible": "\u202e\u2066\ufeff",
    "empty": "",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_value_is_only_text(both: TwoEngines, text: str) -> None:
    """As a target, a filter, a page, an attribute: it finds what is called so, and harms nobody."""
    example = f"e{next(_numbers)}"
    stored = text.encode("utf-8", "replace").decode()
    fields: dict[str, Any] = {"application": {"id": example}, "context": {"plan": stored}, "browser": {"name": stored}}
    events = [action(BACK, "rage_click", target=stored, session=f"{example}-{n}", **fields) for n in range(2)]
    events.append(action(BACK, "dead_click", target="Other", session=f"{example}-2", application={"id": example}))
    both.deliver(events)
    day = Question(Period(BACK, BACK + timedelta(days=1)), filters={"application": example})
    asked = [(day, [TargetMatch(text), TargetMatch("", text)])]
    asked += [(replace(day, view=f"{start}{text}"), []) for start in ("", "/*")]
    for more in ({"browser": text, "version": text}, {"plan": text}, {text: text}):
        asked.append((replace(day, filters=day.filters | more), []))
    for question, targets in asked:
        first, second = both.asked("answer", question, targets, at=LATER)
        assert first == second
    for facet in ("browser", text):
        first, second = both.asked("has_value", facet, text)
        assert first == second
    first, second = both.asked("people_who_did", text, day.period)
    assert first == second
    answer = both.runner.run(LocalSource(both.clickhouse, LATER.timestamp).answer(*asked[0]))
    if text == stored and len(text) < 300 and "\0" not in text and text:
        assert (answer.counts.actions, answer.exposed.actions) == (2, 2)
