"""`/_test/*`: faults on demand, the journal, and what nobody does on the page."""

from __future__ import annotations

from aiohttp import web

from standins.slack.api.oauth_api import leave
from standins.slack.slack_faults import SlackFault
from standins.slack.workspace_team import WorkspaceTeam


def routes(team: WorkspaceTeam) -> list[web.AbstractRouteDef]:
    async def add_fault(request: web.Request) -> web.Response:
        try:
            team.faults.add(SlackFault.from_json(await request.json()))
        except (ValueError, TypeError, AttributeError) as problem:
            return web.json_response({"ok": False, "error": str(problem)}, status=400)
        return web.json_response({"ok": True})

    async def clear_faults(_request: web.Request) -> web.Response:
        team.faults.clear()
        return web.json_response({"ok": True})

    async def journal(request: web.Request) -> web.Response:
        query = request.query
        since = int(query["since"]) if query.get("since", "").isdecimal() else 0
        entries = team.journal.entries(since, query.get("way", ""), query.get("name", ""))
        return web.json_response({"ok": True, "entries": entries})

    async def archive(request: web.Request) -> web.Response:
        """As an administrator would: nothing can be posted to the channel any more, and the bot hears of it."""
        body = await request.json()
        channel = team.channel(body["channel"])
        team.store.put("channel", channel["id"], {**channel, "is_archived": True})
        kind = "group_archive" if channel.get("is_private") else "channel_archive"
        team.notify(channel, {"type": kind, "user": body.get("user", "")})
        return web.json_response({"ok": True})

    async def remove(request: web.Request) -> web.Response:
        """As a member would with /remove: the bot is in the channel no more."""
        channel = team.channel((await request.json())["channel"])
        members = [member for member in channel["members"] if member != team.bot.id]
        team.store.put("channel", channel["id"], {**channel, "members": members})
        return web.json_response({"ok": True})

    return [
        *_by_administrators(team),
        web.post("/_test/archive", archive),
        web.post("/_test/remove", remove),
        web.post("/_test/faults", add_fault),
        web.delete("/_test/faults", clear_faults),
        web.get("/_test/journal", journal),
    ]


def _by_administrators(team: WorkspaceTeam) -> list[web.AbstractRouteDef]:
    async def rename(request: web.Request) -> web.Response:
        """As a member would in the channel's details."""
        body = await request.json()
        channel = team.channel(body["channel"])
        team.store.put("channel", channel["id"], {**channel, "name": body["name"]})
        kind = "group_rename" if channel.get("is_private") else "channel_rename"
        about = {"id": channel["id"], "name": body["name"], "created": channel["created"]}
        team.notify(channel, {"type": kind, "channel": about})
        return web.json_response({"ok": True})

    async def uninstall(_request: web.Request) -> web.Response:
        """As an administrator would in the app's settings."""
        if grant := team.grants.of_team(team.seed.team_id):
            leave(grant, "account_inactive")
        return web.json_response({"ok": grant is not None})

    return [web.post("/_test/rename", rename), web.post("/_test/uninstall", uninstall)]
