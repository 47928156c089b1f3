"""The forms of the timeline: an entry is edited, starred, hidden or put back; people add entries of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.notebook.edits import (
    EditConflict,
    EntryEdit,
    add_entry,
    edit_entry,
    entry_digest,
    hide_entry,
    star_entry,
    timeline_of,
)
from bot.notebook.notebook import Notebook
from bot.notebook.notebook_text import NotebookText
from bot.notebook.ports import NotebookStore, change
from bot.notebook.room import MOST_BY_HAND
from bot.web.html_pages import HtmlPages, form_key, given_name, local_moment


@dataclass(frozen=True, slots=True)
class TimelineForm:
    """What a form of the timeline sent: `do` with the entry `key`."""

    do: str
    key: str
    text: str
    at: str
    seen: str
    name: str

    @classmethod
    async def read(cls, request: web.Request) -> TimelineForm:
        form = await request.post()
        do, key, text, at, seen = (str(form.get(name, "")) for name in ("do", "key", "text", "at", "seen"))
        return cls(do, form_key(form) if do == "add" else key, text, at, seen, str(form.get("name", "")))


@dataclass(frozen=True, slots=True)
class TimelinePages:
    store: NotebookStore
    words: NotebookText
    pages: HtmlPages

    def routes(self, page: str) -> list[web.RouteDef]:
        return [web.post(f"{page}/timeline", self.pages.guarded(self.change))]

    async def change(self, request: web.Request) -> web.StreamResponse:
        form, id = await TimelineForm.read(request), request.match_info["id"]
        try:
            notebook = await change(self.store, id, self._deed(form), most=MOST_BY_HAND)
        except EditConflict as conflict:
            return await self._both(id, form, conflict)
        response = self.pages.see_other(notebook.path, _anchor(form))
        if form.name:
            self.pages.remember_name(response, given_name(form.name))
        return response

    def _deed(self, form: TimelineForm) -> Callable[[Notebook], Notebook]:
        """Raises Misunderstood for a form that isn't one of ours."""
        key, writer = form.key, self.words.for_notebook
        match form.do:
            case "star" | "unstar":
                return lambda it: star_entry(it, key, starred=form.do == "star", write=writer(it))
            case "hide" | "show":
                return lambda it: hide_entry(it, key, hidden=form.do == "hide", write=writer(it))
            case "edit" if given_name(form.name):
                return lambda it: edit_entry(it, key, self._edit(it, form), seen=form.seen, write=writer(it))
            case "add" if given_name(form.name):
                return lambda it: self._added(it, form)
        raise Misunderstood("This form is from another version of the bot; please load the page again.")

    def _edit(self, notebook: Notebook, form: TimelineForm) -> EntryEdit:
        """What differs from what the form showed. Browsers send line ends of their own."""
        locale = notebook.locale
        entry = timeline_of(notebook).entry(form.key)
        text = form.text.replace("\r\n", "\n").strip()
        if entry is None or entry_digest(entry) != form.seen:
            return EntryEdit(given_name(form.name), text, moment(form.at, locale))
        same_text = text == self.words.entry(entry, locale).strip()
        same_time = form.at == local_moment(entry.when, locale)
        return EntryEdit(
            given_name(form.name), None if same_text else text, None if same_time else moment(form.at, locale)
        )

    def _added(self, notebook: Notebook, form: TimelineForm) -> Notebook:
        edit = EntryEdit(given_name(form.name), form.text)
        at, key = moment(form.at, notebook.locale), f"page/{form.key}"
        return add_entry(notebook, key, edit, at=at, write=self.words.for_notebook(notebook))

    async def _both(self, id: str, form: TimelineForm, conflict: EditConflict) -> web.StreamResponse:
        notebook = await self.store.get(id)
        entry = timeline_of(notebook).entry(form.key)
        hidden = {"do": "edit", "key": form.key, "at": form.at, "seen": entry_digest(entry) if entry else ""}
        return self.pages.response(
            "conflict",
            notebook.locale,
            status=409,
            notebook=notebook,
            conflict=conflict,
            cell="",
            reader=form.name,
            action=f"{notebook.path}/timeline",
            hidden=hidden,
            back=_anchor(form),
        )


def moment(text: str, locale: Locale) -> datetime:
    """A form's field in the reader's zone. Raises Misunderstood."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise Misunderstood("Please give the time as a date and a time of day.") from None
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=locale.zone)
    if not 1970 < parsed.year < 2200:
        raise Misunderstood("Please give the time as a date and a time of day.")
    return parsed


def _anchor(form: TimelineForm) -> str:
    return f"entry-{'page/' if form.do == 'add' else ''}{form.key}"
