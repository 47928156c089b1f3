"""Documents of Jira Cloud as HTML, as far as the nodes that adf_check knows go."""

from __future__ import annotations

from html import escape
from typing import Any

from standins.ticket_html import plain

ELEMENTS = {
    "paragraph": "p",
    "heading": "h3",
    "bulletList": "ul",
    "orderedList": "ol",
    "listItem": "li",
    "codeBlock": "pre",
    "blockquote": "blockquote",
}
MARKS = {"strong": "strong", "em": "em", "code": "code"}


def document_html(value: Any) -> str:
    """Of a checked document; of Data Center's text, the text; of nothing, nothing."""
    if isinstance(value, str):
        return plain(value)
    if not isinstance(value, dict):
        return ""
    if value["type"] == "text":
        return _marked(value)
    inner = "".join(document_html(part) for part in value.get("content", ()))
    element = ELEMENTS.get(value["type"])
    return f"<{element}>{inner}</{element}>" if element else inner


def _marked(node: dict[str, Any]) -> str:
    html = escape(node["text"])
    for mark in node.get("marks", ()):
        if mark["type"] == "link":
            html = f'<a href="{escape(mark["attrs"]["href"])}">{html}</a>'
        else:
            html = f"<{MARKS[mark['type']]}>{html}</{MARKS[mark['type']]}>"
    return html
