"""Requests that only look as if they came from a page of ours: by other host names, or from other sites."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_PORTS = {"http": 80, "https": 443}


class PublicOrigin:
    """The address at which people reach the pages. With `loopback` they may use this machine's own names, too."""

    def __init__(self, public_url: str, *, loopback: bool) -> None:
        self.scheme = urlsplit(public_url).scheme
        self._place = _place(public_url)
        self._loopback = loopback
        self.address = public_url

    def is_host(self, host: str) -> bool:
        """Whether a request was sent to us by our own name; others may have been made to lead here (rebinding)."""
        place = _place(f"{self.scheme}://{host}")
        return place is not None and (place == self._place or (self._loopback and place[0] in LOOPBACK))

    def is_own(self, request: web.Request) -> bool:
        """Whether what changes something comes from a page of ours. Programs, which are no browser, send no headers."""
        if request.method in SAFE:
            return True
        if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
            return False
        origin = request.headers.get("Origin")
        if origin is None:
            return True
        scheme, place = origin.partition("://")[0], _place(origin)
        if place is None or place != _place(f"{scheme}://{request.host}"):
            return False
        return self._loopback or scheme == self.scheme


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches it."""
    place = _place(address)
    return place is not None and place[0] in LOOPBACK


def _place(address: str) -> tuple[str, int] | None:
    """Host and port, or None for what is no address."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    return (host, port or _PORTS.get(parts.scheme, 0)) if host else None
