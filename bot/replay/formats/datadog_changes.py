"""Applies the items of Datadog's Change records (SDK 7) to the tree and notes what they did, in rrweb's terms.

A record's data is `[[type, item, item, ...], ...]`, applied in order. Within a record additions come before removals,
and nothing is moved: a moved node is removed and added again under a new id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.replay.formats.datadog_tree import Sheet, Tree, TreeNode

BROKEN = (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError)
"""What taking a damaged item apart raises; such an item is skipped and counted."""
CLEAR_STRINGS = 14
VISUAL_VIEWPORT = 10
"""Pinch zoom; the replay shows the page itself."""
CANVAS_IMAGE = 15


@dataclass(slots=True)
class AppliedChanges:
    """What one record did, by kind, in order."""

    added: list[TreeNode] = field(default_factory=list)
    removed: list[TreeNode] = field(default_factory=list)
    attributes: dict[int, dict[str, str | None]] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    values: list[tuple[int, str]] = field(default_factory=list)
    choices: list[tuple[int, int]] = field(default_factory=list)
    """Node and 0 for chosen, 1 for not, 2 for neither."""
    styled: list[int] = field(default_factory=list)
    scrolled: list[int] = field(default_factory=list)
    media: list[tuple[int, int]] = field(default_factory=list)


class Changes:
    """Applies records to one tree."""

    def __init__(self, tree: Tree, skipped: Counter[str]) -> None:
        self.tree = tree
        self.skipped = skipped
        self._done = AppliedChanges()
        self._appliers: dict[int, Callable[[Any], None]] = {
            0: lambda item: tree.strings.append(str(item)),
            1: lambda item: self._done.added.append(tree.add(item)),
            2: lambda item: self._done.removed.append(tree.remove(item)),
            3: self._attributes,
            4: self._text,
            5: self._size,
            6: self._scroll,
            7: self._sheet,
            8: self._attach,
            9: self._media,
            11: lambda item: tree.strings.extend(str(text) for text in item[1:]),
            12: lambda item: self._done.values.append((tree.nodes[item[0]].id, tree.string(item[1]))),
            13: lambda item: self._done.choices.extend((tree.nodes[number].id, item[0]) for number in item[1:]),
        }

    def apply(self, data: Any) -> AppliedChanges:
        """Applies one record's data. Unknown change types and damaged items are skipped and counted."""
        self._done = AppliedChanges()
        for change in data if isinstance(data, list) else ():
            if not isinstance(change, list) or not change or not isinstance(change[0], int):
                self.skipped["damaged change"] += 1
            elif change[0] == CLEAR_STRINGS:
                self.tree.strings.clear()
            elif change[0] in self._appliers:
                self._each(self._appliers[change[0]], change[1:])
            elif change[0] == CANVAS_IMAGE:
                self.skipped["canvas image"] += 1
            elif change[0] != VISUAL_VIEWPORT:
                self.skipped["unknown change"] += 1
        return self._done

    def _each(self, applier: Callable[[Any], None], items: list[Any]) -> None:
        for item in items:
            try:
                applier(item)
            except BROKEN:
                self.skipped["damaged change"] += 1

    def _attributes(self, item: Any) -> None:
        node = self.tree.nodes[item[0]]
        changed = self._done.attributes.setdefault(node.id, {})
        for key, *value in item[1:]:
            name = self.tree.string(key)
            changed[name] = self.tree.string(value[0]) if value else None
            node.attributes.pop(name, None)
            if value:
                node.attributes[name] = self.tree.string(value[0])

    def _text(self, item: Any) -> None:
        node = self.tree.nodes[item[0]]
        node.text = self._done.texts[node.id] = self.tree.string(item[1])

    def _size(self, item: Any) -> None:
        number, width, height = item
        self.tree.nodes[number].size = (float(width), float(height))

    def _scroll(self, item: Any) -> None:
        number, left, top = item
        self.tree.nodes[number].scroll = (float(left), float(top))
        self._done.scrolled.append(number)

    def _sheet(self, item: Any) -> None:
        rules, media, disabled = (*item, [], False)[:3] if len(item) < 3 else item[:3]
        texts = [self.tree.string(rule) for rule in (rules if isinstance(rules, list) else [rules])]
        self.tree.sheets.append(Sheet(texts, [self.tree.string(query) for query in media or ()], bool(disabled)))

    def _attach(self, item: Any) -> None:
        number, *sheets = item
        known = tuple(sheet for sheet in sheets if 0 <= sheet < len(self.tree.sheets))
        self.tree.nodes[number].sheets = known
        self._done.styled.append(number)

    def _media(self, item: Any) -> None:
        number, state = item
        self.tree.nodes[number].media = "played" if state == 0 else "paused"
        self._done.media.append((number, state))
