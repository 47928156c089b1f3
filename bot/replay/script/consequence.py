"""What comes of a click on its page (an error, a message, another page), and how long a clip goes on to show that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.replay.detect.custom_events import custom_event
from bot.replay.recording import Event, EventKind, JsonObject, Recording
from bot.replay.script.added_parts import aside_in
from bot.replay.script.page_changes import PageChange, PageChanges, between

ANSWER_MS = 5_000
"""What the page does within this time after the last click is the answer to it."""
TAIL_MS, LONG_TAIL_MS = 2_000, 2_500
"""How long the end is held; longer where there is something to read."""
READ_MS, FADES_MS = 700, 500
"""A message that is taken away is shown for at least so long; so long before, it may begin to fade."""
SOON_MS = 1_000
"""What is said so soon after a message was taken away is said in its place, however long that message was shown."""
_TEXT, _CDATA = 3, 4
_UNSEEN = frozenset({"style", "script", "noscript", "template", "title"})
_DIGITS = re.compile(r"\d+")


def consequence(
    recording: Recording, at: int, clicks: tuple[int, int], limit: int, *, pages: bool = True
) -> tuple[int, str]:
    """Returns when a clip may end, and why then. `clicks` are the last of those on the spot, and one elsewhere.

    What comes after a click elsewhere is the answer to that one. Nothing is waited for beyond `limit`, and another
    page not at all without `pages`.
    """
    last, elsewhere = clicks
    page = next((view.start_ms for view in recording.views if at < view.start_ms <= limit - TAIL_MS), None)
    if pages and page is not None and page <= max(elsewhere, last + ANSWER_MS):
        return max(page, last) + TAIL_MS, "page"
    until = min(last + ANSWER_MS, elsewhere, limit)
    error = max((time for time, event in between(recording, at, until) if _is_error(event)), default=None)
    changes = PageChanges(recording, at, limit + 2 * LONG_TAIL_MS)
    answer, message, since = None, Message(), at
    for change in changes.between(at, until):
        if not (change.adds or change.revealed.shown):
            continue
        time, words = change.at_ms, new_words(change)
        if answer is None or time <= last + TAIL_MS:
            answer = time
            if words:
                message, since = words, time
    if error is None and answer is None:
        return last + TAIL_MS, "nothing"
    told = max(last, error or 0, answer or 0)
    reach = min(max(told + LONG_TAIL_MS, last + ANSWER_MS), elsewhere, limit)
    until = _read(changes, message, since, told, reach)
    return until, "error" if error is not None else "answer"


@dataclass(slots=True)
class Message:
    """Words that a page shows: the text nodes with what they say, and with all nodes that they came in."""

    words: dict[int, str] = field(default_factory=dict)
    nodes: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.words)

    def goes(self, change: PageChange) -> bool:
        """Whether a change takes any of it away, hides it, or writes other words there.

        Other numbers are the same words.
        """
        data = change.data
        if not change.revealed.hidden.isdisjoint(self.words):
            return True
        removed = {number for one in _listed(data, "removes") if isinstance(number := one.get("id"), int)}
        moved = {number for node in _nodes(data) if isinstance(number := node.get("id"), int)}
        written = _written(data)
        return not self.nodes.isdisjoint(removed - moved) or any(
            _DIGITS.sub("", words) != _DIGITS.sub("", self.words[node])
            for node, words in written.items()
            if node in self.words
        )

    def instead(self, change: PageChange) -> Message:
        """Returns what a change says in the place of this message; nothing, where it says nothing."""
        rewritten = {node: words for node, words in _written(change.data).items() if node in self.words and words}
        added = new_words(change)
        if not rewritten:
            return added
        return Message({**rewritten, **added.words}, self.nodes | added.nodes)


def says(data: JsonObject) -> bool:
    """Whether a change of the page says something, in new texts or in those that are there."""
    return any(_written(data).values()) or bool(added_words(data))


def new_words(change: PageChange) -> Message:
    """Returns what can be read after a change that could not before: what is added, and what comes to be seen."""
    added = added_words(change.data, answers=True) if change.adds else Message()
    return Message({**change.revealed.shown, **added.words}, added.nodes | change.revealed.shown.keys())


def _is_error(event: Event) -> bool:
    return event.type in (EventKind.CUSTOM, EventKind.PLUGIN) and custom_event(event).kind == "error"


def added_words(data: JsonObject, *, answers: bool = False) -> Message:
    """Returns what a change adds to the page, where that says something; of `answers`, without menus and the like."""
    texts: dict[int, str] = {}
    tags: dict[int, str] = {}
    parents: dict[int, Any] = {}
    waiting = [(add.get("parentId"), add.get("node")) for add in _listed(data, "adds")]
    while waiting:
        parent, node = waiting.pop()
        if not isinstance(node, dict) or not isinstance(number := node.get("id"), int):
            continue
        parents[number], tags[number] = parent, str(node.get("tagName") or "").lower()
        words = node.get("textContent")
        if node.get("type") in (_TEXT, _CDATA) and isinstance(words, str) and words.strip() and not node.get("isStyle"):
            texts[number] = words.strip()
        children = node.get("childNodes")
        waiting += [(number, child) for child in children] if isinstance(children, list) else []
    aside = aside_in(data) if answers and texts else set()
    message = Message()
    for number, words in texts.items():
        at = parents[number]
        if number in aside or (isinstance(at, int) and tags.get(at) in _UNSEEN):
            continue
        message.words[number] = words
        at = number
        while isinstance(at, int) and at in parents and at not in message.nodes:
            message.nodes.add(at)
            at = parents[at]
    return message


def _read(changes: PageChanges, message: Message, since: int, told: int, reach: int) -> int:
    """Returns when a message was read, that of `since`, which counts from `told`; or what is said in its place later.

    The last picture of a clip is held, so there is time to read what goes away again, if nothing comes in its place.
    """
    goes, replaced = None, False
    for change in changes.between(since, max(told, reach) + LONG_TAIL_MS):
        time = change.at_ms
        if time > max(told + LONG_TAIL_MS, reach if goes is None else goes + SOON_MS):
            break
        if goes is None:
            if not message.goes(change):
                continue
            goes, replaced = time, bool(_listed(change.data, "adds"))
        result = message.instead(change)
        if result and time <= reach:
            told, message, goes, replaced = max(told, time), result, None, False
        elif result:
            replaced = True
    if goes is None or replaced or not told + READ_MS <= goes - FADES_MS <= told + LONG_TAIL_MS - FADES_MS:
        return told + LONG_TAIL_MS
    return goes - FADES_MS


def _listed(data: JsonObject, part: str) -> list[JsonObject]:
    """The entries of a part of a change; those that are none are passed over."""
    entries = data.get(part)
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _nodes(data: JsonObject) -> Iterator[JsonObject]:
    return (node for add in _listed(data, "adds") if isinstance(node := add.get("node"), dict))


def _written(data: JsonObject) -> dict[int, str]:
    """What is written into text nodes that are there already."""
    return {
        number: words.strip() if isinstance(words := one.get("value"), str) else ""
        for one in _listed(data, "texts")
        if isinstance(number := one.get("id"), int)
    }
