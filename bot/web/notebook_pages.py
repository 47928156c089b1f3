"""The notebook as a web page: read it, comment on it, write in it, print it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from aiohttp import web

from bot.kernel.clock import Clock
from bot.kernel.errors import Misunderstood
from bot.notebook.cell_data import Comment
from bot.notebook.edits import EditConflict, add_cell, checked, edit_cell, remove_cell, rename, restore_cell
from bot.notebook.merge import merge
from bot.notebook.notebook import Notebook
from bot.notebook.notebook_list import search
from bot.notebook.notebook_text import NotebookText
from bot.notebook.own_files import own_files
from bot.notebook.ports import Files, NotebookStore, change
from bot.notebook.public_view import public_view
from bot.notebook.room import MOST_BY_HAND
from bot.web.access.viewer import HIDDEN, as_viewer_sees, viewer
from bot.web.html_pages import (
    HEADERS,
    SHOWN_FILES,
    HtmlPages,
    asked_locale,
    clean_name,
    form_key,
    given_name,
    reader_name,
)
from bot.web.stored_bytes import StoredBytes
from bot.web.timeline_pages import TimelinePages

# A browser plays a video that is opened by itself in a page that it makes for it, which has to be of our origin.
PLAYABLE = "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox allow-same-origin"
MOST_PAGES = 1000
CONTENT_TYPES = {"gif": "image/gif", "png": "image/png", "mp4": "video/mp4"}

PublishedLinks = Callable[[Notebook], Awaitable[Mapping[str, tuple[str, str]]]]


class ChannelDiscussion(Protocol):
    """The thread in which comments on the page are said, too."""

    async def about(self, notebook: Notebook) -> str:
        """What the thread is about; empty where there is none."""

    async def pass_on(self, notebook: Notebook, key: str) -> None:
        """Has a comment said there, once."""


ShareChoice = Callable[[Notebook], Awaitable[object]]


async def unshared(_: Notebook) -> None:
    """Where nobody signs in there is nobody to share with."""


async def nowhere(_: Notebook) -> Mapping[str, tuple[str, str]]:
    return {}


def notebook_routes(  # noqa: PLR0913 - the last ones have defaults
    store: NotebookStore,
    files: Files,
    words: NotebookText,
    pages: HtmlPages,
    *,
    now: Clock,
    listed: bool = True,
    published: PublishedLinks = nowhere,
    discussion: ChannelDiscussion | None = None,
    share: ShareChoice = unshared,
    files_elsewhere: bool = True,
) -> list[web.RouteDef]:
    """Routes below /notebooks and /files. `listed` shows a list of all notebooks to whoever reaches the server.

    `published` says where a notebook can be published to, and where it is read there. Without a `discussion` comments
    stay on the page. With `files_elsewhere` pages of other sites may show clips and pictures by their address.
    """
    handlers = _NotebookPages(store, files, words, pages, now, published, discussion, share, files_elsewhere)
    page = r"/notebooks/{id:[\w-]+}"
    routes = [
        web.get(page, pages.guarded(handlers.show)),
        web.get(f"{page}/version", pages.guarded(handlers.version)),
        web.post(f"{page}/title", pages.guarded(handlers.retitle)),
        web.post(f"{page}/comments", pages.guarded(handlers.comment)),
        web.post(f"{page}/cells", pages.guarded(handlers.add)),
        web.post(page + "/cells/{cell}", pages.guarded(handlers.edit)),
        web.post(page + "/cells/{cell}/remove", pages.guarded(handlers.remove)),
        web.post(page + "/cells/{cell}/restore", pages.guarded(handlers.restore)),
        web.get("/files/{name}", pages.guarded(handlers.file)),
        *TimelinePages(store, words, pages).routes(page),
    ]
    return [web.get("/notebooks", pages.guarded(handlers.index)), *routes] if listed else routes


@dataclass(frozen=True, slots=True)
class _NotebookPages:
    store: NotebookStore
    files: Files
    words: NotebookText
    pages: HtmlPages
    now: Clock
    published: PublishedLinks
    discussion: ChannelDiscussion | None
    share: ShareChoice
    files_elsewhere: bool

    async def index(self, request: web.Request) -> web.StreamResponse:
        locale, query = asked_locale(request), request.query
        words, number = query.get("q", "").strip()[:200], query.get("page", "1")[:9]
        wanted = min(int(number), MOST_PAGES) if number.isascii() and number.isdigit() and int(number) else 1
        results = await search(self.store, words, now=self.now(), locale=locale, page=wanted, visible=_is_visible)
        return self.pages.response("notebooks", locale, found=results, words=words)

    async def show(self, request: web.Request) -> web.StreamResponse:
        notebook = public_view(as_viewer_sees(await self.store.get(request.match_info["id"])))
        locale = notebook.locale
        # A long one takes a second to draw, in which the bot has to answer others.
        response = await asyncio.to_thread(
            self.pages.response,
            "notebook",
            locale,
            notebook=notebook,
            sections=sections(notebook),
            hint=lambda cell: cell.data.hint or self.words.hint(cell.section, locale),
            reader=reader_name(request),
            share=await self.share(notebook),
            published=await self.published(notebook),
            thread_about=await self.discussion.about(notebook) if self.discussion else "",
        )
        # What people wrote over a clip may go on showing it.
        response[SHOWN_FILES] = own_files(notebook)
        self.pages.remember_zone(response, notebook.zone)
        return response

    async def version(self, request: web.Request) -> web.StreamResponse:
        """What an open page asks every few seconds."""
        notebook = await self.store.get(request.match_info["id"])
        return web.json_response({"version": notebook.version}, headers=HEADERS)

    async def retitle(self, request: web.Request) -> web.StreamResponse:
        title = str((await request.post()).get("title", ""))
        return await self._changed(request, lambda notebook: rename(notebook, title), "top")

    async def comment(self, request: web.Request) -> web.StreamResponse:
        form, name = await request.post(), await _name(request)
        text = checked(str(form.get("text", ""))).strip()
        if not text:
            raise Misunderstood("There is nothing to say: the comment is empty.")
        # The page makes the key when it is drawn, so that pressing twice says it once.
        key = f"page/{form_key(form)}"
        comment = Comment(key, self.now(), text, name, via="page")
        response = await self._changed(
            request, lambda notebook: merge(notebook, [comment], self.words.for_notebook(notebook)), "comments"
        )
        if self.discussion:
            await self.discussion.pass_on(await self.store.get(request.match_info["id"]), key)
        return response

    async def add(self, request: web.Request) -> web.StreamResponse:
        form, name = await request.post(), await _name(request)
        id = form_key(form)
        text, after = str(form.get("text", "")), str(form.get("after", ""))

        def added(notebook: Notebook) -> Notebook:
            known = notebook.cell(id)
            return notebook if known else add_cell(notebook, markdown=text, after=after, author=name, id=lambda: id)

        return await self._changed(request, added, f"cell-{id}")

    async def edit(self, request: web.Request) -> web.StreamResponse:
        form, name, id = await request.post(), await _name(request), request.match_info["cell"]
        text, seen = str(form.get("text", "")), str(form.get("seen", ""))
        try:
            return await self._changed_cell(
                request,
                lambda notebook: edit_cell(notebook, id, markdown=text, seen=seen, author=name),
                f"cell-{id}",
            )
        except EditConflict as conflict:
            notebook = await self.store.get(request.match_info["id"])
            return self.pages.response(
                "conflict", notebook.locale, status=409, notebook=notebook, conflict=conflict, cell=id, reader=name
            )

    async def remove(self, request: web.Request) -> web.StreamResponse:
        id, seen = request.match_info["cell"], str((await request.post()).get("seen", ""))
        return await self._changed_cell(request, lambda notebook: remove_cell(notebook, id, seen=seen), "removed")

    async def restore(self, request: web.Request) -> web.StreamResponse:
        id = request.match_info["cell"]
        return await self._changed_cell(request, lambda notebook: restore_cell(notebook, id), f"cell-{id}")

    async def file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        size = await self.files.size(name)
        kind = name.rpartition(".")[2]
        headers = {
            **HEADERS,
            "Content-Security-Policy": PLAYABLE if kind == "mp4" else "default-src 'none'; sandbox",
            "Cache-Control": f"private, max-age={31_536_000 if self.files_elsewhere else 3600}, immutable",
            # Notebooks elsewhere, such as Datadog's, show it by its address, which nobody can guess.
            "Cross-Origin-Resource-Policy": "cross-origin" if self.files_elsewhere else "same-origin",
        }
        asked, stream = StoredBytes(size, CONTENT_TYPES[kind], headers), partial(self.files.stream, name)
        return await asked.response(request, stream)

    async def _changed_cell(
        self, request: web.Request, fn: Callable[[Notebook], Notebook], anchor: str
    ) -> web.StreamResponse:
        """Whoever doesn't see a clip doesn't write in its place, either. Raises Misunderstood."""
        if not viewer().clips:
            notebook, id = await self.store.get(request.match_info["id"]), request.match_info["cell"]
            if notebook.cell(id) != as_viewer_sees(notebook).cell(id):
                raise Misunderstood(HIDDEN)
        return await self._changed(request, fn, anchor)

    async def _changed(
        self, request: web.Request, fn: Callable[[Notebook], Notebook], anchor: str
    ) -> web.StreamResponse:
        notebook = await change(self.store, request.match_info["id"], fn, most=MOST_BY_HAND)
        response = self.pages.see_other(notebook.path, anchor)
        if name := clean_name(str((await request.post()).get("name", ""))):
            self.pages.remember_name(response, name)
        return response


async def _is_visible(notebook: Notebook) -> bool:
    who = viewer()
    return await who.sees(notebook.team, notebook.channel) and await who.reads(notebook.team, notebook.channel)


async def _name(request: web.Request) -> str:
    return given_name(str((await request.post()).get("name", "")))


def sections(notebook: Notebook) -> list[list[object]]:
    """The shown cells cut at the headings; what stands before the first one comes first, without a heading."""
    cut: list[list[object]] = [[]]
    for cell in notebook.shown:
        if cell.section:
            cut.append([])
        cut[-1].append(cell)
    return [cells for cells in cut if cells]
