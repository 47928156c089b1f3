"""Words that were on a page all along and come to be seen, or are hidden: by an attribute, by a style, by a class.

What a class does is not known here, so its name must tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.replay.detect.dom import TEXT, DomNode, DomPage
from bot.replay.detect.inline_styles import HIDING, is_off
from bot.replay.recording import JsonObject
from bot.replay.script.page_parts import TROUBLE, is_message, stands_aside, stands_in_message, words_of

TELLING = frozenset({"hidden", "open", "aria-hidden", "aria-invalid", "style", "class"})
"""The attributes by which pages show and hide what is on them."""
SHORT = 300
"""Letters; an element that is said to be in trouble and has more is a page, of which only the messages count."""
MOST = 2_000
"""Nodes looked at in one element; one with more is no message."""
_SHOWING = frozenset(
    {"show", "shown", "showing", "open", "opened", "visible", "active", "in", "on", "entered", "expanded"}
)
_OFF = frozenset({"hide", "hidden", "none", "invisible"})
"""What such words do is known, as far as a word can tell. The others only say something of what is a message."""
_HIDING = frozenset(
    {"hiding", "close", "closed", "closing", "collapsed", "leave", "leaving"}
    | {"out", "exit", "gone", "off", "dismissed", "inactive"}
)
_CONTROLS = frozenset({"a", "button", "input", "select", "textarea", "option", "label", "summary"})
_FIELDS = frozenset({"input", "select", "textarea"})
_UNSEEN = frozenset({"head", "style", "script", "noscript", "template", "title", "option"})


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
    """Compares a page before and after a change.

    `busy` are elements that change all the time, or in which others do: of them only a message is news.
    """

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
        for number in told_of(data):
            node = self.page.nodes.get(number)
            if node is not None:
                yield node

    def _compare(self, node: DomNode, was_off: bool, were: frozenset[str], told: Revealed) -> None:
        off, now = _is_off(node), _tokens(node)
        came, went = now - were, were - now
        busy = node.id in self.busy or (node.parent is not None and node.parent.id in self.busy)
        whole, named = False, True  # whether all in it is meant; whether it must be a message by its name
        if was_off != off:
            shows, whole, named = was_off, True, busy
        elif came & TROUBLE or went & TROUBLE:
            shows, named = bool(came & TROUBLE), busy
        elif came & _OFF or went & _OFF:
            shows, whole, named = not came & _OFF, True, busy
        elif came & (_SHOWING | _HIDING) or went & (_SHOWING | _HIDING):
            shows = bool(came & _SHOWING or went & _HIDING)
        elif is_message(node) and not busy:
            shows = not went
        else:
            return
        texts = self._texts_to_read(node, whole=whole)
        if shows:
            told.shown |= {text.id: text.text.strip() for text in texts if _is_news(text, named=named)}
        else:
            told.hidden |= {text.id for text in texts}

    @staticmethod
    def _texts_to_read(node: DomNode, *, whole: bool) -> list[DomNode]:
        """Returns the texts of an element. Unless the `whole` of it is meant, of a large one those of messages."""
        if any(above.tag in _CONTROLS - _FIELDS for above in node.lineage()):
            return []
        root = (node.parent or node) if node.tag in _FIELDS else node
        found = list(_texts(root))
        if not whole and sum(len(text.text) for text in found) > SHORT:
            found = [text for text in found if any(map(is_message, _inside(text, root)))]
        return found


def told_of(data: JsonObject) -> Iterator[int]:
    """Yields the numbers of elements that a change may show or hide by an attribute."""
    changes = data.get("attributes")
    for change in changes if isinstance(changes, list) else ():
        names = change.get("attributes") if isinstance(change, dict) else None
        if not isinstance(names, dict) or TELLING.isdisjoint(names) or not isinstance(change.get("id"), int):
            continue
        style = names.get("style")
        if isinstance(style, dict) and HIDING.isdisjoint(style) and (TELLING & names.keys()) == {"style"}:
            names = {}  # a part of a page that moves, mostly
        if names:
            yield change["id"]


def _is_news(text: DomNode, *, named: bool) -> bool:
    """Whether a text that comes to be seen may answer a click."""
    return (stands_in_message(text) if named else not stands_aside(text)) and not any(map(_is_off, text.lineage()))


def _is_off(node: DomNode) -> bool:
    """Whether an element says by itself that it is not to be seen."""
    if node.has("hidden") or node.attr("aria-hidden").lower() == "true":
        return True
    if node.tag == "dialog" and not node.has("open"):
        return True
    return is_off(node.attr("style"))


def _tokens(node: DomNode) -> frozenset[str]:
    """The words of its classes; of a field in trouble, too, that it is in trouble."""
    words = words_of(node.attr("class"))
    return words | {"invalid"} if node.attr("aria-invalid").lower() in {"true", "grammar", "spelling"} else words


def _texts(root: DomNode) -> Iterator[DomNode]:
    """Yields the texts in an element that say something, without those of its controls: they are no message."""
    waiting = [root]
    for _ in range(MOST):
        if not waiting:
            return
        node = waiting.pop()
        if node.tag in _UNSEEN or node.tag in _CONTROLS:
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
