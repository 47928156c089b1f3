"""The parts of a Confluence page that are ours: each an excerpt whose name says whose it is. The rest is people's.

Nothing but the text between two tags of ours is ever replaced, so that what people wrote stays to the byte. An excerpt
was chosen because the editor keeps its name, takes tables in it, and lets people show it on other pages.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import unescape

import msgspec

from bot.providers.confluence.storage_format import attribute

_TAG = re.compile(r"<!\[CDATA\[.*?\]\]>|<!--.*?-->|<(/?)ac:structured-macro\b([^>]*?)(/?)>", re.DOTALL)
_NAME = re.compile(r'<ac:parameter\b[^>]*ac:name="name"[^>]*>([^<]*)</ac:parameter>')
_BODY = re.compile(r"<ac:rich-text-body\b[^>]*>(.*)</ac:rich-text-body>\s*</ac:structured-macro>$", re.DOTALL)
_HIDDEN = re.compile(r"<ac:parameter\b.*?</ac:parameter>|<[^>]*>", re.DOTALL)


class PagePart(msgspec.Struct, frozen=True):
    """A part as it shall be. `body` is in storage format."""

    key: str
    title: str
    body: str

    @property
    def source(self) -> str:
        return hashlib.sha256(self.body.encode()).hexdigest()[:16]


class FoundPart(msgspec.Struct, frozen=True):
    """A part as it is on the page, and where."""

    key: str
    start: int
    stop: int
    body: str


class WrittenPart(msgspec.Struct, frozen=True):
    """What was written last: digests of its source, and of its words as the page had them then."""

    source: str
    words: str


class Merged(msgspec.Struct, frozen=True):
    """A page's body with our parts in it; `kept` are keys of those that people changed, left as they are."""

    body: str
    kept: frozenset[str] = frozenset()


def marker(notebook: str, key: str) -> str:
    return f"replaybook-{notebook}-{key}"


def part_markup(notebook: str, part: PagePart) -> str:
    name = attribute(marker(notebook, part.key))
    return (
        '<ac:structured-macro ac:name="excerpt" ac:schema-version="1"><ac:parameter ac:name="hidden">false'
        f'</ac:parameter><ac:parameter ac:name="name">{name}</ac:parameter><ac:rich-text-body>{part.body}'
        "</ac:rich-text-body></ac:structured-macro>"
    )


def words_digest(body: str) -> str:
    """A digest of the letters and digits of a text: Confluence rewrites the markup around them when it saves."""
    letters = "".join(letter for letter in unescape(_HIDDEN.sub(" ", body)) if letter.isalnum())
    return hashlib.sha256(letters.encode("utf-8", "replace")).hexdigest()[:16]


def found_parts(body: str, notebook: str) -> dict[str, FoundPart]:
    """Our parts on the page, by their keys; of two with one key (somebody copied one) the first."""
    prefix, parts = marker(notebook, ""), dict[str, FoundPart]()
    for start, stop in _macros(body):
        macro = body[start:stop]
        name = _NAME.search(macro.partition("<ac:rich-text-body")[0])
        inside = _BODY.search(macro)
        if name and inside and unescape(name[1]).startswith(prefix):
            key = unescape(name[1]).removeprefix(prefix)
            parts.setdefault(key, FoundPart(key, start, stop, inside[1]))
    return parts


def _macros(body: str) -> Iterator[tuple[int, int]]:
    """Where each macro begins and ends, in the order in which they begin."""
    spans, opened = list[tuple[int, int]](), list[int]()
    for tag in _TAG.finditer(body):
        if tag[2] is None or tag[3]:
            continue  # text that only looks like a tag, or a macro without a body
        if not tag[1]:
            opened.append(tag.start())
        elif opened:
            spans.append((opened.pop(), tag.end()))
    return iter(sorted(spans))


def merged(
    body: str,
    notebook: str,
    parts: Sequence[PagePart],
    written: Mapping[str, WrittenPart],
    is_ours: Callable[[FoundPart], bool],
) -> Merged:
    """The page with the parts in it.

    A part that isn't on the page comes after the one before it, unless it was there once: then a person took it away.
    One that the notebook has no more goes, unless a person changed it.
    """
    existing = found_parts(body, notebook)
    edits, kept, place = list[tuple[int, int, str]](), set[str](), 0
    for part in parts:
        there = existing.pop(part.key, None)
        if there is None:
            if part.key not in written:
                edits.append((place, place, part_markup(notebook, part)))
            continue
        place = there.stop
        if not is_ours(there):
            kept.add(part.key)
        elif part.key not in written or written[part.key].source != part.source:
            edits.append((there.start, there.stop, part_markup(notebook, part)))
    edits += [(there.start, there.stop, "") for there in existing.values() if is_ours(there)]
    return Merged(_edited(body, edits), frozenset(kept))


def _edited(body: str, edits: Sequence[tuple[int, int, str]]) -> str:
    """The text with its pieces replaced; what is put in at one place stays in its order."""
    pieces, at = list[str](), 0
    for start, stop, text in sorted(edits, key=lambda edit: edit[:2]):
        pieces += [body[at:start], text]
        at = max(at, stop)
    return "".join([*pieces, body[at:]])
