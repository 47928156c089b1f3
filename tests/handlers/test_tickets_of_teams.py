"""One tracker has the tickets of two workspaces, and each hears of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from redis.asyncio import Redis

from bot.backlog.request import Request, RequestAction, RequestState
from bot.kernel.clock import Clock
from bot.kernel.settings import Secret
from bot.services.requests.jobs import AcknowledgeJob, RequestOwnerJob
from standins.linear import issue_changes
from standins.linear.linear_server import running_linear
from standins.linear.linear_world import LinearHook, LinearUser, LinearWorld
from tests.handlers.house import INCIDENT, MINA, until
from tests.handlers.many_teams import ManyTeams, many_teams
from tests.handlers.test_installs import HARBOR, NORDIC, ask
from tests.handlers.walking import quiet
from tests.providers.linear import linear_house

NORA, THEIRS = "U0NORAHARBOR", "C0INCHARBOR"
PLACES = {NORDIC: (MINA.id, INCIDENT), HARBOR: (NORA, THEIRS)}


async def promised(there: ManyTeams, team: str) -> Request:
    """The team's request, answered with a new ticket."""
    user, channel = PLACES[team]
    requests = there.services.requests
    said = await ask(there, team, user, channel)
    question = msgspec.json.decode(said["blocks"][-2]["elements"][0]["value"])["id"]
    await requests.queue.put(RequestOwnerJob(team=team, question=question, by=user))
    request: Request = await until(lambda: first(there, team))
    answer = AcknowledgeJob(
        team=team,
        request=request.id,
        action=RequestAction.IN_BACKLOG,
        by=user,
        at=there.clock(),
        version=request.version,
        create=f"Buy for {team}",
        plan=request.plan,
    )
    await requests.queue.put(answer)
    return await until(lambda: in_state(there, team, RequestState.IN_BACKLOG))


async def first(there: ManyTeams, team: str) -> Request | None:
    return next(iter(await there.services.requests.records.open(team)), None)


async def in_state(there: ManyTeams, team: str, state: RequestState) -> Request | None:
    request = await first(there, team)
    return request if request and request.state is state else None


async def thread(there: ManyTeams, request: Request) -> list[str]:
    house, (user, _) = there.house(request.team), PLACES[request.team]
    found = await house.look("thread", user=user, channel=request.channel, ts=request.thread)
    return [str(it.get("blocks")) for it in found["replies"]]


async def test_a_webhook_for_the_ticket_of_one_workspace_is_told_to_that_one_alone(
    tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock
) -> None:
    world = LinearWorld(clock=clock)
    world.users.append(LinearUser("Uma", "uma@example.com"))
    async with running_linear(world) as url:
        linear = msgspec.structs.replace(linear_house.settings_of(world, url), webhook_secret=Secret("hush"))
        more: dict[str, Any] = {"tracker": "linear", "tracker_project": "SHOP", "providers": (linear,)}
        async with many_teams(tmp_path, sample, redis_server, clock, **more) as there:
            for team in (NORDIC, HARBOR):
                await there.install(team)
            ours, theirs = [await promised(there, team) for team in (NORDIC, HARBOR)]
            assert {ours.ticket, theirs.ticket} == {"SHOP-1", "SHOP-2"}
            await quiet(there.redis)
            world.hooks.append(LinearHook(f"{there.bot}/hooks/linear/main", "hush"))
            before = await thread(there, ours)
            issue_changes.set_state(world, world.issue(theirs.ticket), "canceled", world.users[1])
            await until(lambda: in_state(there, HARBOR, RequestState.CLOSED))
            await quiet(there.redis)
            assert any("Uma" in told for told in await thread(there, theirs))
            assert await thread(there, ours) == before
            assert await in_state(there, NORDIC, RequestState.IN_BACKLOG)
