"""Reads what was written behind `/postmortem`, in any of the languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from bot.kernel.errors import Misunderstood
from bot.kernel.typed_words import TypedWord, endings, typed_texts, typed_words
from bot.notebook.channel_topic import read_severity
from bot.notebook.head import DocumentStatus, Severity


class PostmortemAction(StrEnum):
    SHOW = "show"
    OPEN = "open"
    STATUS = "status"
    SEVERITY = "severity"
    OWNER = "owner"
    COMMANDER = "commander"
    REVIEWER = "reviewer"
    TITLE = "title"
    PUBLISH = "publish"
    EXPORT = "export"
    LIST = "list"
    HELP = "help"


def _action_words() -> dict[PostmortemAction, list[TypedWord]]:
    """Words by what they mean, the longest first."""
    return {action: _longest_first(typed_words("postmortem", action)) for action in PostmortemAction}


def _status_words() -> dict[DocumentStatus, list[TypedWord]]:
    return {status: _longest_first(typed_words("status", status)) for status in DocumentStatus}


def _longest_first(words: tuple[TypedWord, ...]) -> list[TypedWord]:
    return sorted(words, key=lambda word: len(word.text), reverse=True)


@dataclass(frozen=True, slots=True)
class PostmortemCommand:
    """What is to be done, the rest of the line, and whom it mentions: people by their ids, or a `group`."""

    action: PostmortemAction
    rest: str = ""
    mentions: tuple[str, ...] = ()
    group: bool = False


def read_command(text: str) -> PostmortemCommand:
    """Raises Misunderstood for a first word that means nothing, with the one that was probably meant."""
    line = " ".join(text.split())[:1000]
    if not line:
        return PostmortemCommand(PostmortemAction.SHOW)
    if read_severity(line) is not None and not line.isdecimal():
        return PostmortemCommand(PostmortemAction.SEVERITY, line)
    for action, words in _action_words().items():
        for word in words:
            if match := _begins(line, word):
                return PostmortemCommand(action, line[match.end() :].strip())
    if any(_begins(line, word) for words in _status_words().values() for word in words):
        return PostmortemCommand(PostmortemAction.STATUS, line)
    first = line.split()[0][:40]
    known = [word.text for action in PostmortemAction for word in typed_words("postmortem", action)]
    close = get_close_matches(first.casefold(), known, 1)
    if close:
        raise Misunderstood(
            "I don’t know “%(word)s” here; did you mean /postmortem %(close)s?", word=first, close=close[0]
        )
    raise Misunderstood("I don’t know “%(word)s” here; /postmortem help says what works.", word=first)


def read_status_words(text: str) -> tuple[DocumentStatus, str]:
    """Returns the status that a text begins with, and the rest of it. Raises Misunderstood."""
    for status, words in _status_words().items():
        for word in words:
            if match := _begins(text, word):
                return status, text[match.end() :].strip()
    raise Misunderstood("A status is draft, review or published, not “%(text)s”.", text=text[:40])


def read_severity_words(text: str) -> Severity | None:
    """Returns the severity, None for a word that says that there is none. Raises Misunderstood."""
    if means_nobody(text):
        return None
    level = read_severity(re.sub(rf"{endings()}$", "", text).strip() or text)
    if level is None:
        raise Misunderstood("A severity is a number from 0 to 5, such as 2 or SEV-2, not “%(text)s”.", text=text[:40])
    return level


def means_nobody(text: str) -> bool:
    """Whether a text says that there is nobody, or nothing: `none`, `없음`."""
    return text.casefold() in typed_texts("people", "nobody")


def _begins(line: str, word: TypedWord) -> re.Match[str] | None:
    """The word at the beginning of a line, with what may stick to it, as in `상태를` or `게시해줘`."""
    return re.match(rf"{re.escape(word.text)}{word.endings}(?:[:=]\s*|\s+|$)", line, re.IGNORECASE)
