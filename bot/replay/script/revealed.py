"""Words that were on a page all along and come to be seen, or are hidden: by an attribute, by a style, by a class.

What a class does is not known here, so its name must tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.replay.detect.dom import TEXT, DomNode, DomPage
from bot.replay.detect.inline_styles import declarations
from bot.replay.recording import JsonObject

TELLING = frozenset({"hidden", "open", "aria-hidden", "aria-invalid", "style", "class"})
"""The attributes by which pages show and hide what is on them."""
SHORT = 300
"""Letters; an element that is said to be in trouble and has more is a page, of which only the messages count."""
MOST = 2_000
"""Nodes looked at in one element; one with more is no message."""
_SHOWING = frozenset(
    {"show", "shown", "showing", "open", "opened", "visible", "active", "in", "on", "entered", "expanded"}
)
_HIDING = frozenset(
    {"hide", "hidden", "hiding", "none", "close", "closed", "closing", "collapsed", "invisible", "leave", "leaving"}
    | {"out", "exit", "gone", "off", "dismissed", "inactive"}
)
_TROUBLE = frozenset({"err", "error", "errors", "invalid", "fail", "failed", "failure", "danger", "warning"})
_MESSAGE = re.compile(
    r"\b(alert|status|dialog|modal|assertive|polite|banner|err|fail|danger|toast|warning|snackbar|notification|invalid|"
    r"message|msg)",
    re.IGNORECASE,
)
_CONTROLS = frozenset({"a", "button", "input", "select", "textarea", "option", "label", "summary"})
_FIELDS = frozenset({"input", "select", "textarea"})
_UNSEEN = frozenset({"head", "style", "script", "noscript", "template", "title", "option"})
_OFF = {"display": {"none"}, "visibility": {"hidden", "collapse"}, "opacity": {"0", "0.0", "0%"}}


@dataclass(slots=True)
class Revealed:
    """Texts that a change shows and those that it hides, by number, with what they say."""

    shown: dict[int, str] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Before:
    """An element as it was before a change."""

    node: DomNode
    off: bool
    classes: frozenset[str]


@dataclass(slots=True)
class Reveals:
    """Compares a page before and after a change. `busy` are elements that change all the time: of them only a message
    is news."""

    page: DomPage
    busy: set[int] = field(default_factory=set)

    def apply(self, data: JsonObject) -> Revealed:
        """Takes a change of the page, and returns what it shows and hides of what is there before and after."""
        before = self.before(data)
        self.page.mutate(data)
        return self.after(before)

    def before(self, data: JsonObject) -> list[Before]:
        """What a change is about, to be asked for before the page changes."""
        return [Before(node, _is_off(node), _tokens(node)) for node in self._telling(data)]

    def after(self, before: list[Before]) -> Revealed:
        """What has come to be seen, and what has gone, once the page has changed."""
        told = Revealed()
        for one in before:
            if self.page.nodes.get(one.node.id) is one.node:
                self._compare(one.node, one.off, one.classes, told)
        return told

    def _telling(self, data: JsonObject) -> Iterator[DomNode]:
        changes = data.get("attributes")
        for change in changes if isinstance(changes, list) else ():
            names = change.get("attributes") if isinstance(change, dict) else None
            number = change.get("id") if isinstance(change, dict) else None
            node = self.page.nodes.get(number) if isinstance(number, int) else None
            if node is not None and isinstance(names, dict) and not TELLING.isdisjoint(names):
                yield node

    def _compare(self, node: DomNode, was_off: bool, were: frozenset[str], told: Revealed) -> None:
        is_off, now = _is_off(node), _tokens(node)
        came, went = now - were, were - now
        if was_off != is_off:
            shows, sure = was_off, True
        elif came & _TROUBLE or went & _TROUBLE:
            shows, sure = bool(came & _TROUBLE), False
        elif (came & _SHOWING or went & _HIDING) or (came & _HIDING or went & _SHOWING):
            shows, sure = bool(came & _SHOWING or went & _HIDING), True
        else:
            shows, sure = not went, False
            if not _is_message(node):
                return
        texts = self._said(node, sure=sure)
        if not shows:
            told.hidden |= {text.id for text in texts}
        elif node.id not in self.busy or _is_message(node):
            told.shown |= {text.id: text.text.strip() for text in texts if not any(map(_is_off, text.lineage()))}

    @staticmethod
    def _said(node: DomNode, *, sure: bool) -> list[DomNode]:
        """Returns the texts of an element. Unless it is `sure` that all are meant, of a large one those of messages."""
        if any(above.tag in _CONTROLS - _FIELDS for above in node.lineage()):
            return []
        root = (node.parent or node) if node.tag in _FIELDS else node
        found = list(_texts(root, sure=sure))
        if not sure and sum(len(text.text) for text in found) > SHORT:
            found = [text for text in found if any(map(_is_message, _inside(text, root)))]
        return found


def _is_off(node: DomNode) -> bool:
    """Whether an element says by itself that it is not to be seen."""
    if node.has("hidden") or node.attr("aria-hidden").lower() == "true":
        return True
    if node.tag == "dialog" and not node.has("open"):
        return True
    style = declarations(node.attr("style"))
    return any(style.get(name, "") in off for name, off in _OFF.items())


def _tokens(node: DomNode) -> frozenset[str]:
    """The words of its classes; of a field in trouble, too, that it is in trouble."""
    words = re.split(r"[^a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", node.attr("class")).lower())
    invalid = {"invalid"} if node.attr("aria-invalid").lower() in {"true", "grammar", "spelling"} else set()
    return frozenset(filter(None, words)) | invalid


def _is_message(node: DomNode) -> bool:
    said = " ".join(node.attr(name) for name in ("role", "aria-live", "class", "id"))
    return node.tag == "dialog" or bool(_MESSAGE.search(said))


def _texts(root: DomNode, *, sure: bool) -> Iterator[DomNode]:
    """Yields the texts in an element that say something; if it isn't `sure`, none of its controls."""
    waiting = [root]
    for _ in range(MOST):
        if not waiting:
            return
        node = waiting.pop()
        if node.tag in _UNSEEN or (not sure and node.tag in _CONTROLS):
            continue
        if node.type == TEXT and any(letter.isalpha() for letter in node.text):
            yield node
        waiting += reversed(node.children)


def _inside(node: DomNode, root: DomNode) -> Iterator[DomNode]:
    """Yields what is around a node in another one, without that."""
    for above in node.lineage():
        if above is root:
            return
        yield above
