"""What strangers send in place of HTTP is told in a line that holds nothing of it, and where nobody can listen, why."""

from __future__ import annotations

import asyncio
import errno
import io
import json
import socket

import pytest
from aiohttp import web

from bot.kernel.errors import Misunderstood
from bot.kernel.telemetry import set_up_logging
from bot.web.access.gate import AccessGate, Doors
from bot.web.listening import free_port, listening

HOST = "127.0.0.1"


async def _sent(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


async def _broken(_request: web.Request) -> web.Response:
    raise ZeroDivisionError("ours")


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET /livez?key=S3CRET-KEY\x01 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: x\r\nCookie: replaybook-session=S3CRET-KEY\x01\r\n\r\n",
        b"POST /livez HTTP/1.1\r\nAuthorization: S3CRET-KEY\r\nContent-Length: 3, S3CRET-KEY\r\n\r\n",
        b"S3CRET-KEY /livez\r\n\r\n",
    ],
    ids=["address", "cookie", "length", "no HTTP at all"],
)
async def test_what_is_no_http_is_no_error_and_nothing_of_it_is_logged(request_line: bytes) -> None:
    stream, port = io.StringIO(), free_port(HOST)
    set_up_logging("json", stream=stream)
    async with listening(HOST, port, [web.get("/livez", _broken)], AccessGate(Doors())):
        assert b" 400 " in await _sent(port, request_line)
    assert "S3CRET" not in stream.getvalue()
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert all(line["level"] == "info" and "exception" not in line for line in lines)


async def test_a_fault_of_ours_is_logged_with_its_traceback() -> None:
    stream, port = io.StringIO(), free_port(HOST)
    set_up_logging("json", stream=stream)
    async with listening(HOST, port, [web.get("/livez", _broken)], AccessGate(Doors())):
        assert b" 500 " in await _sent(port, b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    [line] = map(json.loads, stream.getvalue().splitlines())
    assert (line["level"], "ZeroDivisionError: ours" in line["exception"]) == ("error", True)


async def test_where_nobody_can_listen_the_setting_is_named() -> None:
    port, gate = free_port(HOST), AccessGate(Doors())
    async with listening(HOST, port, [], gate):
        with pytest.raises(Misunderstood, match=rf"^Port {port} is taken on 127\.0\.0\.1: .*REPLAYBOOK_PORT"):
            await listening(HOST, port, [], gate).__aenter__()
        assert free_port(HOST, port) not in (0, port)
    for host in ("nowhere.invalid", "192.0.2.1"):
        wrong = rf"^REPLAYBOOK_HOST can’t be “{host}”: it is no address of this machine\.$"
        with pytest.raises(Misunderstood, match=wrong):
            await listening(host, port, [], gate).__aenter__()
        with pytest.raises(Misunderstood, match=wrong):
            free_port(host)


def test_an_address_of_version_6_is_tried_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also on machines that have none of these."""
    tried: list[socket.AddressFamily] = []

    class Probe(socket.socket):
        def __init__(self, family: socket.AddressFamily) -> None:
            tried.append(family)
            super().__init__(socket.AF_INET)

        def bind(self, address: tuple[str, int]) -> None:  # type: ignore[override]
            super().bind((HOST, address[1]))

    monkeypatch.setattr(socket, "socket", Probe)
    assert free_port("::1") > 0
    assert tried == [socket.AF_INET6]


async def test_a_port_that_the_system_keeps_to_itself_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    async def start(_site: web.TCPSite) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(web.TCPSite, "start", start)
    with pytest.raises(Misunderstood, match=r"^REPLAYBOOK_PORT can’t be “80”: only the system’s administrator"):
        await listening(HOST, 80, [], AccessGate(Doors())).__aenter__()


async def test_a_wrong_address_is_told_by_a_page_to_browsers_alone() -> None:
    async def nowhere(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=404, text="a page of ours")

    port = free_port(HOST)
    async with listening(HOST, port, [web.post("/livez", _broken)], AccessGate(Doors(), nowhere=nowhere)):
        asked = b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept: %s\r\n\r\n"
        assert b"a page of ours" in await _sent(port, asked % (b"/nothing", b"text/html,*/*"))
        assert b"a page of ours" not in await _sent(port, asked % (b"/nothing", b"*/*"))
        assert b" 405 " in await _sent(port, asked % (b"/livez", b"text/html"))
