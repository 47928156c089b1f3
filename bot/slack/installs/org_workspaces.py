"""The workspaces of an organization that has the app as a whole: with its token some methods want to know which one.

https://docs.slack.dev/reference/methods/auth.teams.list
"""

from __future__ import annotations

import msgspec
from redis.asyncio import Redis
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.web_api import called
from bot.state import keys

KEPT_S, PAGE, MOST_PAGES = 600, 1000, 10


async def org_workspaces(redis: Redis, client: AsyncWebClient, team: str) -> tuple[str | None, ...]:
    """Returns their ids, kept for ten minutes; None alone where `team` is a workspace. Raises like `called`."""
    if not team.startswith("E"):
        return (None,)
    key = keys.org_workspaces(team)
    if known := await redis.get(key):
        return msgspec.json.decode(known, type=tuple[str, ...])
    workspaces: list[str] = []
    cursor = ""
    for _ in range(MOST_PAGES):
        answer = await called("auth.teams.list", client.auth_teams_list(limit=PAGE, cursor=cursor or None))
        workspaces += [str(each["id"]) for each in answer["teams"]]
        cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            break
    await redis.set(key, msgspec.json.encode(workspaces), ex=KEPT_S)
    return tuple(workspaces)
