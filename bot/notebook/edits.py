"""What people do to a notebook. Each edit names the text it started from, so that nobody writes over anybody.

The bot never calls these. A cell that people edit or write is kept, byte for byte, whatever the bot adds later.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from bot.kernel.errors import Conflict, Missing, Misunderstood
from bot.kernel.escape import straight
from bot.notebook.merge import Put, Write, merge, new_id
from bot.notebook.notebook import Cell, Notebook, digest
from bot.notebook.room import TOO_MANY_PARTS
from bot.notebook.timeline import Correction, Entry, Timeline

MAX_TEXT = 50_000
MAX_CELLS = 500


class EditConflict(Conflict):
    """Someone changed the cell in the meantime. `theirs` is what it says now, `mine` what was to be written."""

    def __init__(self, sentence: str, /, theirs: Cell | None, mine: str, **values: object) -> None:
        super().__init__(sentence, **values)
        self.theirs = theirs
        self.mine = mine


def edit_cell(notebook: Notebook, id: str, *, markdown: str, seen: str, author: str) -> Notebook:
    """Rewrite a cell's text; a section keeps its title above it. `seen` is the digest of the cell the person saw.

    Raises EditConflict with both texts.
    """
    cell, mine = notebook.cell(id), checked(markdown)
    if cell is None:
        raise EditConflict("This part is gone; your text was not saved yet.", None, mine)
    if cell.body == mine:
        return notebook
    if digest(cell.markdown) != seen:
        if cell.author:
            raise EditConflict("This part was changed by %(who)s while you wrote.", cell, mine, who=cell.author)
        raise EditConflict("This part was changed while you wrote.", cell, mine)
    whole = f"{cell.markdown.strip().partition(chr(10))[0]}\n\n{mine}".rstrip() if cell.heading else mine
    return _replaced(notebook, msgspec.structs.replace(cell, markdown=whole, author=author))


def add_cell(notebook: Notebook, *, markdown: str, after: str, author: str, id: Callable[[], str] = new_id) -> Notebook:
    """A new cell of people's, after the cell `after` or at the end when that is gone."""
    text = checked(markdown)
    if not text.strip():
        raise Misunderstood("There is nothing to add: the text is empty.")
    if len(notebook.cells) >= MAX_CELLS:
        raise Misunderstood(TOO_MANY_PARTS, n=notebook.locale.number(MAX_CELLS))
    cells = notebook.cells
    at = next((i + 1 for i, cell in enumerate(cells) if cell.id == after), len(cells))
    fresh = Cell(id(), text, author=author)
    return msgspec.structs.replace(notebook, cells=(*cells[:at], fresh, *cells[at:]))


def remove_cell(notebook: Notebook, id: str, *, seen: str) -> Notebook:
    """Take a cell out of sight; it can be put back. Raises Missing, EditConflict when its text isn't the one seen."""
    cell = _found(notebook, id)
    if cell.removed:
        return notebook
    if digest(cell.markdown) != seen:
        raise EditConflict("This part was changed, so it was not removed.", cell, "")
    return _replaced(notebook, msgspec.structs.replace(cell, removed=True))


def restore_cell(notebook: Notebook, id: str) -> Notebook:
    cell = _found(notebook, id)
    return _replaced(notebook, msgspec.structs.replace(cell, removed=False)) if cell.removed else notebook


class EntryEdit(msgspec.Struct, frozen=True):
    """What a person wants an entry of the timeline to say: None leaves the text, or the time, as it is."""

    author: str
    text: str | None = None
    at: datetime | None = None


def entry_digest(entry: Entry) -> str:
    """A fingerprint of what a person sees of an entry, to tell whether it is still that."""
    return digest(repr((entry.when, entry.rewritten, entry.markdown or entry.text, entry.values)))


