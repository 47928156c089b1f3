"""What of a record says who somebody is, and the record without it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from bot.app.erasure.name_patterns import longest_word, name_pattern
from bot.notebook.notebook import digest

REMOVED = "removed person"
_SLACK_ID = re.compile(r"[UW][A-Z0-9]{4,30}")


@dataclass(slots=True)
class PersonTraces:
    """`who` is how the person is called outside; `names` are given, and `learned` what records have beside their id.

    A learned name of one word may be somebody else's, too: it is replaced where it stands alone, and not within texts.
    """

    who: str
    names: set[str] = field(default_factory=set)
    learned: set[str] = field(default_factory=set)
    sessions: set[str] = field(default_factory=set)
    clips: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)

    @property
    def is_distinct(self) -> bool:
        """Whether the id is nothing that may stand in a record for something else, as “1” or “guest” would."""
        return bool(_SLACK_ID.fullmatch(self.who)) or "@" in self.who or len(self.who) >= 8

    @property
    def in_texts(self) -> set[str]:
        own = {self.who} if self.is_distinct else set()
        return own | self.names | {name for name in self.learned if " " in name or "@" in name}

    @property
    def pseudonym(self) -> str:
        """Stands for an id where a record needs one: the same each time, and nobody's."""
        return f"REMOVED{sha256(self.who.encode()).hexdigest()[:8].upper()}"

    def learn(self, value: Any) -> None:
        """Notes what else the person is called, where a record has it beside their id, and clips of their sessions."""
        if isinstance(value, list):
            for each in value:
                self.learn(each)
        if not isinstance(value, dict):
            return
        if self.is_distinct and self.who in (value.get("id"), value.get("email"), value.get("user")):
            called = (value.get(name) for name in ("name", "email", "asker"))
            self.learned |= {each for each in called if isinstance(each, str) and len(each) > 1 and each != self.who}
        if value.get("session") in self.sessions and isinstance(value.get("clip"), dict) and value.get("asked"):
            self.clips.add(str(value.get("id")))
        if value.get("session") in self.sessions:
            self.files |= {str(value[name]) for name in ("file", "poster") if value.get(name)}
        for each in value.values():
            self.learn(each)

    def without(self, value: Any) -> Any:
        """The value with the person's names and ids replaced, and without what is of their sessions."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self.without(each) for each in value if not self._is_theirs(each)]
        if not isinstance(value, dict):
            return value
        kept = {
            self._text(name): self.without(each)
            for name, each in value.items()
            if name not in self.sessions and not self._is_theirs(each)
        }
        return _still_ours(value, kept)

    def _is_theirs(self, value: Any) -> bool:
        """Whether it is a clip or a moment of one of their sessions, or a cell with one."""
        if isinstance(value, str):
            return value in self.clips
        if not isinstance(value, dict):
            return False
        data = value.get("data")
        of: set[Any] = {
            value.get("session"),
            value.get("session_id"),
            data.get("session") if isinstance(data, dict) else None,
        }
        return bool((of - {None, ""}) & self.sessions)

    def _text(self, text: str) -> str:
        if text == self.who and self.is_distinct:
            return self.pseudonym
        if text in self.learned:
            return REMOVED
        for name in sorted(self.in_texts, key=len, reverse=True):
            word = longest_word(name)
            if word and word in text.casefold():
                instead = self.pseudonym if _SLACK_ID.fullmatch(name) else REMOVED
                text = name_pattern(name).sub(instead, text)
        return text


def _still_ours(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """A cell that nobody edited counts as written by the bot, also with a name replaced."""
    written, markdown = before.get("written"), before.get("markdown")
    if isinstance(markdown, str) and written and written == digest(markdown):
        after["written"] = digest(str(after["markdown"]))
    return after


def is_mentioned(key: str, names: Collection[str]) -> bool:
    """Whether the name of a record is that of the person."""
    return any(part in names for part in key.split(":"))
