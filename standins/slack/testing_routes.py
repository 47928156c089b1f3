"""`/_test/*`: faults on demand, the journal, and what nobody does on the page."""

from __future__ import annotations

from aiohttp import web

from standins.slack.slack_faults import SlackFault
from standins.slack.socket_connections import GRACE_S
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

    async def disconnect(request: web.Request) -> web.Response:
        """`{reason, after?, only_one?}`: ends Socket Mode's connections, as `SocketConnections.disconnect` says."""
        body = await request.json()
        sockets, reason = team.deliveries.sockets, str(body.get("reason", ""))
        await sockets.disconnect(reason, float(body.get("after", GRACE_S)), only_one=bool(body.get("only_one")))
        return web.json_response({"ok": True})

    async def switch_sockets(request: web.Request) -> web.Response:
        """`{enabled}`: the switch *Enable Socket Mode*."""
        team.deliveries.sockets.enabled = bool((await request.json()).get("enabled"))
        return web.json_response({"ok": True})

    return [
        web.post("/_test/disconnect", disconnect),
        web.post("/_test/sockets", switch_sockets),
        web.post("/_test/archive", archive),
        web.post("/_test/remove", remove),
        web.post("/_test/faults", add_fault),
        web.delete("/_test/faults", clear_faults),
        web.get("/_test/journal", journal),
    ]
