"""Who may send to the intake, from where, and how much."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.kernel.errors import Misunderstood
from bot.state.shared_quotas import SharedQuotas
from bot.web import intake_admission
from bot.web.intake_admission import IntakeAdmission, KnownSenders
from bot.web.intake_senders import digest_of, read_senders
from tests.web.test_intake import RUM, Client, count, rrweb, rum, serve, store

__all__ = ["store"]
SHOP, OTHER = "https://shop.example", "https://evil.example"
ANSWER = "Access-Control-Allow-Origin"
FILE = f"""
senders:
  - name: shop
    keys: {{october: "{digest_of("pub123")}", november: "{digest_of("new")}"}}
    origins: ["https://SHOP.example:443", "https://*.shop.example"]
  - name: server
    keys: {{only: "{digest_of("machine")}"}}
    per_minute: 3
    mb_per_day: 0.002
"""


class Day:
    now = datetime(2026, 12, 1, 23, 59, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "senders.yaml"
    path.write_text(FILE)
    return path


@pytest.fixture
async def client(store: Any, file: Path, redis: Redis) -> AsyncIterator[Client]:
    admission = IntakeAdmission(KnownSenders.opened([], file), SharedQuotas(redis, Day()))
    client = await serve(store, admission=admission)
    yield client
    await client.close()


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        *((origin, 202) for origin in (SHOP, "https://eu.shop.example")),
        *((origin, 403) for origin in (OTHER, "https://badshop.example", f"{SHOP}.evil.example", f"{SHOP}:8443")),
        *((origin, 403) for origin in (None, "null", "http://shop.example")),
    ],
)
async def test_a_sender_takes_from_its_own_pages(client: Client, store: Any, origin: str | None, status: int) -> None:
    headers = {"Origin": origin} if origin else {}
    answer = await client.post("/intake/rrweb?key=new", data=rrweb(), headers=headers)
    assert (answer.status, answer.headers.get(ANSWER)) == (status, origin if status == 202 else None)
    assert (answer.headers["Vary"], await count(store, "sessions")) == ("Origin", int(status == 202))


@pytest.mark.parametrize("address", [RUM, "/intake/rrweb?key=pub123"])
async def test_a_browser_that_asks_first_is_told_the_same(client: Client, address: str) -> None:
    for origin, status in ((SHOP, 204), (OTHER, 403)):
        answer = await client.options(address, headers={"Origin": origin})
        assert (answer.status, answer.headers.get(ANSWER)) == (status, origin if status == 204 else None)
    # The key comes in a head, which a browser doesn't show when it asks: one of the senders takes from any page.
    assert (await client.options("/intake/rrweb", headers={"Origin": OTHER})).headers[ANSWER] == "*"


async def test_either_key_of_a_sender_works_until_it_is_taken_out(
    client: Client, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_admission, "READ_AGAIN_S", -1.0)
    headers = {"Origin": SHOP}
    for key in ("pub123", "new"):
        assert (await client.post(f"/intake/rrweb?key={key}", data=rrweb(), headers=headers)).status == 202
    await asyncio.to_thread(file.write_text, FILE.replace(f'october: "{digest_of("pub123")}", ', ""))
    assert (await client.post("/intake/rrweb?key=pub123", data=rrweb(), headers=headers)).status == 403
    await asyncio.to_thread(file.write_text, "senders: [broken")
    assert (await client.post("/intake/rrweb?key=new", data=rrweb(), headers=headers)).status == 202
    await asyncio.to_thread(file.unlink)
    assert (await client.post("/intake/rrweb?key=new", data=rrweb(), headers=headers)).status == 202


async def test_a_rate_is_that_of_all_bots_together_and_says_when_to_come_again(
    store: Any, file: Path, redis: Redis
) -> None:
    day = Day()
    bots = [await serve(store, admission=_admission(file, redis, day)) for _ in range(2)]
    statuses = [(await bot.post("/intake/rrweb?key=machine", data=rrweb())).status for bot in (*bots, *bots)]
    assert statuses == [202, 202, 202, 429]
    refused = await bots[0].post("/intake/rrweb?key=machine", data=rrweb())
    assert (refused.headers["Retry-After"], refused.headers[ANSWER]) == ("20", "*")
    assert (await refused.json())["error"].endswith(".")
    assert (await bots[0].post("/intake/rrweb?key=new", data=rrweb(), headers={"Origin": SHOP})).status == 202
    day.now += timedelta(seconds=20)
    assert (await bots[1].post("/intake/rrweb?key=machine", data=rrweb())).status == 202
    for bot in bots:
        await bot.close()


async def test_a_quota_counts_what_was_sent_and_begins_anew_at_midnight(store: Any, file: Path, redis: Redis) -> None:
    day = Day()
    async with await serve(store, admission=_admission(file, redis, day)) as client:
        address = "/intake/rrweb?key=machine"
        assert (await client.post(address, data=rrweb(pad="x" * 1500))).status == 202
        refused = await client.post(address, data=rrweb(pad="x" * 1500))
        assert (refused.status, refused.headers["Retry-After"]) == (429, "60")

        async def unannounced() -> AsyncIterator[bytes]:
            yield rrweb(seq=1)

        assert (await client.post(address, data=unannounced())).status == 202  # counted when it is here
        used = int(await redis.get("{all}:intake:server:bytes:2026-12-01") or 0)
        assert used == len(rrweb(pad="x" * 1500)) + len(rrweb(seq=1))
        day.now += timedelta(minutes=1)
        assert (await client.post(address, data=rrweb(pad="x" * 1500))).status == 202


async def test_while_redis_is_away_deliveries_are_taken_without_a_count(store: Any, file: Path) -> None:
    nobody = Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2)
    async with await serve(store, admission=_admission(file, nobody, Day())) as client:
        statuses = {(await client.post("/intake/rrweb?key=machine", data=rrweb(seq=n))).status for n in range(5)}
    assert (statuses, await count(store, "segments")) == ({202}, 5)
    await nobody.aclose()


def _admission(file: Path, redis: Redis, day: Day) -> IntakeAdmission:
    return IntakeAdmission(KnownSenders.opened([], file), SharedQuotas(redis, day))


@pytest.mark.parametrize("head", [{"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}, {}])
async def test_without_keys_a_proxy_makes_nobody_local(store: Any, head: dict[str, str]) -> None:
    async with await serve(store) as client, await serve(store, admission=IntakeAdmission(local=False)) as public:
        assert (await client.post(RUM, data=rum(), headers=head)).status == (403 if head else 202)
        assert (await public.post(RUM, data=rum(), headers=head)).status == 403


async def test_a_digest_in_the_settings_lets_its_key_in(store: Any) -> None:
    async with await serve(store, keys=[digest_of("pub123")]) as client:
        assert (await client.post(RUM, data=rum())).status == 202
        assert (await client.post("/intake/rrweb?key=" + digest_of("pub123"), data=rrweb())).status == 403
        assert (await client.post("/intake/rrweb?key=", data=rrweb())).status == 403


@pytest.mark.parametrize(
    "text",
    [
        "",
        "senders: []",
        "- name: shop",
        FILE.replace("october", "november"),
        FILE.replace("name: shop", "name: ../shop"),
        FILE.replace("name: shop", "name: server"),
        FILE.replace("per_minute: 3", "per_minute: 0"),
        FILE.replace("per_minute: 3", "per_hour: 3"),
        FILE.replace(digest_of("new"), "new"),
        FILE.replace(digest_of("new"), digest_of("pub123")),
        FILE.replace("https://*.shop.example", "*"),
        FILE.replace("https://*.shop.example", "https://shop.example/cart"),
        "senders: " + "[" * 5000,
        "\0",
    ],
)
def test_a_file_that_is_wrong_is_refused_in_a_sentence(file: Path, text: str) -> None:
    file.write_text(text)
    if text.count("november") == 2:  # the later of two of one name counts in YAML, and one key is there
        assert len(read_senders(file)[0].keys) == 1
        return
    with pytest.raises(Misunderstood) as refusal:
        read_senders(file)
    assert refusal.value.sentence.endswith(".")


def test_a_new_key_is_shown_once_with_what_is_kept_of_it() -> None:
    from click.testing import CliRunner

    from bot.cli.intake_command import intake_key

    words = CliRunner().invoke(intake_key).output.split()
    assert (words[0], words[2], words[3]) == ("key", "digest", digest_of(words[1]))
    assert len(words[1]) == 43
