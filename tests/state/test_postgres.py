"""Records in Postgres: exact under contention and kills, and one sentence for whatever is wrong with it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from bot.kernel.errors import Conflict, Missing, Misunderstood, ReplaybookError, Unauthorized, Unavailable
from bot.kernel.settings import Secret, Settings
from bot.state import keys
from bot.state.postgres.postgres_doctor import examined
from bot.state.postgres.postgres_records import PostgresRecords, opened_postgres
from bot.state.records import Records
from tests.postgres_server import PASSWORD, PostgresServer
from tests.record_stores import postgres_settings, run_sql

KEY = keys.record("T1", "request", "R1")


class Count(msgspec.Struct, frozen=True):
    n: int = 0


def one_more(count: Count | None) -> Count:
    return Count((count or Count()).n + 1)


async def test_eight_processes_count_to_four_hundred_together(postgres_url: str) -> None:
    async def count_up() -> None:
        async with opened_postgres(postgres_settings(postgres_url, connections=1), retries=9) as store:
            for _ in range(50):
                await Records(store, Count).change(KEY, one_more)

    await asyncio.gather(*(count_up() for _ in range(8)))
    async with opened_postgres(postgres_settings(postgres_url), retries=9) as store:
        assert await Records(store, Count).get(KEY) == (Count(400), 400)


async def test_work_waits_for_a_connection(postgres_url: str) -> None:
    async with opened_postgres(postgres_settings(postgres_url, connections=2), retries=0) as store:
        counts = Records(store, Count)
        await asyncio.gather(*(counts.put(keys.record("T1", "request", str(n)), Count(n)) for n in range(120)))
        kept = await asyncio.gather(*(counts.get(keys.record("T1", "request", str(n))) for n in range(120)))
        assert kept == [(Count(n), 1) for n in range(120)]


async def test_a_restart_goes_unnoticed(postgres_server: PostgresServer, postgres_url: str) -> None:
    async with opened_postgres(postgres_settings(postgres_url), retries=9) as store:
        counts = Records(store, Count)
        for n in range(3):
            await counts.put(KEY, Count(n), expected=n)
            postgres_server.kill()
            reading = asyncio.create_task(counts.get(KEY))
            await asyncio.sleep(0)
            postgres_server.begin()
            assert await reading == (Count(n), n + 1)
            await asyncio.to_thread(postgres_server.wait)


async def test_an_answer_that_is_lost_is_no_conflict_when_the_try_is_repeated(postgres_url: str) -> None:
    """The first try is done, and the connection ends before its answer arrives."""
    async with opened_postgres(postgres_settings(postgres_url, connections=1), retries=9) as store:
        await _lose_answers(store)
        assert await store.write(KEY, b'{"n":1}', 0) == 1
        assert await store.write(KEY, b'{"n":2}', 1) == 2
        assert await store.write(KEY, b'{"n":3}', 1) is None
        assert await store.delete(KEY, 2)
        assert not await store.delete(KEY, 2) or await store.read(KEY) is None


async def _lose_answers(store: PostgresRecords) -> None:
    """Every first try of a piece of work ends with its connection."""
    run = store.pool._run

    async def losing(work: Callable[..., Awaitable[object]], *, again: bool) -> object:
        done = await run(work, again=again)
        if not again:
            raise ConnectionResetError("Connection reset by peer")
        return done

    store.pool._run = losing  # type: ignore[method-assign,assignment]


async def test_records_whose_lifetime_is_over_are_deleted(postgres_records: PostgresRecords) -> None:
    counts = Records(postgres_records, Count)
    await counts.put(keys.record("T1", "asked", "7"), Count(7))
    await counts.put(keys.record("T1", "notebook", "N1"), Count())
    over = """INSERT INTO replaybook_records (key, kind, version, data, expires_at)
        SELECT 'T1:record:asked:over-' || n, 'asked', 1, '{}', now() FROM generate_series(1, 2500) AS n"""
    await postgres_records.pool.run(lambda connection, _: connection.execute(over))
    assert sum(await asyncio.gather(postgres_records.purge(), postgres_records.purge())) == 2500
    left = "SELECT key FROM replaybook_records ORDER BY key"
    rows = await postgres_records.pool.run(lambda connection, _: connection.fetch(left))
    assert [row["key"] for row in rows] == ["T1:record:asked:7", "T1:record:notebook:N1"]


async def sentence_of(settings: Settings, work: Callable[[PostgresRecords], Awaitable[object]] | None = None) -> str:
    """What is said when the store is opened, or when it is used. The password is never in it."""
    with pytest.raises(ReplaybookError) as error:
        async with opened_postgres(settings, retries=0) as store:
            await (work or _write)(store)
    said = f"{error.value.sentence} {error.value.values}"
    assert not any(secret in said for secret in settings.secrets)
    assert PASSWORD not in said
    return f"{type(error.value).__name__}: {error.value.sentence}"


async def _write(store: PostgresRecords) -> None:
    await Records(store, Count).put(KEY, Count())


async def test_a_server_that_is_away_is_named(postgres_server: PostgresServer) -> None:
    nobody = postgres_server.url("postgres").replace(f":{postgres_server.port}/", ":1/")
    assert (await sentence_of(postgres_settings(nobody))).startswith("Unavailable: PostgreSQL doesn’t answer:")
    nowhere = "postgresql://me:secret@no-such-host.invalid/bot"
    assert (await sentence_of(postgres_settings(nowhere))).startswith("Unavailable: PostgreSQL doesn’t answer:")


@pytest.mark.parametrize(
    "url",
    [
        "mysql://me:secret@host/bot",
        "postgresql://me:sec#ret@host:5432/bot",
        "postgresql://me:sec/ret@host:5432/bot",
        "postgresql://me:secret@host:port/bot",
        "postgresql://me:secret@[::1/bot",
        "postgresql://me:secret@host/bot?sslmode=perhaps",
        "secret",
    ],
)
async def test_an_address_that_is_none_is_refused_without_its_password(url: str) -> None:
    with pytest.raises((Misunderstood, Unavailable)) as error:
        async with opened_postgres(postgres_settings(url), retries=0):
            pass
    assert "ret" not in error.value.sentence.replace("secret", "ret")


async def test_tls_is_as_the_address_says(postgres_url: str) -> None:
    """The server of the wheel has none."""
    assert (await sentence_of(postgres_settings(f"{postgres_url}?sslmode=require"))).startswith(
        "Unavailable: PostgreSQL doesn’t answer:"
    )
    async with opened_postgres(postgres_settings(f"{postgres_url}?sslmode=prefer"), retries=0) as store:
        await _write(store)


async def test_who_may_not_enter_is_told_so(postgres_server: PostgresServer, postgres_url: str) -> None:
    wrong = postgres_settings(postgres_server.url("postgres", password="wrong"))
    assert await sentence_of(wrong) == "Unauthorized: PostgreSQL refused the user or the password in DATABASE_URL."
    absent = postgres_settings(postgres_server.url("no_such_database"))
    assert await sentence_of(absent) == "Unauthorized: PostgreSQL has no database of the name in DATABASE_URL."
    await run_sql(postgres_url, "CREATE ROLE guest LOGIN PASSWORD 'guest'")
    guest = postgres_server.url(postgres_url.rsplit("/", 1)[1], "guest", "guest")
    assert (await sentence_of(postgres_settings(guest))).startswith("Unauthorized: The user in DATABASE_URL isn’t")
    await sentence_of(postgres_settings(guest, migrated=False))
    async with opened_postgres(postgres_settings(postgres_url), retries=0):
        pass
    assert "isn’t allowed" in await sentence_of(postgres_settings(guest, migrated=False))


@pytest.mark.parametrize(
    ("state", "kind", "words"),
    [
        ("53100", Unavailable, "PostgreSQL’s disk is full."),
        ("25006", Unavailable, "PostgreSQL is read-only at the moment."),
        ("53200", Unavailable, "PostgreSQL has no memory or other resources left."),
        ("40P01", Unavailable, "PostgreSQL gave way to other work; try again in a moment."),
        ("57014", Unavailable, "PostgreSQL is slow: it gave up a statement."),
        ("58030", Unavailable, "PostgreSQL can’t read or write its files."),
        ("XX001", Unavailable, "PostgreSQL’s files are damaged; see its log."),
        ("42501", Unauthorized, "The user in DATABASE_URL isn’t allowed to do this in PostgreSQL"),
    ],
)
async def test_what_the_server_reports_is_one_sentence(
    postgres_url: str, state: str, kind: type[ReplaybookError], words: str
) -> None:
    async with opened_postgres(postgres_settings(postgres_url), retries=0) as store:
        await run_sql(
            postgres_url,
            f"""CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'no: {PASSWORD}' USING ERRCODE = '{state}'; END $$""",
            "CREATE TRIGGER fail BEFORE INSERT ON replaybook_records EXECUTE FUNCTION fail()",
        )
        with pytest.raises(kind) as error:
            await _write(store)
        assert error.value.sentence.startswith(words)
        await run_sql(postgres_url, "DROP TRIGGER fail ON replaybook_records")
        await _write(store)


async def test_a_server_that_takes_no_more_connections_says_so(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    async with opened_postgres(postgres_settings(postgres_url), retries=0):
        pass
    tables = "replaybook_records, replaybook_schema"
    await run_sql(
        postgres_url, "CREATE ROLE busy LOGIN PASSWORD 'busy' CONNECTION LIMIT 0", f"GRANT ALL ON {tables} TO busy"
    )
    busy = postgres_settings(postgres_server.url(postgres_url.rsplit("/", 1)[1], "busy", "busy"), migrated=False)
    assert (await sentence_of(busy)).startswith("Unavailable: PostgreSQL takes no more connections;")


async def test_a_server_that_only_reads_is_waited_for(postgres_url: str) -> None:
    """After a failover the connections lead to the former server, until they are opened anew."""
    database = postgres_url.rsplit("/", 1)[1]
    async with opened_postgres(postgres_settings(postgres_url), retries=9) as store:
        await _write(store)
    await run_sql(postgres_url, f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    assert await sentence_of(postgres_settings(postgres_url, migrated=False)) == (
        "Unavailable: PostgreSQL is read-only at the moment."
    )
    async with opened_postgres(postgres_settings(postgres_url, migrated=False), retries=9) as store:
        assert await store.read(KEY) == (b'{"n":0}', 1)
        writing = asyncio.create_task(store.write(KEY, b'{"n":1}', 1))
        await run_sql(postgres_url, "SET default_transaction_read_only = off", f"ALTER DATABASE {database} RESET ALL")
        assert await writing == 2


async def test_the_strictest_isolation_does(postgres_url: str) -> None:
    database = postgres_url.rsplit("/", 1)[1]
    await run_sql(postgres_url, f"ALTER DATABASE {database} SET default_transaction_isolation = 'serializable'")
    async with opened_postgres(postgres_settings(postgres_url, connections=4), retries=30) as store:
        await asyncio.gather(*(Records(store, Count).change(KEY, one_more) for _ in range(12)))
        assert await Records(store, Count).get(KEY) == (Count(12), 12)


def test_passwords_of_an_address_are_secrets() -> None:
    settings = Settings(database_url=Secret("postgresql://me:a%2Fb@host/bot?password=c%26d&sslmode=require"))
    assert {"a%2Fb", "a/b", "c%26d", "c&d"} <= set(settings.secrets)
    assert Settings(database_url=Secret("postgresql://[::1")).secrets == ("postgresql://[::1",)


async def test_a_conflict_stays_one(postgres_records: PostgresRecords) -> None:
    await _write(postgres_records)
    with pytest.raises(Conflict):
        await _write(postgres_records)


async def test_the_doctor_tries_it_and_leaves_nothing(postgres_server: PostgresServer, postgres_url: str) -> None:
    with pytest.raises(Missing, match="replaybook migrate"):
        await examined(postgres_settings(postgres_url))
    async with opened_postgres(postgres_settings(postgres_url), retries=0) as store:
        said = await examined(postgres_settings(postgres_url))
        assert re.fullmatch(r"PostgreSQL \d+\.\d+, tables of version 1, \d+ kB", said)
        assert (
            await store.pool.run(lambda connection, _: connection.fetchval("SELECT count(*) FROM replaybook_records"))
            == 0
        )
    await run_sql(
        postgres_url,
        "CREATE ROLE reader LOGIN PASSWORD 'reader'",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
        "GRANT INSERT, UPDATE, DELETE ON replaybook_records, replaybook_order TO reader",
    )
    reader = postgres_settings(postgres_server.url(postgres_url.rsplit("/", 1)[1], "reader", "reader"))
    with pytest.raises(Missing, match="lacks INSERT on replaybook_due, UPDATE on replaybook_due, DELETE on"):
        await examined(reader)
