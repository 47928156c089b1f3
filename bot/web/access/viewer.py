"""Whoever asks for a page, for as long as it is made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

Sees = Callable[[str, str], Awaitable[bool]]
"""Whether they may see what is in the channel of a team."""
CSRF_FIELD = "csrf"


async def everything(_team: str, _channel: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Viewer:
    """`user` is empty for nobody in particular: where the pages are open, or shared with everybody.

    `csrf` is what a form of theirs has to show. With `writes` they may change the page that they asked for.
    """

    team: str = ""
    user: str = ""
    name: str = ""
    csrf: str = ""
    writes: bool = True
    exports: bool = True
    sees: Sees = everything
    known_by: str = ""
    """How they are known: `slack`, or `sso` for a single sign-on in front of the bot."""


EVERYBODY = Viewer()
_VIEWER: ContextVar[Viewer] = ContextVar("viewer", default=EVERYBODY)


def viewer() -> Viewer:
    """Who asks now. Outside of the gate, and where the pages are open: everybody, who may do everything."""
    return _VIEWER.get()


@contextmanager
def viewed_by(who: Viewer) -> Iterator[None]:
    before = _VIEWER.set(who)
    try:
        yield
    finally:
        _VIEWER.reset(before)
