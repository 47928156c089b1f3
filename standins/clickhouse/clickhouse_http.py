"""ClickHouse's HTTP interface: statements in the address or the body, settings and parameters beside them."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import re
import uuid
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import lz4.frame
import msgspec
from aiohttp import web
from chdb import ChdbError

from standins.clickhouse.chdb_engine import ChdbEngine, EngineStatement
from standins.clickhouse.clickhouse_faults import ClickHouseFault, ClickHouseFaults

MOST_BYTES = 1 << 30
NO_SETTINGS = frozenset(
    {
        "query",
        "database",
        "user",
        "password",
        "query_id",
        "session_id",
        "session_timeout",
        "session_check",
        "role",
        "quota_key",
        "default_format",
        "wait_end_of_query",
        "buffer_size",
        "compress",
        "decompress",
        "client_protocol_version",
        "enable_http_compression",
        "send_progress_in_http_headers",
        "http_headers_progress_interval_ms",
    }
)
"""Parameters of a request that are no settings of the engine."""
STATUS = {516: 403, 497: 403, 60: 404, 81: 404, 159: 408, 242: 503, 252: 503, 202: 503}
BAD_REQUEST = frozenset({6, 26, 27, 36, 38, 41, 42, 43, 44, 46, 47, 53, 62, 72, 115, 457})
_CODE = re.compile(r"Code:\s*(\d+)")
_PACK: dict[str, Callable[[bytes], bytes]] = {
    "lz4": lz4.frame.compress,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
}
_UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "lz4": lz4.frame.decompress,
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
}


class ClickHouseRefusal(Exception):
    """What the interface answers with a code."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"Code: {code}. DB::Exception: {text}")


class ClickHouseHttp:
    """`app` is the server. A request that comes with another password than `password` is refused."""

    def __init__(self, engine: ChdbEngine, user: str = "default", password: str = "") -> None:
        self._engine, self._login = engine, (user, password)
        self._threads = ThreadPoolExecutor(16)
        self._faults = ClickHouseFaults()

    def app(self) -> web.Application:
        app = web.Application(client_max_size=MOST_BYTES)
        app.add_routes(
            [
                web.get("/ping", self._ping),
                web.get("/", self._handle),
                web.post("/", self._handle),
                web.post("/_test/faults", self._add_fault),
                web.delete("/_test/faults", self._clear_faults),
            ]
        )
        return app

    async def _ping(self, _: web.Request) -> web.Response:
        return web.Response(text="Ok.\n")

    async def _add_fault(self, request: web.Request) -> web.Response:
        try:
            self._faults.add(await request.read())
        except msgspec.ValidationError as problem:
            return web.Response(status=400, text=str(problem))
        return web.Response()

    async def _clear_faults(self, _: web.Request) -> web.Response:
        self._faults.clear()
        return web.Response()

    async def _handle(self, request: web.Request) -> web.Response:
        asked, body = await _read(request)
        statement = _statement(request.method, asked, body)
        fault = self._faults.of(statement.text)
        headers = {"X-ClickHouse-Query-Id": asked.get("query_id") or str(uuid.uuid4()), "X-ClickHouse-Timezone": "UTC"}
        if fault and fault.kind == "before":
            return _drop(request)
        if fault and fault.kind == "stall":
            await asyncio.Event().wait()  # until the client has had enough
        try:
            self._check(request, asked)
            out, kind = await self._run(statement, fault)
        except (ChdbError, ClickHouseRefusal) as error:
            return _drop(request) if fault and fault.kind == "after" else self._refuse(str(error), headers)
        if fault and fault.kind == "after":
            return _drop(request)
        headers["X-ClickHouse-Format"] = kind
        headers["X-ClickHouse-Summary"] = json.dumps({"elapsed_ns": "0"})
        pack = _accepted(request) if asked.get("enable_http_compression") == "1" else ""
        if pack and out:
            headers["Content-Encoding"], out = pack, _PACK[pack](out)
        return web.Response(body=out, headers=headers)

    async def _run(self, statement: EngineStatement, fault: ClickHouseFault | None) -> tuple[bytes, str]:
        if fault and fault.kind == "error":
            raise ClickHouseRefusal(fault.code, fault.text)
        if fault and fault.kind == "version":
            other = statement.text.replace(b"version()", f"'{fault.text}'".encode())
            statement = replace(statement, text=other)
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._engine.run, statement)

    def _check(self, request: web.Request, asked: dict[str, str]) -> None:
        user, password = asked.get("user", "default"), asked.get("password", "")
        kind, _, word = request.headers.get("Authorization", "").partition(" ")
        if kind == "Basic":
            user, _, password = base64.b64decode(word).decode().partition(":")
        if (user, password) != self._login:
            raise ClickHouseRefusal(516, f"{user}: Authentication failed. (AUTHENTICATION_FAILED)")

    def _refuse(self, text: str, headers: dict[str, str]) -> web.Response:
        match = _CODE.search(text)
        code = int(match[1]) if match else 1002
        status = STATUS.get(code, 400 if code in BAD_REQUEST else 500)
        text = f"{text[match.start() :] if match else text} (version {self._engine.version} (official build))\n"
        return web.Response(status=status, text=text, headers={**headers, "X-ClickHouse-Exception-Code": str(code)})


async def _read(request: web.Request) -> tuple[dict[str, str], bytes]:
    """Returns the parameters and the body. Parameters too long for an address come as a form."""
    asked = dict(request.query)
    if request.content_type == "multipart/form-data":
        form = await request.post()
        return asked | {name: str(value) for name, value in form.items()}, b""
    body = await request.read()
    unpack = _UNPACK.get(request.headers.get("Content-Encoding", ""))
    return asked, unpack(body) if unpack else body


def _statement(method: str, asked: dict[str, str], body: bytes) -> EngineStatement:
    settings = {
        name: value for name, value in asked.items() if name not in NO_SETTINGS and not name.startswith("param_")
    }
    return EngineStatement(
        text=b"\n".join(part for part in (asked.get("query", "").encode(), body) if part),
        database=asked.get("database", ""),
        format=asked.get("default_format", "TabSeparated"),
        settings=settings | ({"readonly": "2"} if method == "GET" else {}),  # as the server does
        parameters={name[6:]: value for name, value in asked.items() if name.startswith("param_")},
    )


def _accepted(request: web.Request) -> str:
    offered = [part.partition(";")[0].strip() for part in request.headers.get("Accept-Encoding", "").split(",")]
    return next((name for name in offered if name in _PACK), "")


def _drop(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
