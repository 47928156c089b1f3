"""What values of settings say: passwords that the log must not show, addresses and their bases, zones that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def passwords(url: str) -> Iterator[str]:
    """Every password in an address, as it stands there and as it is."""
    try:
        parts = urlsplit(url)
        password = parts.password
    except ValueError:  # no address; whoever uses it says so
        return
    options = (option.partition("=") for option in parts.query.split("&"))
    for written in (password, *(value for name, _, value in options if name.endswith("password"))):
        if written:
            yield from (written, unquote(written))


def is_base(url: str) -> bool:
    """Whether an address is a scheme, a host, perhaps a port and a path: nobody's name, no query."""
    try:
        parts = urlsplit(url)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        place = host if parts.port is None else f"{host}:{parts.port}"
    except ValueError:
        return False
    return bool(host) and not re.search(r"[\s?#]", url) and parts.netloc.casefold() == place


def http_address(host: str, port: int) -> str:
    """Where a server that listens there is reached from the same machine."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_zone(name: str) -> bool:
    """Whether there is a time zone of exactly this name."""
    try:
        return ZoneInfo(name).key == name
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
