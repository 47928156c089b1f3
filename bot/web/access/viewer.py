"""Whoever asks for a page, for as long as it is made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from bot.notebook.notebook import Notebook
from bot.notebook.public_view import without_clips

Sees = Callable[[str, str], Awaitable[bool]]
"""Whether they may see what is in the channel of a team."""
CSRF_FIELD = "csrf"
HIDDEN = "This clip isn’t shown: a policy of this channel hides it."


async def everything(_team: str, _channel: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Viewer:
    """`user` is empty for nobody in particular: where the pages are open, or shared with everybody.

    `csrf` is what a form of theirs has to show. With `writes` they may change the page that they asked for, with
    `clips` they see its clips. `reads` is whether they may use the post-mortem of a channel of a team.
    """

    team: str = ""
    user: str = ""
    name: str = ""
    csrf: str = ""
    writes: bool = True
    exports: bool = True
    sees: Sees = everything
    reads: Sees = everything
    clips: bool = True
    known_by: str = ""
    """How they are known: `slack`, or `sso` for a single sign-on in front of the bot."""


EVERYBODY = Viewer()
_VIEWER: ContextVar[Viewer] = ContextVar("viewer", default=EVERYBODY)


def viewer() -> Viewer:
    """Who asks now. Outside of the gate, and where the pages are open: everybody, who may do everything."""
    return _VIEWER.get()


def as_viewer_sees(notebook: Notebook) -> Notebook:
    """The notebook without its clips for whoever doesn't see them."""
    if viewer().clips:
        return notebook
    return without_clips(notebook, notebook.locale.text(HIDDEN))


@contextmanager
def viewed_by(who: Viewer) -> Iterator[None]:
    before = _VIEWER.set(who)
    try:
        yield
    finally:
        _VIEWER.reset(before)
