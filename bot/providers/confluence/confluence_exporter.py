"""Post-mortems as Confluence pages: one page for each, brought up to date in place, what people wrote there kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from redis.asyncio import Redis

from bot.kernel.errors import Conflict, Missing, ReplaybookError, Unavailable
from bot.notebook.export import clips_of, linked_files, sections_of
from bot.notebook.notebook import Notebook
from bot.notebook.ports import Outgoing, Published
from bot.providers.confluence import confluence_calls as calls
from bot.providers.confluence.confluence_calls import Page
from bot.providers.confluence.confluence_client import ConfluenceClient, ConfluenceRefused
from bot.providers.confluence.managed_parts import (
    FoundPart,
    Merged,
    PagePart,
    WrittenPart,
    found_parts,
    marker,
    merged,
    words_digest,
)
from bot.providers.confluence.storage_format import StorageFormat, attribute
from bot.state import keys
from bot.state.locks import held
from bot.state.records import Records, RecordStore

ATTEMPTS = 5
WAIT_S = 60.0
TYPES = {"gif": "image/gif", "png": "image/png", "mp4": "video/mp4"}
ABOUT, HEAD = "about", "head"


class ConfluencePage(msgspec.Struct, frozen=True):
    """What is known of a notebook's page: what was written last, and what was being written when no answer came."""

    id: str
    link: str
    title: str
    version: int = 0
    parts: dict[str, WrittenPart] = {}
    pending: dict[str, WrittenPart] = {}


class ConfluenceExporter:
    """The Exporter of one space. `parent` is the number of the page that new ones are put under."""

    title = "Confluence"

    def __init__(
        self, client: ConfluenceClient, redis: Redis, records: RecordStore, space: str, parent: str = ""
    ) -> None:
        self._client = client
        self._redis = redis
        self._space = space
        self._parent = parent
        self._pages = Records(records, ConfluencePage)

    async def link(self, notebook: Notebook) -> str:
        known = await self._pages.get(_key(notebook))
        return known[0].link if known else ""

    async def put(self, outgoing: Outgoing) -> Published:
        """Raises Conflict for a title that another page has, and what `confluence_client` says."""
        return await self.update(outgoing)

    async def update(self, outgoing: Outgoing) -> Published:
        """Makes the page where there is none, or where it was deleted. Raises as `put`."""
        notebook = outgoing.notebook
        async with held(self._redis, keys.lock(_key(notebook)), wait=WAIT_S):
            page = await self._page(outgoing)
            last: ReplaybookError | None = None
            attached, left_out = await self._attached(page, outgoing)
            parts = parts_of(outgoing, attached)
            for _ in range(ATTEMPTS):
                try:
                    return await self._written(page, notebook, parts, left_out)
                except TitleTaken:
                    raise
                except (Conflict, Unavailable) as failed:
                    last = failed  # the page moved on, or the answer was lost: what it is now says what is left to do
                page = await calls.page_of(self._client, page.id)
            raise last or Conflict("Someone changed the page in Confluence at the same moment.")

    async def _page(self, outgoing: Outgoing) -> Page:
        """The notebook's page, made where there is none: sections come when their files are attached."""
        notebook = outgoing.notebook
        if known := await self._pages.get(_key(notebook)):
            try:
                return await calls.page_of(self._client, known[0].id)
            except Missing:
                await self._pages.delete(_key(notebook), known[1])
        space, title = await calls.space_of(self._client, self._space), _title(notebook)
        for attempt in range(ATTEMPTS):
            page = await calls.page_titled(self._client, space.id, title)
            if page is not None and marker(notebook.id, "") not in page.storage:
                raise self._taken(title)
            try:
                page = page or await self._created(space.id, title, outgoing)
            except Unavailable:
                if attempt == ATTEMPTS - 1:
                    raise
                continue  # it may be there all the same, so it is looked for before another one is made
            await self._remember(notebook, page)
            return page
        raise AssertionError("the last attempt returns or raises")

    async def _created(self, space: str, title: str, outgoing: Outgoing) -> Page:
        first = merged("", outgoing.notebook.id, [_about(outgoing)], {}, lambda _: True).body
        try:
            return await calls.create_page(self._client, space, self._parent, title, first)
        except (ConfluenceRefused, Conflict):
            if await calls.page_titled(self._client, space, title):
                raise self._taken(title) from None
            raise

    async def _remember(self, notebook: Notebook, page: Page) -> None:
        """Of a page whose record was lost, what is on it counts as ours if nobody else ever wrote a version of it."""
        parts: dict[str, WrittenPart] = {}
        if page.version.number > 1 and await calls.all_versions_are_ours(self._client, page):
            there = found_parts(page.storage, notebook.id)
            parts = {key: WrittenPart("", words_digest(part.body)) for key, part in there.items()}
        link = calls.address_of(self._client, page)
        record = ConfluencePage(page.id, link, page.title, page.version.number, parts)
        await self._pages.change(_key(notebook), lambda known: known if known and known.id == page.id else record)

    async def _attached(self, page: Page, outgoing: Outgoing) -> tuple[dict[str, str], tuple[str, ...]]:
        """Attachments by the names of our files, and what Confluence did not take. What is there isn't sent again."""
        there = {each.title for each in await calls.attachments_of(self._client, page.id)}
        attached, left_out = dict[str, str](), list[str]()
        for file in _files(outgoing.notebook):
            kind = file.rpartition(".")[2]
            name = f"{file[:16]}.{kind}"  # the file's own digest: the same name is the same content
            try:
                if name not in there:
                    data = await outgoing.files.get(file)
                    await calls.attach(self._client, page.id, name, data, TYPES[kind])
                attached[file] = name
            except Missing:
                continue  # it is not kept any more; the page links to where it was
            except ConfluenceRefused:
                left_out.append(name)
        return attached, tuple(left_out)

    async def _written(
        self, page: Page, notebook: Notebook, parts: Sequence[PagePart], left_out: tuple[str, ...]
    ) -> Published:
        """Raises Conflict when somebody was faster, Unavailable when the answer was lost."""
        record = await self._record(notebook, page)
        after = merged(page.storage, notebook.id, parts, record.parts, lambda part: _is_ours(part, page, record))
        title = _title(notebook) if page.title == record.title else page.title  # a person renamed it there
        changed = (title, after.body) != (page.title, page.storage)
        if changed:
            await self._save(notebook, msgspec.structs.replace(record, pending=_written_parts(record, parts, after)))
            page = await self._replaced(page, title, after.body)
        done = msgspec.structs.replace(
            record,
            title=page.title,
            version=page.version.number,
            parts=_written_parts(record, parts, after),
            pending={},
        )
        await self._save(notebook, done)
        kept = tuple(part.title for part in parts if part.key in after.kept and part.title)
        return Published(calls.address_of(self._client, page), changed, kept, left_out)

    async def _replaced(self, page: Page, title: str, body: str) -> Page:
        try:
            return await calls.replace_page(self._client, page, title, body)
        except (ConfluenceRefused, Conflict):
            # Confluence refuses a title that another page has in several ways, none of which says so.
            if title != page.title and await self._has_title(title):
                raise self._taken(title) from None
            raise

    async def _has_title(self, title: str) -> bool:
        space = await calls.space_of(self._client, self._space)
        return await calls.page_titled(self._client, space.id, title) is not None

    async def _record(self, notebook: Notebook, page: Page) -> ConfluencePage:
        """What is known of the page. A version of ours that is newer is the one whose answer was lost."""
        known = await self._pages.get(_key(notebook))
        record = known[0] if known else ConfluencePage(page.id, calls.address_of(self._client, page), page.title)
        if record.pending and page.version.message == calls.OURS and page.version.number > record.version:
            number = page.version.number
            return msgspec.structs.replace(record, parts=record.pending, version=number, title=page.title, pending={})
        return record

    async def _save(self, notebook: Notebook, record: ConfluencePage) -> None:
        await self._pages.change(_key(notebook), lambda known: known if known == record else record)

    def _taken(self, title: str) -> TitleTaken:
        return TitleTaken(
            "Confluence has another page “%(title)s” in the space %(space)s already. Rename it or the post-mortem.",
            title=title,
            space=self._space,
        )


