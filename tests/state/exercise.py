"""Whatever keeps state in Redis by scripts and transactions, used once; the rest keeps records."""

from __future__ import annotations

import ast
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from redis.asyncio import Redis

from bot.kernel.errors import Missing
from bot.kernel.paths import ROOT
from bot.providers.github.github_limits import ContentLimits
from bot.slack.channel_access import ChannelAccess
from bot.slack.channel_guests import ChannelGuests
from bot.slack.inbox import Inbox
from bot.slack.outbox import Outbox, UploadFile
from bot.slack.people import People
from bot.slack.web_api import Clients, everywhere
from bot.state import keys
from bot.state.call_limits import SharedLimits
from bot.state.locks import Leases
from bot.state.once import Once
from bot.state.rate_budgets import RateBudgets
from bot.state.record_indexes import CreationOrder, DueIndex
from bot.state.records import Records
from bot.state.redis_records import RedisRecords
from bot.state.running_bots import Shares, registered
from bot.state.shared_quotas import SharedQuotas
from tests.standins.slack.house import INCIDENT, JISOO, TOKEN, living

TEAM = "T0NORDIC01"
EXERCISED = {
    "bot/providers/github/github_limits.py",
    "bot/slack/channel_access.py",
    "bot/slack/channel_guests.py",
    "bot/slack/inbox_store.py",
    "bot/slack/outbox/store.py",
    "bot/slack/outbox/uploads.py",
    "bot/state/call_limits.py",
    "bot/state/locks.py",
    "bot/state/once.py",
    "bot/state/rate_budgets.py",
    "bot/state/redis_records.py",
    "bot/state/running_bots.py",
    "bot/state/shared_quotas.py",
}
OF_THE_QUEUE = {"bot/queue/queue.py", "bot/queue/runner.py"}
"""They have a client of their own; a script touches one key, or keys of one queue, which have a slot together."""


def modules_with_scripts() -> set[str]:
    """Modules of the product that register scripts, run them, or open transactions."""
    return {
        str(path.relative_to(ROOT))
        for folder in ("bot", "handlers")
        for path in (ROOT / folder).rglob("*.py")
        if "redis" in (code := path.read_text()) and any(map(_touches_several, ast.walk(ast.parse(code))))
    }


def _touches_several(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    transaction = any(option.arg == "transaction" and ast.unparse(option.value) != "False" for option in node.keywords)
    return node.func.attr in {"register_script", "eval", "evalsha", "multi"} or (
        node.func.attr == "pipeline" and (transaction or not node.keywords)
    )


async def everything(redis: Redis, folder: Path) -> None:
    """Uses all of it, and ends what can be ended."""
    await _small_things(redis)
    await _inbox(redis)
    async with living(folder) as house, Clients.opened(everywhere(TOKEN), f"{house.config.root}/api") as clients:
        people = People(redis, clients)
        await people.get(TEAM, JISOO.id)
        await ChannelGuests(redis, clients, people).of(TEAM, INCIDENT)
        assert await ChannelAccess(redis, clients).is_member(TEAM, JISOO.id, INCIDENT)
        async with Outbox(redis, clients).running() as outbox:
            clip = {"text": "clip", "blocks": [{"type": "image", "slack_file": {"id": "clip"}, "alt_text": "a clip"}]}
            files = {"clip": UploadFile(b"GIF89a", "clip.gif", "a clip")}
            await house.fault(kind="lost_response", method="chat.postMessage")
            await outbox.post("answer", team=TEAM, channel=INCIDENT, message={"text": "counting"})
            await outbox.update("answer", {"text": "412 signals"}, team=TEAM)
            await outbox.post("bad", team=TEAM, channel="C-nowhere", message={"text": "lost"})
            await outbox.post("clip", team=TEAM, channel=INCIDENT, message=clip, files=files)
            await outbox.ts("clip", team=TEAM, timeout=60)
            await outbox.update("answer", {"text": "413 signals"}, team=TEAM)
            await outbox.post("last", team=TEAM, channel=INCIDENT, message={"text": "last"})
            await outbox.ts("last", team=TEAM, timeout=60)
            with suppress(Missing):
                await outbox.ts("bad", team=TEAM, timeout=60)


async def _small_things(redis: Redis) -> None:
    async def effect() -> str:
        return "done"

    once, leases, limits = Once(redis), Leases(redis), SharedLimits(redis, "datadog", "datadoghq.com")
    await once.first(keys.once(TEAM, "C1", "joined"))
    await once.run(keys.once(TEAM, "C1", "clip"), effect)
    await leases.take(keys.running(TEAM, "C1", "how many"), "Q1", 60)
    await leases.keep(keys.running(TEAM, "C1", "how many"), "Q1", 60)
    await leases.drop(keys.running(TEAM, "C1", "how many"), "Q1")
    await limits.announce("rum", 10, 30)
    await limits.take("rum")
    budgets = RateBudgets(redis, "linear", "key")
    await budgets.announce("Requests", 10, 30)
    await budgets.take("Requests", 2)
    await budgets.turn("turn SHOP-1", 0.1)
    await ContentLimits(redis, "api.github.com").take()
    march = datetime(2026, 3, 4, tzinfo=UTC)
    await SharedQuotas(redis, lambda: march).take("shop", march, per_minute=60, size=100, per_day=1000)
    newest = CreationOrder(RedisRecords(redis), "notebook", former=keys.record("all", "notebooks", "every"))
    await newest.add(TEAM, "N1")
    await newest.newest(TEAM, 5)
    asked = Records(RedisRecords(redis), str)
    for key in (keys.record(TEAM, "asked", "Q1"), keys.record(TEAM, "request", "R1"), keys.page("secret")):
        await asked.change(key, lambda _: "what was asked")
        await asked.touch(key)
    await asked.delete(keys.page("secret"), 1)
    due = DueIndex(RedisRecords(redis))
    await due.look_at(TEAM, "R1", datetime(2026, 3, 4, tzinfo=UTC))
    await due.due(datetime(2026, 3, 5, tzinfo=UTC))
    await due.close(TEAM, "R1")
    async with registered(redis, Shares("bucket", "datadog")):
        pass


async def _inbox(redis: Redis) -> None:
    inbox = Inbox(redis, lease=0)
    left = await Inbox(redis).keep({"text": "left behind"})
    assert left in await inbox.renew_and_take()
    await inbox._store.begin_again(left)
    await inbox.forget(left)
    await inbox.forget(await inbox.keep({"text": "handled"}))
