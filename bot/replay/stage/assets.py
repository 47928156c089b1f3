"""Files from allowed origins, fetched by us, so that the browser's network stays shut.

A name is resolved once; the connection goes to an address that was found public, so that no answer of a name server
can lead into the private network. No redirects, no cookies, only pictures, fonts and style sheets.
"""

from __future__ import annotations

import asyncio
import http.client
import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

import msgspec

from bot.replay.stage.stage_page import Asset

MOST_FILES = 60
MOST_BYTES = 5_000_000
AT_ONCE = 6
WAIT_S = 3.0
ALL_S = 8.0
KINDS = re.compile(r"(?:image|font)/[\w.+-]+|text/css|application/(?:x-)?font[\w.+-]*")
URL = re.compile(rb"https?://[^\s\"'()<>\\,]+")

Resolve = Callable[[str, int], list[str]]


class NotAllowed(Exception):
    """The file is not fetched: its address is private, its answer is no file that a page shows, or too large."""


async def assets_in(events: Sequence[dict[str, Any]], origins: Sequence[str]) -> dict[str, Asset]:
    """The files of the allowed origins that the events name, as many as come in time. What fails stays away."""
    wanted = named_in(events, origins)[:MOST_FILES]
    free, assets = asyncio.Semaphore(AT_ONCE), dict[str, Asset]()

    async def get(url: str) -> None:
        async with free:
            try:
                assets[url] = await asyncio.to_thread(fetched, url)
            except (NotAllowed, OSError, ValueError, http.client.HTTPException):
                return

    try:
        async with asyncio.timeout(ALL_S):
            await asyncio.gather(*(get(url) for url in wanted))
    except TimeoutError:
        pass  # the page is shown without the rest
    return dict(assets)


def named_in(events: Sequence[dict[str, Any]], origins: Sequence[str]) -> list[str]:
    """Addresses of the allowed origins, each once, in their order."""
    allowed = {origin.rstrip("/").lower() for origin in origins}
    urls = dict.fromkeys(match[0].decode("utf-8", "ignore") for match in URL.finditer(msgspec.json.encode(events)))
    return [url for url in urls if _origin(url) in allowed]


def fetched(url: str, resolve: Resolve | None = None) -> Asset:
    """One file. Blocking. Raises `NotAllowed`, OSError or HTTPException."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = public_address(parts.hostname or "", port, resolve or _resolved)
    connection = _Connection(parts, address, port)
    try:
        connection.request("GET", f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}")
        return _answer(connection.getresponse())
    finally:
        connection.close()


def public_address(host: str, port: int, resolve: Resolve) -> str:
    """An address of the host; all of its addresses must be public, or none is used."""
    addresses = resolve(host, port)
    if not addresses or not all(ipaddress.ip_address(address).is_global for address in addresses):
        raise NotAllowed(f"{host} has an address that is not public.")
    return addresses[0]


def _answer(response: http.client.HTTPResponse) -> Asset:
    kind = (response.getheader("Content-Type") or "").partition(";")[0].strip().lower()
    if response.status != http.client.OK or not KINDS.fullmatch(kind):
        raise NotAllowed(f"The answer is no file that a page shows ({response.status}, {kind}).")
    body, until = bytearray(), time.monotonic() + WAIT_S
    while piece := response.read1(65_536):
        body += piece
        if len(body) > MOST_BYTES or time.monotonic() > until:
            raise NotAllowed("The file is too large or comes too slowly.")
    return Asset(bytes(body), kind)


class _Connection(http.client.HTTPConnection):
    """Connects to the address that was checked, wherever the name leads now."""

    def __init__(self, parts: SplitResult, address: str, port: int) -> None:
        super().__init__(parts.hostname or "", port, timeout=WAIT_S)
        self._address, self._secure = address, parts.scheme == "https"

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        context = ssl.create_default_context() if self._secure else None
        self.sock = context.wrap_socket(plain, server_hostname=self.host) if context else plain


def _resolved(host: str, port: int) -> list[str]:
    return [str(info[4][0]).partition("%")[0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()
