"""Forms of the notebook page by which people correct its key times, or take the proposals back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.kernel.clock import Clock
from bot.kernel.errors import Missing, Misunderstood
from bot.kernel.locale import Locale
from bot.notebook.key_time_edits import correct_key_time, reset_key_time
from bot.notebook.key_times import KeyTimeKind, KeyTimes
from bot.notebook.notebook import Notebook
from bot.notebook.notebook_text import NotebookText
from bot.notebook.ports import NotebookStore, change
from bot.notebook.room import MOST_BY_HAND
from bot.notebook.typed_time import read_typed_time
from bot.web.html_pages import HtmlPages, given_name

Changed = Callable[[Notebook], Awaitable[None]]


async def _nobody(_notebook: Notebook) -> None:
    return None


def key_time_routes(
    store: NotebookStore,
    words: NotebookText,
    pages: HtmlPages,
    *,
    now: Clock,
    changed: Changed = _nobody,
) -> list[web.RouteDef]:
    """Routes below a notebook's page. `changed` is told of a notebook whose span is another one now."""
    handlers = _KeyTimePages(store, words, pages, now, changed)
    path = r"/notebooks/{id:[\w-]+}/keytimes/{kind}"
    return [
        web.post(path, pages.guarded(handlers.correct)),
        web.post(f"{path}/proposal", pages.guarded(handlers.reset)),
    ]


@dataclass(frozen=True, slots=True)
class _KeyTimePages:
    store: NotebookStore
    words: NotebookText
    pages: HtmlPages
    now: Clock
    changed: Changed

    async def correct(self, request: web.Request) -> web.StreamResponse:
        form, kind = await request.post(), _kind(request)
        name, seen = given_name(str(form.get("name", ""))), str(form.get("seen", ""))
        notebook = await self.store.get(request.match_info["id"])
        locale = notebook.locale
        at = self._moment(dict(form), notebook.key_times, kind, locale)
        response = await self._change(
            request,
            kind,
            lambda current: correct_key_time(
                current, kind, at, by=name, seen=seen, locale=locale, write=self.words.for_notebook(current)
            ),
        )
        self.pages.remember_name(response, name)
        return response

    async def reset(self, request: web.Request) -> web.StreamResponse:
        kind, seen = _kind(request), str((await request.post()).get("seen", ""))

        def proposed(current: Notebook) -> Notebook:
            locale = current.locale
            return reset_key_time(current, kind, seen=seen, locale=locale, write=self.words.for_notebook(current))

        return await self._change(request, kind, proposed)

    def _moment(self, form: dict[str, object], times: KeyTimes, kind: KeyTimeKind, locale: Locale) -> datetime | None:
        """What was pressed or typed. Raises Misunderstood."""
        if form.get("how") == "none" and kind is not KeyTimeKind.IMPACT_START:
            return None
        text = str(form.get("other") or form.get("at") or "").strip()
        if not text:
            raise Misunderstood("There is no time to save: the field is empty.")
        held = times.of(kind)
        known = [time.at for time in times.known if time.at]
        near = held.at if held and held.at else min(known, default=self.now())
        return read_typed_time(text, locale, near, self.now())

    async def _change(
        self, request: web.Request, kind: KeyTimeKind, fn: Callable[[Notebook], Notebook]
    ) -> web.Response:
        before = await self.store.get(request.match_info["id"])
        notebook = await change(self.store, before.id, fn, most=MOST_BY_HAND)
        if notebook.version != before.version:
            await self.changed(notebook)
        cell = notebook.managed(KeyTimes.marker)
        return self.pages.see_other(notebook.path, f"{kind}-{cell.id}" if cell else "top")


def _kind(request: web.Request) -> KeyTimeKind:
    try:
        return KeyTimeKind(request.match_info["kind"])
    except ValueError:
        raise Missing("There is no such page.") from None
