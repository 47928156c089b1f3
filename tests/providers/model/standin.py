"""An OpenAI-compatible API on loopback that answers whatever a test wants, and remembers what it was sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from standins.serving import served


@dataclass
class Api:
    says: str = ""
    raw: bytes | None = None
    status: int = 200
    wait_s: float = 0.0
    url: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    @property
    def told(self) -> str:
        """Everything that left for the model, as one text."""
        return "\n".join(str(it) for it in self.got)

    async def complete(self, request: web.Request) -> web.Response:
        self.got.append(await request.json())
        self.keys.append(request.headers.get("Authorization", ""))
        await asyncio.sleep(self.wait_s)
        if self.raw is not None or self.status != 200:
            headers = {"Location": f"{self.url}/chat/completions"} if 300 <= self.status < 400 else {}
            return web.Response(body=self.raw or b"", status=self.status, headers=headers)
        return web.json_response({"choices": [{"message": {"role": "assistant", "content": self.says}}]})


@asynccontextmanager
async def model_api() -> AsyncIterator[Api]:
    api = Api()
    application = web.Application()
    application.router.add_post("/v1/chat/completions", api.complete)
    async with served(application, shutdown_s=0.1) as url:
        api.url = f"{url}/v1"
        yield api