class TitleTaken(Conflict):
    """A page that isn't ours has the title; there can be one of a title in a space."""


def parts_of(outgoing: Outgoing, attached: Mapping[str, str]) -> list[PagePart]:
    """The page's parts: what it is, and each section with something in it."""
    notebook, words = outgoing.notebook, StorageFormat(outgoing.base_url, attached)
    parts = [_about(outgoing)]
    if outgoing.head:
        parts.append(PagePart(HEAD, "", words.blocks(outgoing.head)))
    for number, cells in enumerate(sections_of(notebook)):
        first = cells[0]
        key = first.section or f"start-{number}"
        title = first.heading or first.section
        heading = f"<h2>{words.line(title)}</h2>" if first.section else ""
        texts = (words.blocks(first.body if cell is first and first.section else cell.markdown) for cell in cells)
        parts.append(PagePart(key, title, "\n".join([heading, *texts]).strip()))
    return parts


def _about(outgoing: Outgoing) -> PagePart:
    locale = outgoing.notebook.locale
    sentence = locale.text(
        "Replaybook keeps the boxed sections of this page up to date. What you write outside of them stays, "
        "and a section that you change is left to you."
    )
    address, words = f"{outgoing.base_url}{outgoing.notebook.path}", locale.text("Open the post-mortem")
    link = f'<a href="{attribute(address)}">{attribute(words)}</a>'
    return PagePart(ABOUT, "", f"<p><em>{attribute(sentence)}</em> {link}</p>")


def _is_ours(part: FoundPart, page: Page, record: ConfluencePage) -> bool:
    """Whether nobody changed the part's words since we wrote them. Whose they are is unknown where no record says."""
    known = [parts[part.key].words for parts in (record.parts, record.pending) if part.key in parts]
    return page.version.number == 1 or words_digest(part.body) in known


def _written_parts(record: ConfluencePage, parts: Sequence[PagePart], after: Merged) -> dict[str, WrittenPart]:
    """What is known once the page is as it shall be. Of what a person changed, what was written before that."""
    never = WrittenPart("", "")
    return {
        part.key: record.parts.get(part.key, never)
        if part.key in after.kept
        else WrittenPart(part.source, words_digest(part.body))
        for part in parts
    }


def _files(notebook: Notebook) -> list[str]:
    posters = [clip.poster for clip in clips_of(notebook) if clip.poster]
    return list(dict.fromkeys([*linked_files(notebook), *posters]))


def _title(notebook: Notebook) -> str:
    return notebook.title[: calls.LONGEST_TITLE].strip()


def _key(notebook: Notebook) -> str:
    return keys.record(notebook.team, "confluence-page", notebook.id)
