"""The list of post-mortems: how each stands, and which of them a search finds."""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.kernel.locale import Locale
from bot.notebook.cell_data import FollowUp, Number
from bot.notebook.head import Head
from bot.notebook.notebook import Notebook
from bot.notebook.ports import NotebookStore

SETTLED = frozenset({"done", "verified", "improved", "not_doing", "closed"})
"""States of a follow-up that nobody waits for any more."""
READ_AT_ONCE = 50
MOST_READ = 1000
Visible = Callable[[Notebook], Awaitable[bool]]
"""How many of the newest notebooks a search goes through."""


@dataclass(frozen=True, slots=True)
class ListedNotebook:
    """A notebook and what a line of the list says of it. `age_days` are whole days since it was opened."""

    notebook: Notebook
    age_days: int
    open_follow_ups: int
    overdue: int

    @property
    def head(self) -> Head:
        return self.notebook.head


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of the list. `searched_all` is False where there are older notebooks than a search goes through."""

    rows: Sequence[ListedNotebook]
    page: int
    more: bool
    searched_all: bool = True


def listed(notebook: Notebook, now: datetime) -> ListedNotebook:
    waiting = [row for row in notebook.follow_ups if row.state not in SETTLED]
    late = [row for row in waiting if is_overdue(row, now, notebook)]
    age = (now - notebook.created).days
    return ListedNotebook(notebook, max(age, 0), len(waiting), len(late))


def is_overdue(row: FollowUp, now: datetime, notebook: Notebook) -> bool:
    """Whether its day is over, where the notebook is read."""
    return row.due is not None and row.due < now.astimezone(notebook.locale.zone).date()


async def search(  # noqa: PLR0913 - one keyword a fact; callers name them
    store: NotebookStore,
    words: str,
    *,
    now: datetime,
    locale: Locale,
    team: str | None = None,
    page: int = 1,
    size: int = 50,
    visible: Visible | None = None,
) -> ListPage:
    """One page of the newest notebooks of a team, or of all, that are visible and in which every word is found."""
    wanted = [_folded(word) for word in words.split()[:20]]
    skip = (max(page, 1) - 1) * size
    rows: list[ListedNotebook] = []
    read = 0
    async for notebook in _newest(store, team):
        read += 1
        if not fits(notebook, wanted, locale) or not (visible is None or await visible(notebook)):
            continue
        if skip:
            skip -= 1
            continue
        if len(rows) == size:
            return ListPage(rows, page, more=True)
        rows.append(listed(notebook, now))
    return ListPage(rows, page, more=False, searched_all=read < MOST_READ)


def fits(notebook: Notebook, wanted: Sequence[str], locale: Locale) -> bool:
    """Whether every folded word is found. Spaces don't count, because Korean is written with them and without."""
    if not wanted:
        return True
    text = "\n".join(map(_folded, _searched(notebook, locale)))
    return all(word in text for word in wanted)


async def _newest(store: NotebookStore, team: str | None) -> AsyncIterator[Notebook]:
    for start in range(0, MOST_READ, READ_AT_ONCE):
        notebooks = await store.list(team, READ_AT_ONCE, start)
        for notebook in notebooks:
            yield notebook
        if not notebooks:
            return


def _searched(notebook: Notebook, locale: Locale) -> Iterator[str]:
    """What a search looks at: titles, channels, features, errors, and how far and how grave it is."""
    head = notebook.head
    yield from (notebook.title, f"#{notebook.channel_name}", head.topic, head.incident, *head.features, *head.services)
    yield from (str(head.status), status_text(head, locale))
    if head.severity is not None:
        yield from (f"SEV-{head.severity.value}", f"sev{head.severity.value}")
    for cell in notebook.cells:
        if isinstance(cell.data, Number):
            yield from (cell.data.top_error, cell.data.question, cell.data.title, *cell.data.targets)
    for row in notebook.follow_ups:
        yield from (row.what, row.ticket)


def status_text(head: Head, locale: Locale) -> str:
    """The name of the document's status."""
    return {
        "draft": locale.text("Draft"),
        "in_review": locale.text("In review"),
        "published": locale.text("Published"),
    }[str(head.status)]


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
