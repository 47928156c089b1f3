"""The path below which the bot's web server is reached: the top of its host, or one that other programs stand beside.

What a reverse proxy passes on has the path as the browser sent it, so that addresses are the same on both sides of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")


@dataclass(frozen=True, slots=True)
class BasePath:
    """`prefix` is empty, or `/replaybook`; `address` is the whole of it, `https://tools.example.com/replaybook`."""

    prefix: str = ""
    address: str = ""

    @classmethod
    def of(cls, public_url: str) -> BasePath:
        address = public_url.rstrip("/")
        return cls(urlsplit(address).path, address)

    @property
    def cookies(self) -> str:
        """The path of cookies, which other programs of the host don't get."""
        return self.prefix or "/"

    def at(self, path: str) -> str:
        """The address in its host of a path of ours. Another host's address stays as it is."""
        return f"{self.prefix}{path}" if path.startswith("/") and not path.startswith("//") else path

    def holds(self, path: str) -> bool:
        """Whether a path of the host is one of ours, and doesn't climb out of where we are."""
        climbs = any(unquote(part) in {".", ".."} for part in re.split(r"[/?#]", path))
        return path.startswith(f"{self.prefix}/") and not (self.prefix and climbs)

    def within(self, path: str) -> str:
        """A path of the host as one of ours: without the prefix, where it has it."""
        return path.removeprefix(self.prefix) if self.holds(path) else path

    def absolute(self, path: str) -> str:
        """Where a path leads from anywhere, whether it was written with the prefix or without."""
        return f"{self.address}{self.within(path)}"


TOP = BasePath()
STRIPPED = 421
"""The answer to a request that came without the prefix, because a proxy took it away: Misdirected Request."""


def is_plain_path(path: str) -> bool:
    """Whether proxies, cookies and routers all read a path alike: no escapes, no part that begins with a dot."""
    return _PATH.fullmatch(path.rstrip("/")) is not None
