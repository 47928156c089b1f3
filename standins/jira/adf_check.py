"""Whether a value is a document of the Atlassian Document Format, as far as the nodes that we know go.

https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from standins.jira.jira_world import JiraError

BLOCKS = {"paragraph", "bulletList", "orderedList", "heading", "codeBlock", "rule", "blockquote"}
INLINE = {"text", "hardBreak", "mention"}
CHILDREN = {
    "doc": BLOCKS,
    "paragraph": INLINE,
    "heading": INLINE,
    "codeBlock": {"text"},
    "bulletList": {"listItem"},
    "orderedList": {"listItem"},
    "listItem": {"paragraph", "bulletList", "orderedList", "codeBlock"},
    "blockquote": {"paragraph"},
}
NOT_EMPTY = {"bulletList", "orderedList", "listItem", "blockquote"}
ATTRIBUTES = {"heading": {"level"}, "mention": {"id", "text"}, "codeBlock": {"language"}}
MARKS = {"strong", "em", "code", "link"}


def checked_document(value: Any, field: str) -> Any:
    """Returns the document. Raises JiraError as Jira does for one that it can't read."""
    if not isinstance(value, dict) or value.get("type") != "doc" or value.get("version") != 1:
        raise JiraError(400, fields={field: "Operation value must be an Atlassian Document (see the document format)"})
    _node({name: part for name, part in value.items() if name != "version"})
    return value


def text_of(value: Any) -> str:
    """The words of a document, its paragraphs in lines; of plain text, the text."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return ""
    if value["type"] == "text":
        link = next((mark["attrs"]["href"] for mark in value.get("marks", ()) if mark["type"] == "link"), "")
        return f"{value['text']} <{link}>" if link and link != value["text"] else str(value["text"])
    inner = "".join(text_of(part) for part in value.get("content", ()))
    return f"{inner}\n" if value["type"] in {"paragraph", "heading", "codeBlock", "hardBreak"} else inner


def _node(node: Any) -> None:
    kind = node.get("type") if isinstance(node, dict) else None
    allowed = {"type", "content", "attrs"} | ({"text", "marks"} if kind == "text" else set())
    if kind not in {*CHILDREN, *INLINE, "rule"} or set(node) - allowed:
        raise _invalid()
    if set(node.get("attrs", {})) - ATTRIBUTES.get(kind, set()):
        raise _invalid()
    if kind == "text":
        if not isinstance(node.get("text"), str) or not node["text"] or "content" in node:
            raise _invalid()
        for mark in node.get("marks", ()):
            _mark(mark)
    content = node.get("content", [])
    if (kind in NOT_EMPTY and not content) or any(
        not isinstance(part, dict) or part.get("type") not in CHILDREN.get(kind, ()) for part in content
    ):
        raise _invalid()
    for part in content:
        _node(part)


def _mark(mark: Any) -> None:
    if not isinstance(mark, dict) or mark.get("type") not in MARKS:
        raise _invalid()
    if mark["type"] == "link":
        if urlsplit(str(mark.get("attrs", {}).get("href", ""))).scheme not in {"http", "https", "mailto"}:
            raise _invalid()
    elif set(mark) != {"type"}:
        raise _invalid()


def _invalid() -> JiraError:
    return JiraError(400, "INVALID_INPUT")
