"""A reverse proxy on loopback that passes what is below a path on to a bot, and what a browser finds in a page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from bot.web.listening import up

LEADING = ("href", "src", "action", "poster", "data-notebook", "data-copy")
HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "te", "upgrade"})


@asynccontextmanager
async def path_proxy(port: int, bot: str, prefix: str, *, strips: bool = False) -> AsyncIterator[None]:
    """What isn't below the prefix is another program's, which answers 418."""
    async with aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()) as client:

        async def passed(request: web.Request) -> web.StreamResponse:
            if not request.raw_path.startswith(f"{prefix}/"):
                return web.Response(status=418, text="another program")
            path = request.raw_path.removeprefix(prefix) if strips else request.raw_path
            headers = CIMultiDict((name, value) for name, value in request.headers.items() if name.lower() not in HOP)
            url, body = URL(bot + path, encoded=True), await request.read()
            async with client.request(request.method, url, data=body, headers=headers, allow_redirects=False) as answer:
                kept = CIMultiDict((name, value) for name, value in answer.headers.items() if name.lower() not in HOP)
                return web.Response(status=answer.status, body=await answer.read(), headers=kept)

        app = web.Application(client_max_size=1 << 26)
        app.router.add_route("*", "/{path:.*}", passed)
        async with up(web.AppRunner(app), "127.0.0.1", port):
            yield


@dataclass
class Form:
    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Leading(HTMLParser):
    """Where a page leads: addresses of links and parts, and forms as they would be sent."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.forms: list[Form] = []
        self._area, self._said = "", ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.addresses += [given[name] for name in LEADING if name in given]
        if tag == "form":
            self.forms.append(Form(given.get("method", "get"), given.get("action", "")))
        elif self.forms and tag in {"input", "button", "textarea"} and (name := given.get("name")):
            if tag == "textarea":
                self._area, self._said = name, ""
            elif given.get("type") not in {"radio", "checkbox"} or "checked" in given:
                self.forms[-1].fields.setdefault(name, given.get("value", ""))
        elif self.forms and tag == "select" and "name" in given:
            self._area, self._said = "", given["name"]
        elif self.forms and tag == "option" and self._said and "selected" in given:
            self.forms[-1].fields.setdefault(self._said, given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].fields[self._area] = self.forms[-1].fields.get(self._area, "") + data.lstrip("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            self.forms[-1].fields.setdefault(self._area, "")
            self._area = ""
