"""The form by which a notebook's owner shares it beyond the channel, to be read only."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from bot.kernel.clock import Clock
from bot.kernel.errors import Misunderstood
from bot.notebook.notebook import Notebook
from bot.notebook.ports import NotebookStore
from bot.services.postmortems.notebook_sharing import NotebookShare, NotebookSharing, SharedWith, may_share
from bot.slack.people import People
from bot.web.access.viewer import viewer
from bot.web.html_pages import HtmlPages

NOT_YOURS = (
    "Only the owner of this post-mortem shares it beyond its channel; "
    "where it has none, a full member of the workspace does."
)


@dataclass(frozen=True, slots=True)
class ShareForm:
    """What the notebook's page shows: how far it is shared, and, for whoever may choose, how far it could be."""

    shared_with: SharedWith
    choices: tuple[SharedWith, ...]
    may_choose: bool
    known: bool
    """Whether the reader is signed in."""


@dataclass(frozen=True, slots=True)
class SharePages:
    store: NotebookStore
    sharing: NotebookSharing
    pages: HtmlPages
    people: People
    now: Clock

    def routes(self) -> list[web.RouteDef]:
        return [web.post(r"/notebooks/{id:[\w-]+}/sharing", self.pages.guarded(self.choose))]

    async def form(self, notebook: Notebook) -> ShareForm | None:
        who = viewer()
        shared_with = await self.sharing.of(notebook.team, notebook.id)
        may_choose = who.writes and await may_share(notebook, who.user, self.people)
        return ShareForm(shared_with, self.sharing.choices, may_choose, bool(who.user))

    async def choose(self, request: web.Request) -> web.StreamResponse:
        notebook, who = await self.store.get(request.match_info["id"]), viewer()
        wanted = str((await request.post()).get("shared_with", ""))
        if not who.user or not await may_share(notebook, who.user, self.people):
            raise Misunderstood(NOT_YOURS)
        if wanted not in self.sharing.choices:
            raise Misunderstood("This post-mortem can’t be shared that far here.")
        await self.sharing.choose(notebook, NotebookShare(SharedWith(wanted), who.user, self.now()))
        return self.pages.see_other(notebook.path, "top")
