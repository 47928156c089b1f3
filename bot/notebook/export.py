"""A notebook on its way out of the house: what an export leaves out, and the Markdown with its files as one ZIP."""

from __future__ import annotations

import asyncio
import re
import zipfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import msgspec

from bot.kernel.errors import Missing
from bot.kernel.locale import Locale
from bot.notebook.cell_data import Discussion, FollowUps, StoredClip
from bot.notebook.key_times import KeyTimes
from bot.notebook.merge import Write
from bot.notebook.notebook import Cell, Notebook, digest
from bot.notebook.notebook_text import NotebookText, escaped, offset
from bot.notebook.own_files import own_files
from bot.notebook.ports import Files
from bot.notebook.timeline import Timeline
from bot.replay.encode.first_frame import first_frame

DOCUMENT = "postmortem.md"
FOLDER = "files"
OUR_FILE = re.compile(r"/files/([0-9a-f]{64}\.(gif|png|mp4))")
_LINKED_FILE = re.compile(rf"(\]\()(?:https?://[^/\s()]+)?(?:/[\w.~-]+)*?{OUR_FILE.pattern}(?=[)\s])")


def has_content(cell: Cell) -> bool:
    """Whether a reader elsewhere would see anything of the cell: one that only waits to be filled says nothing."""
    if cell.section:
        return bool(cell.body)
    if cell.edited or not cell.data:
        return bool(cell.markdown.strip())
    match cell.data:
        case Timeline() | Discussion():
            return bool(cell.data.shown)
        case FollowUps():
            return bool(cell.data.rows)
        case KeyTimes():
            return bool(cell.data.known)
    return True


def sections_of(notebook: Notebook) -> list[list[Cell]]:
    """The shown cells cut at the headings, without the sections in which there is nothing yet."""
    cut: list[list[Cell]] = [[]]
    for cell in notebook.shown:
        if cell.section:
            cut.append([])
        if cell.section or has_content(cell):
            cut[-1].append(cell)
    return [cells for cells in cut if any(map(has_content, cells))]


def written_markdown(notebook: Notebook, words: NotebookText, base_url: str) -> str:
    """The notebook as Markdown, without the sections in which there is nothing yet."""
    cells = tuple(cell for section in sections_of(notebook) for cell in section)
    written = msgspec.structs.replace(notebook, cells=cells)
    return words.to_markdown(written, notebook.locale, base_url=base_url)


def shortened(notebook: Notebook, write: Write) -> Notebook:
    """The short version: of the timeline what people starred, and no discussion. `write` words a timeline."""
    kept = (cell for cell in notebook.cells if not isinstance(cell.data, Discussion))
    return msgspec.structs.replace(notebook, cells=tuple(_short_cell(cell, write) for cell in kept))


def _short_cell(cell: Cell, write: Write) -> Cell:
    if not isinstance(cell.data, Timeline) or cell.edited:
        return cell
    starred = Timeline(cell.data.starred)
    text = write(starred)
    return msgspec.structs.replace(cell, data=starred, markdown=text, written=digest(text))


def linked_files(notebook: Notebook) -> dict[str, None]:
    """Names of the notebook's own files that its shown cells refer to, in their order; a poster belongs to its clip."""
    names, own = dict[str, None](), own_files(notebook)
    for cell in notebook.shown:
        if isinstance(cell.data, StoredClip) and not cell.edited:
            names[cell.data.file] = None
        else:
            names |= dict.fromkeys(match[1] for match in OUR_FILE.finditer(cell.markdown) if match[1] in own)
    return names


def clips_of(notebook: Notebook) -> list[StoredClip]:
    """The shown clips that no person rewrote, each file once."""
    clips = (cell.data for cell in notebook.shown if isinstance(cell.data, StoredClip) and not cell.edited)
    return list({clip.file: clip for clip in clips}.values())


@dataclass(frozen=True, slots=True)
class Archived:
    """One file of the archive. `stored` is its name in the data folder; a `still` is the first picture of that."""

    name: str
    stored: str = ""
    still: bool = False
    text: str = ""


def archived_files(notebook: Notebook) -> list[Archived]:
    """The files beside the document, under names that say what they are and are safe on every disk."""
    files: list[Archived] = []
    for number, clip in enumerate(clips_of(notebook), 1):
        name = f"clip-{number}"
        files.append(Archived(f"{name}.{_kind(clip.file)}", clip.file))
        files.append(Archived(f"{name}-still.png", clip.poster or clip.file, still=True))
        files.append(Archived(f"{name}-transcript.txt", text=transcript_text(clip)))
    known = {file.stored for file in files}
    others = [name for name in linked_files(notebook) if name not in known]
    return files + [Archived(f"picture-{number}.{_kind(name)}", name) for number, name in enumerate(others, 1)]


def transcript_text(clip: StoredClip) -> str:
    """A clip in words: what it shows, and each line with its time."""
    lines = [f"{offset(line.at_ms)} {' '.join(line.text.split())}" for line in clip.transcript]
    return "\n".join([clip.caption, "", clip.alt_text, "", *lines]).rstrip() + "\n"


def relative_links(markdown: str, files: list[Archived]) -> str:
    """The text with its links to stored files leading to those of the archive."""
    names = {file.stored: file.name for file in reversed(files) if file.stored}

    def replaced(match: re.Match[str]) -> str:
        return f"{match[1]}{FOLDER}/{names[match[2]]}" if match[2] in names else match[0]

    return _LINKED_FILE.sub(replaced, markdown)


async def zipped(notebook: Notebook, words: NotebookText, files: Files, base_url: str) -> AsyncIterator[bytes]:
    """Yields a ZIP piece by piece, one file of the notebook in memory at a time.

    A file that is not kept any more is left out, and the document says so at its end.
    """
    pieces, wanted, lost = _Pieces(), archived_files(notebook), list[str]()
    with zipfile.ZipFile(pieces, "w") as archive:
        for file in wanted:
            try:
                data = file.text.encode() if not file.stored else await _read(files, file)
            except Missing:
                lost.append(file.name)
                continue
            archive.writestr(_entry(notebook, f"{FOLDER}/{file.name}", compressed=not file.stored), data)
            for piece in pieces.taken():
                yield piece
        markdown = relative_links(written_markdown(notebook, words, base_url), wanted)
        archive.writestr(_entry(notebook, DOCUMENT, compressed=True), markdown + _lost_line(lost, notebook.locale))
    for piece in pieces.taken():
        yield piece


async def _read(files: Files, file: Archived) -> bytes:
    data = await files.get(file.stored)
    return await asyncio.to_thread(first_frame, data, _kind(file.stored)) if file.still else data


def _lost_line(lost: list[str], locale: Locale) -> str:
    if not lost:
        return ""
    sentence = locale.text("These files are not kept any more: %(names)s.", names=escaped(", ".join(lost)))
    return f"\n_{sentence}_\n"


def _entry(notebook: Notebook, name: str, *, compressed: bool) -> zipfile.ZipInfo:
    """Dated as the notebook is, so that the same notebook gives the same archive."""
    opened = notebook.created.astimezone(notebook.locale.zone)
    entry = zipfile.ZipInfo(name, (max(opened.year, 1980), *opened.timetuple()[1:6]))
    entry.compress_type = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    entry.external_attr = 0o644 << 16
    return entry


def _kind(name: str) -> str:
    return name.rpartition(".")[2]


class _Pieces:
    """What an archive is written to and taken from; it can't be sought in."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._waiting.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing has to be freed."""

    def taken(self) -> Iterator[bytes]:
        waiting, self._waiting = self._waiting, []
        return iter(waiting)
