"""Whether a text is storage format: well-formed XML of elements that Confluence knows."""

from __future__ import annotations

import re
from html.entities import html5
from xml.etree import ElementTree

from standins.confluence.confluence_world import ConfluenceRefusal

AC, RI = "http://atlassian.com/content", "http://atlassian.com/resource/identifier"
_NAMES = """p h1 h2 h3 h4 h5 h6 strong em u s del code pre blockquote ul ol li a br hr span div sub sup
table colgroup col tbody thead tr th td"""
HTML = frozenset(_NAMES.split())
KNOWN = frozenset(
    [f"{{{AC}}}{name}" for name in ("structured-macro", "parameter", "rich-text-body", "plain-text-body", "image")]
    + [f"{{{AC}}}{name}" for name in ("link", "link-body", "plain-text-link-body")]
    + [f"{{{RI}}}attachment", f"{{{RI}}}page", f"{{{RI}}}url"]
)
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "code": {"class"}, "table": {"data-layout"}}
_ENTITY = re.compile(r"&([a-zA-Z]+);")
_OWN = frozenset({"amp", "lt", "gt", "quot", "apos"})


def parsed(body: str) -> ElementTree.Element:
    """Raises ConfluenceRefusal (400), as Confluence answers to what it can't parse."""
    text = _ENTITY.sub(lambda match: match[0] if match[1] in _OWN else html5.get(f"{match[1]};", match[0]), body)
    try:
        root = ElementTree.fromstring(f'<page xmlns:ac="{AC}" xmlns:ri="{RI}">{text}</page>')  # noqa: S314 - a stand-in
    except (ElementTree.ParseError, ValueError) as error:
        raise ConfluenceRefusal(400, f"Error parsing xhtml: {error}") from None
    for element in root.iter():
        if element is not root:
            _checked(element)
    return root


def _checked(element: ElementTree.Element) -> None:
    if element.tag not in HTML and element.tag not in KNOWN:
        raise ConfluenceRefusal(400, f"Unknown element {element.tag}")
    if element.tag not in HTML:
        return
    for name, value in element.attrib.items():
        if name not in ATTRIBUTES.get(element.tag, set()):
            raise ConfluenceRefusal(400, f"Unknown attribute {name} of {element.tag}")
        if name == "href" and not re.match(r"https?://|mailto:", value):
            raise ConfluenceRefusal(400, f"Not an address: {value[:60]}")
