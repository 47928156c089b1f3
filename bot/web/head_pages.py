"""The form of a post-mortem's head: status, severity and who has which part, set by people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

import msgspec
from aiohttp import web

from bot.kernel.clock import Clock
from bot.kernel.errors import Misunderstood
from bot.notebook.channel_topic import known_person, read_severity
from bot.notebook.head import DocumentStatus, Participant, Severity
from bot.notebook.head_edits import (
    FIELDS,
    HeadChange,
    HeadConflict,
    change_head,
    everybody,
    read_status,
)
from bot.notebook.notebook import Notebook, digest
from bot.notebook.ports import NotebookStore, change
from bot.notebook.room import MOST_BY_HAND
from bot.web.access.viewer import viewer
from bot.web.html_pages import HtmlPages, clean_name, given_name

Changed = Callable[[Notebook], Awaitable[object]]


def head_routes(
    store: NotebookStore,
    pages: HtmlPages,
    *,
    now: Clock,
    finishing: Changed | None = None,
    changed: Changed | None = None,
) -> list[web.RouteDef]:
    """The form's route. `changed` hears of every notebook whose head was set; it may come twice for one change.

    `finishing` hears of one before it is called published.
    """
    form = _HeadPages(store, pages, now, finishing, changed)
    return [web.post(r"/notebooks/{id:[\w-]+}/head", pages.guarded(form.change))]


@dataclass(frozen=True, slots=True)
class _HeadPages:
    store: NotebookStore
    pages: HtmlPages
    now: Clock
    finishing: Changed | None = None
    changed: Changed | None = None

    async def change(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        name, id = given_name(form.get("name", "")), request.match_info["id"]
        if self.finishing and "status" in _wanted(form) and read_status(form["status"]) is DocumentStatus.PUBLISHED:
            await self.finishing(await self.store.get(id))
        try:
            notebook = await change(self.store, id, lambda now: self._with(now, form, name), most=MOST_BY_HAND)
        except HeadConflict as conflict:
            notebook = await self.store.get(id)
            locale = notebook.locale
            values = {"notebook": notebook, "conflict": conflict, "reader": name}
            return self.pages.response("head_conflict", locale, status=409, **values)
        if self.changed:
            await self.changed(notebook)
        response = self.pages.see_other(notebook.path, "top")
        self.pages.remember_name(response, name)
        return response

    def _with(self, notebook: Notebook, form: Mapping[str, str], name: str) -> Notebook:
        """What was left as it was seen is no wish of whoever sends the form."""
        seen = {field: form.get(f"seen_{field}", "") for field in FIELDS}
        who = Participant(name, viewer().user) if viewer().user else _person(notebook, name) or Participant(name)
        return change_head(notebook, _wish(notebook, form, _wanted(form)), who=who, at=self.now(), seen=seen)


def _wanted(form: Mapping[str, str]) -> list[str]:
    """The fields that were changed since they were seen."""
    return [field for field in FIELDS if field in form and digest(form[field].strip()) != form.get(f"seen_{field}", "")]


def _wish(notebook: Notebook, form: Mapping[str, str], wanted: Iterable[str]) -> HeadChange:
    """Raises Misunderstood for a value that no form of ours has."""
    wish = HeadChange()
    for field in wanted:
        text = form[field].strip()
        match field:
            case "status":
                value: object = read_status(text)
            case "severity":
                value = _severity(text)
            case _:
                value = _person(notebook, clean_name(text))
        wish = msgspec.structs.replace(wish, **{field: value})
    return wish


def _severity(text: str) -> Severity | None:
    level = read_severity(text)
    if text and level is None:
        raise Misunderstood("A severity is a number from 0 to 5, such as 2 or SEV-2, not “%(text)s”.", text=text[:40])
    return level


def _person(notebook: Notebook, name: str) -> Participant | None:
    """Whoever of the incident has this very name, or else the name alone."""
    if not name:
        return None
    known = known_person(name, everybody(notebook))
    return known if known and known.name.casefold() == name.casefold() else Participant(name)