def edit_entry(notebook: Notebook, key: str, edit: EntryEdit, *, seen: str, write: Write) -> Notebook:
    """Puts a person's words, or time, over an entry. `seen` is the digest of the entry that they saw.

    Raises Missing, Misunderstood for an empty text, and EditConflict.
    """
    entry = _entry(notebook, key)
    mine = None if edit.text is None else _not_empty(edit.text)
    before = entry.corrected or Correction("")
    if (mine is None or mine == before.text) and (edit.at is None or edit.at == before.at):
        return notebook
    if entry_digest(entry) != seen:
        theirs = Cell(key, entry.rewritten or entry.markdown or entry.text, author=before.by)
        raise EditConflict("This entry was changed while you wrote.", theirs, mine or "")
    text, at = before.text if mine is None else mine, edit.at or before.at
    return _with_entry(notebook, entry, write, corrected=Correction(edit.author, text, at))


def add_entry(notebook: Notebook, key: str, edit: EntryEdit, *, at: datetime, write: Write) -> Notebook:
    """A person's own entry; the same key again adds nothing. Raises Misunderstood for an empty text."""
    text = _not_empty(edit.text or "")
    timeline = timeline_of(notebook)
    if timeline.entry(key):
        return notebook
    if len(timeline.entries) >= MAX_CELLS * 4:
        raise Misunderstood("This timeline is full.")
    return merge(notebook, [Entry(key, at, text, who=edit.author, markdown=text)], write)


def hide_entry(notebook: Notebook, key: str, *, hidden: bool, write: Write) -> Notebook:
    """Takes an entry out of sight, or puts it back. Raises Missing."""
    entry = _entry(notebook, key)
    return notebook if entry.hidden is hidden else _with_entry(notebook, entry, write, hidden=hidden)


def star_entry(notebook: Notebook, key: str, *, starred: bool, write: Write) -> Notebook:
    """Only starred entries go into short exports. Raises Missing."""
    entry = _entry(notebook, key)
    return notebook if entry.starred is starred else _with_entry(notebook, entry, write, starred=starred)


def timeline_of(notebook: Notebook) -> Timeline:
    """Returns the timeline with its hidden entries and tombstones; an empty one where the notebook has none."""
    cell = notebook.managed(Timeline.marker)
    return cell.data if cell and isinstance(cell.data, Timeline) else Timeline()


def _not_empty(text: str) -> str:
    """Raises Misunderstood."""
    if not (stripped := checked(text).strip()):
        raise Misunderstood("There is nothing to add: the text is empty.")
    return stripped


def _entry(notebook: Notebook, key: str) -> Entry:
    entry = timeline_of(notebook).entry(key)
    if entry is None or not entry.listed:
        raise Missing("This entry of the timeline is gone.")
    return entry


def _with_entry(notebook: Notebook, entry: Entry, write: Write, **changes: object) -> Notebook:
    after = timeline_of(notebook).with_entry(msgspec.structs.replace(entry, **changes))
    return merge(notebook, [Put(Timeline.marker, "timeline", after)], write)


def rename(notebook: Notebook, title: str) -> Notebook:
    """A new title, on one line."""
    shown = " ".join(straight(title).split())[:200]
    if not shown:
        raise Misunderstood("A post-mortem needs a title.")
    if shown == notebook.title:
        return notebook
    head = msgspec.structs.replace(notebook.head, by_people=notebook.head.by_people | {"title"})
    return msgspec.structs.replace(notebook, title=shown, head=head)


def checked(markdown: str) -> str:
    """People's text as it is kept: browsers send CRLF, the rest stays byte for byte. Raises Misunderstood."""
    text = markdown.replace("\r\n", "\n")
    if len(text) > MAX_TEXT:
        raise Misunderstood("The text is too long: at most 50,000 characters fit.")
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise Misunderstood("The text holds characters that cannot be stored.")
    return text


def _found(notebook: Notebook, id: str) -> Cell:
    cell = notebook.cell(id)
    if cell is None:
        raise Missing("This part of the post-mortem is gone.")
    return cell


def _replaced(notebook: Notebook, cell: Cell) -> Notebook:
    cells = tuple(cell if other.id == cell.id else other for other in notebook.cells)
    return msgspec.structs.replace(notebook, cells=cells)
