"""Versions that are named by their place: "in the current version", "최신 버전에서", "2.31 vs the previous version".

They are those that were seen first last, and before that; where two were seen first at the same time, nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from lark import Token

from bot.signals.language.dates import Assumptions
from bot.signals.language.lexer import raw
from bot.signals.language.lexicon import key, lexicon

ASSUMED_VERSION = "“%(what)s” is taken as version %(version)s."
_LONGEST = 4
"""Tokens that name a version so."""
_MOMENTS_BEHIND = frozenset({"SINCE_P", "FROM_P", "TO_P", "UNTIL_P", "BEFORE", "AFTER", "BOTH", "AGO", "SHIFT"})
_MOMENTS_AHEAD = frozenset({"SINCE", "FROM", "BEFORE", "PREVIOUS", "AFTER", "UNTIL", "BOTH", "TO", "BETWEEN", "SHIFT"})
"""Beside these a deploy is a moment."""
_NAMED = frozenset({"WORD", "NOUN", "PLACE"})


def name_versions(tokens: list[Token], text: str, versions: Mapping[str, datetime]) -> list[Token]:
    """Returns the tokens with such words as the VERSION that they mean, where that is known."""
    for start, end, which in _places(tokens, text):
        named = _version(which, versions, [str(token) for token in tokens if token.type == "VERSION"])
        if named:
            one = Token("VERSION", named, start_pos=tokens[start].start_pos, end_pos=tokens[end - 1].end_pos)
            return name_versions([*tokens[:start], one, *tokens[end:]], text, versions)
    return tokens


def assumed_versions(tokens: Sequence[Token], text: str) -> Assumptions:
    """Returns the sentences that say which version each of them is taken as."""
    named = [(raw(token, text), str(token)) for token in tokens if token.type == "VERSION"]
    words = lexicon().newest | lexicon().second_newest
    return [(ASSUMED_VERSION, {"what": typed, "version": it}) for typed, it in named if key(typed) in words]


def _places(tokens: Sequence[Token], text: str) -> Iterator[tuple[int, int, int]]:
    """Yields where such words begin and end, and how many versions are newer."""
    for start in range(len(tokens)):
        for end in range(min(start + _LONGEST, len(tokens)), start, -1):
            phrase = key(text[tokens[start].start_pos : tokens[end - 1].end_pos])
            which = 0 if phrase in lexicon().newest else 1 if phrase in lexicon().second_newest else None
            if which is None or any(token.type in {"VERSION", "QUOTED"} for token in tokens[start:end]):
                continue
            before, behind = tokens[start - 1].type if start else "", tokens[end].type if end < len(tokens) else ""
            moment = tokens[end - 1].type == "DEPLOY"  # and no word for it that has no other meaning
            moment = moment and (before in _MOMENTS_AHEAD or behind in _MOMENTS_BEHIND)
            if not moment and behind not in _NAMED and not _is_name(tokens, end):
                yield start, end, which


def _is_name(tokens: Sequence[Token], at: int) -> bool:
    """ "현재 버전 확인 버튼": a name goes on there and ends with a kind of control."""
    while at < len(tokens) and tokens[at].type in {"WORD", "NAME"}:
        if tokens[at + 1 : at + 2] and tokens[at + 1].type == "NOUN":
            return True
        at += 1
    return False


def _version(which: int, versions: Mapping[str, datetime], others: Sequence[str]) -> str:
    """Returns the version of which so many are newer; empty where that can't be told."""
    newest = sorted(versions, key=lambda version: versions[version], reverse=True)
    if len(newest) <= which or len({versions[version] for version in newest[: which + 2]}) < len(newest[: which + 2]):
        return ""
    if which and any(other.removeprefix("v") != newest[0].removeprefix("v") for other in others):
        return ""  # the one before that
    return newest[which]
