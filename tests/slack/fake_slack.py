"""A Slack at the socket: channels, threads, files, and faults on demand. Its own view of what was sent is the judge."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

Fault = Callable[[dict[str, Any]], Awaitable[web.StreamResponse | None]]


def error(code: str, status: int = 200, **headers: str) -> Fault:
    """Refuse the call; with an underscore in a header's name for its dash."""

    async def refuse(_: dict[str, Any]) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response({"ok": False, "error": code}, status=status, headers=named)

    return refuse


class FakeSlack:
    def __init__(self) -> None:
        self.url = ""
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.channels: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.files: dict[str, dict[str, Any]] = {}
        self.faults: dict[str, list[Fault]] = defaultdict(list)  # by "method" or "method channel"; used up in order
        self.after: dict[str, Fault] = {}  # by method: runs when the work is done, instead of the answer
        self.hang_up: dict[str, int] = {}  # by method: how many times the answer gets lost after the work is done
        self._clock = 1_700_000_000

    def texts(self, channel: str) -> list[str]:
        return [message["text"] for message in self.channels[channel]]

    def count(self, method: str) -> int:
        return sum(name == method for name, _ in self.calls)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FakeSlack]:
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/api/{method}", self._call)
        app.router.add_post("/upload/{id}", self._upload)
        runner = web.AppRunner(app, shutdown_timeout=0.2)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await self._arguments(request)
        self.calls.append((method, arguments))
        for name in (f"{method} {arguments.get('channel')}", method):
            if self.faults[name] and (answer := await self.faults[name].pop(0)(arguments)):
                return answer
        if request.headers.get("Authorization") != "Bearer xoxb-test":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        result = getattr(self, "_" + method.replace(".", "_"))(arguments)
        if method in self.after and (answer := await self.after[method](arguments)):
            return answer
        if self.hang_up.get(method, 0) > 0:
            self.hang_up[method] -= 1
            assert request.transport is not None
            request.transport.close()
        return web.json_response({"ok": True, **result} if isinstance(result, dict) else {"ok": False, "error": result})

    async def _arguments(self, request: web.Request) -> dict[str, Any]:
        if request.content_type == "application/json":
            return dict(await request.json())
        form: dict[str, Any] = {**request.query, **{k: str(v) for k, v in (await request.post()).items()}}
        for name in ("blocks", "metadata", "files"):
            if name in form:
                form[name] = json.loads(form[name])
        return form

    def _chat_postMessage(self, arguments: dict[str, Any]) -> dict[str, Any] | str:  # noqa: N802
        channel = arguments["channel"].replace("U", "D", 1)
        if channel.startswith("CGONE"):
            return "channel_not_found"
        if any(self.files.get(id, {}).get("ready") is not True for id in _files(arguments.get("blocks", []))):
            return "invalid_blocks"
        self._clock += 1
        message = {**arguments, "ts": f"{self._clock}.000100"}
        self.channels[channel].append(message)
        return {"channel": channel, "ts": message["ts"]}

    def _chat_update(self, arguments: dict[str, Any]) -> dict[str, Any] | str:
        for message in self.channels[arguments["channel"]]:
            if message["ts"] == arguments["ts"]:
                message.update(arguments)
                return {"channel": arguments["channel"], "ts": arguments["ts"]}
        return "message_not_found"

    def _conversations_history(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return self._page([m for m in self.channels[arguments["channel"]] if not m.get("thread_ts")], arguments)

    def _conversations_replies(self, arguments: dict[str, Any]) -> dict[str, Any]:
        thread = arguments["ts"]
        return self._page(
            [m for m in self.channels[arguments["channel"]] if thread in (m["ts"], m.get("thread_ts"))], arguments
        )

    def _page(self, messages: list[dict[str, Any]], arguments: dict[str, Any]) -> dict[str, Any]:
        """Two messages a page, newest first; metadata only for who asks for it."""
        newest = messages[::-1]
        if arguments.get("include_all_metadata") not in ("1", "true", "True"):
            newest = [{k: v for k, v in m.items() if k != "metadata"} for m in newest]
        start = int(arguments.get("cursor") or 0)
        more = str(start + 2) if len(newest) > start + 2 else ""
        return {"messages": newest[start : start + 2], "response_metadata": {"next_cursor": more}}

    def _conversations_open(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"channel": {"id": arguments["users"].replace("U", "D", 1)}}

    def _files_getUploadURLExternal(self, arguments: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        id = f"F{len(self.files) + 1}"
        self.files[id] = {**arguments, "ready": False}
        return {"file_id": id, "upload_url": self.url.replace("/api/", f"/upload/{id}")}

    def _files_completeUploadExternal(self, arguments: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        assert "channel_id" not in arguments, "files are uploaded without a channel"
        for file in arguments["files"]:
            self.files[file["id"]].update(ready=True, title=file["title"])
        return {
            "files": [
                {"id": it["id"], "permalink": f"https://slack.example/files/{it['id']}"} for it in arguments["files"]
            ]
        }

    async def _upload(self, request: web.Request) -> web.Response:
        self.files[request.match_info["id"]]["data"] = await request.read()
        return web.Response(text="OK", content_type="text/plain")


def _files(part: Any) -> list[str]:
    if isinstance(part, list):
        return [id for item in part for id in _files(item)]
    if isinstance(part, dict):
        own = [part["slack_file"]["id"]] if "slack_file" in part else []
        return own + [id for item in part.values() for id in _files(item)]
    return []
