"""Reads what was written behind `/postmortem`, in English and Korean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from bot.kernel.errors import Misunderstood
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


WORDS: dict[PostmortemAction, tuple[str, ...]] = {
    PostmortemAction.SHOW: ("show", "보기", "보여줘"),
    PostmortemAction.OPEN: ("open", "start", "create", "new", "열기", "열어", "시작", "만들기", "만들어", "생성"),
    PostmortemAction.STATUS: ("status", "state", "상태"),
    PostmortemAction.SEVERITY: ("severity", "sev", "심각도", "등급"),
    PostmortemAction.OWNER: ("owner", "담당자", "담당", "소유자", "책임자"),
    PostmortemAction.COMMANDER: ("commander", "ic", "지휘자", "지휘관", "지휘", "커맨더"),
    PostmortemAction.REVIEWER: ("reviewer", "검토자", "리뷰어"),
    PostmortemAction.TITLE: ("title", "rename", "제목"),
    PostmortemAction.PUBLISH: ("publish", "게시", "발행", "공개"),
    PostmortemAction.EXPORT: ("export", "download", "내보내기", "다운로드"),
    PostmortemAction.LIST: ("list", "search", "find", "목록", "찾기", "검색"),
    PostmortemAction.HELP: ("help", "?", "도움말", "도움"),
}
STATUSES: dict[DocumentStatus, tuple[str, ...]] = {
    DocumentStatus.DRAFT: ("draft", "초안"),
    DocumentStatus.IN_REVIEW: (
        "review",
        "in review",
        "in-review",
        "in_review",
        "reviewing",
        "검토 중",
        "검토중",
        "검토",
        "리뷰",
    ),
    DocumentStatus.PUBLISHED: ("published", "publish", "게시됨", "게시", "발행", "공개"),
}
NOBODY = frozenset({"none", "nobody", "no one", "unknown", "-", "없음", "모름", "미정"})
_KOREAN_END = (
    r"(?:을|를|은|는|으로|로|자|함)?(?:\s*(?:해\s?줘|해주세요|하기|바꿔\s?줘|바꿔|변경|설정|보여\s?줘|지정|줘|주세요))?"
)


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
    for action, words in WORDS.items():
        for word in sorted(words, key=len, reverse=True):
            if found := _begins(line, word):
                return PostmortemCommand(action, line[found.end() :].strip())
    if any(_begins(line, word) for words in STATUSES.values() for word in words):
        return PostmortemCommand(PostmortemAction.STATUS, line)
    first = line.split()[0][:40]
    close = get_close_matches(first.casefold(), [word for words in WORDS.values() for word in words], 1)
    if close:
        raise Misunderstood(
            "I don't know “%(word)s” here; did you mean /postmortem %(close)s?", word=first, close=close[0]
        )
    raise Misunderstood("I don't know “%(word)s” here; /postmortem help says what works.", word=first)


def read_status_words(text: str) -> tuple[DocumentStatus, str]:
    """Returns the status that a text begins with, and the rest of it. Raises Misunderstood."""
    for status, words in STATUSES.items():
        for word in sorted(words, key=len, reverse=True):
            if found := _begins(text, word):
                return status, text[found.end() :].strip()
    raise Misunderstood("A status is draft, review or published, not “%(text)s”.", text=text[:40])


def read_severity_words(text: str) -> Severity | None:
    """Returns the severity, None for a word that says that there is none. Raises Misunderstood."""
    if text.casefold() in NOBODY:
        return None
    level = read_severity(re.sub(rf"{_KOREAN_END}$", "", text).strip() or text)
    if level is None:
        raise Misunderstood("A severity is a number from 0 to 5, such as 2 or SEV-2, not “%(text)s”.", text=text[:40])
    return level


def _begins(line: str, word: str) -> re.Match[str] | None:
    """The word at the beginning of a line; Korean words take endings, as in `상태를` or `게시해줘`."""
    end = "" if word.isascii() else _KOREAN_END
    return re.match(rf"{re.escape(word)}{end}(?:[:=]\s*|\s+|$)", line, re.IGNORECASE)
