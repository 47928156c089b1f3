"""The Atlassian Document Format: texts of ours as documents, and documents as text.

Text nodes are literal: nothing that others wrote becomes a mark or a mention.
https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bot.backlog.ticket import NewTicket, TicketLink
from bot.kernel.escape import clean

Node = dict[str, Any]
_ADDRESS = re.compile(r"https?://[^\s<>\"|]+")
DEEPEST = 50
_LINES = frozenset({"paragraph", "heading", "codeBlock", "listItem", "blockquote"})


def ticket_document(new: NewTicket) -> Node:
    """The description, then a list of facts and one of links."""
    facts = [[_text(f"{clean(fact.label)}: ", strong=True), *_words(fact.value)] for fact in new.facts]
    links = [[_link(link)] for link in new.links]
    return _document([*_paragraphs(new.description), *_list(facts), *_list(links)])


def text_document(text: str) -> Node:
    return _document(_paragraphs(text))


def plain_words(value: Any, depth: int = 0) -> str:
    """The words of a document, each of its paragraphs in a line; of text, the text. Whatever else it is, nothing."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict) or depth > DEEPEST:
        return ""
    if value.get("type") == "text":
        return _linked(value)
    if value.get("type") == "hardBreak":
        return "\n"
    content = value.get("content")
    inner = "".join(plain_words(part, depth + 1) for part in content) if isinstance(content, list) else ""
    return f"{inner.rstrip()}\n" if value.get("type") in _LINES else inner if depth else inner.strip()


def _linked(value: Node) -> str:
    """The text, and the address that it leads to where it is another."""
    text, marks = str(value.get("text", "")), value.get("marks")
    for mark in marks if isinstance(marks, list) else ():
        attributes = mark.get("attrs") if isinstance(mark, dict) and mark.get("type") == "link" else None
        href = str(attributes.get("href", "")) if isinstance(attributes, dict) else ""
        if href and href != text:
            return f"{text} ({href})"
    return text


def _document(content: Sequence[Node]) -> Node:
    return {"type": "doc", "version": 1, "content": list(content) or [{"type": "paragraph", "content": []}]}


def _paragraphs(text: str) -> list[Node]:
    return [{"type": "paragraph", "content": _words(line)} for line in text.splitlines() if line.strip()]


def _words(text: str) -> list[Node]:
    """The line with its addresses as links."""
    nodes, at = list[Node](), 0
    line = clean(text.strip())
    for match in _ADDRESS.finditer(line):
        nodes += [_text(line[at : match.start()]), _link(TicketLink(match.group(), match.group()))]
        at = match.end()
    return [node for node in (*nodes, _text(line[at:])) if node["text"]]


def _text(text: str, *, strong: bool = False) -> Node:
    return {"type": "text", "text": text} | ({"marks": [{"type": "strong"}]} if strong else {})


def _link(link: TicketLink) -> Node:
    if not link.url.startswith(("https://", "http://")):
        return _text(clean(link.label) or clean(link.url) or "–")
    return _text(clean(link.label) or clean(link.url)) | {
        "marks": [{"type": "link", "attrs": {"href": clean(link.url)}}]
    }


def _list(items: Sequence[list[Node]]) -> list[Node]:
    rows = [{"type": "listItem", "content": [{"type": "paragraph", "content": words}]} for words in items if words]
    return [{"type": "bulletList", "content": rows}] if rows else []
