"""Names that begin with a word of the question, before "button" or a particle: "국가 선택 버튼", "매일 받기에서".

A step before names are read makes them names where that word can mean nothing else there, or where the question says
elsewhere what it would say. Else OWNED, which is asked back: "매일 받기" may be the name, or "받기" by day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lark import Token

from bot.signals.language.lexer import raw, retyped
from bot.signals.language.lexicon import key, lexicon
from bot.signals.language.protected_names import TIME_WORDS
from bot.signals.language.titles import is_title

_NAMED = frozenset({"WORD", "NAME"})
_KINDS = frozenset({"NOUN", "PLACE"})
_SIGNALS = frozenset({"SIGNAL", "ADJ"})
_FACETS = frozenset({"FACET", "FACETS"})
_GROUPS = frozenset({"GROUP", "GROUPED"})
_COMPARED = frozenset({"VS", "VS_P", "SHIFT", "OVERUNIT"})
_ANCHORS = frozenset({"DEPLOY", "VERSION", "TIME", "STAMP"})
_PERIODS = frozenset({"DAY", "CALENDAR", "ISO", "SLASHED", "ROLLING", "HOLIDAY"})
"""Times that are a whole period each, so that the second one is none."""
_ASKING = frozenset({"WHICH", "TOP", "COUNT", "NUMBER", "LAST", "PAST", "THIS", "NOT", "GROUP", "TAG", "NEXT"})
"""Before a word of the question these say what it is for."""
_LENGTHENING = frozenset({"LAST", "PAST", "THIS", "NEXT", "WITHIN", "IN", "TO", "BETWEEN", "SINCE", "FROM", "NUMBER"})
_MOVING = frozenset({"SINCE", "FROM", "BEFORE", "AFTER", "VS", "TO", "BETWEEN", "UNTIL", "VERSION", "PREVIOUS", "BOTH"})
_OPERATORS = frozenset({"PREVIOUS", "SINCE_P", "NOT_P", "AFTER", "DEPLOY"})
"""Words that say something of what stands before them, and are names where nothing does: "이후 버튼"."""


@dataclass(frozen=True, slots=True)
class Found:
    """A name that begins at a token; `owner` is the part of it that may be meant as it stands, empty for none."""

    start: int
    owner: str = ""


def mark_keyword_names(tokens: list[Token], text: str) -> list[Token]:
    """Returns the tokens with such names as NAME or OWNED."""
    for close in range(len(tokens) - 1, 0, -1):
        if close >= len(tokens) or not _closes(tokens, close, text):
            continue
        words = close
        while words > 0 and tokens[words - 1].type in _NAMED and (words == close or _touch(tokens, words, text)):
            words -= 1
        for rule in _RULES if words > 0 and (words == close or _touch(tokens, words, text)) else ():
            if found := rule(tokens, words, close, text):
                tokens = [*tokens[: found.start], *_name(tokens[found.start : close], found, text), *tokens[close:]]
                break
    return _arranged(tokens, text)


def _name(run: Sequence[Token], found: Found, text: str) -> list[Token]:
    if found.owner:
        return [Token("OWNED", found.owner, start_pos=run[0].start_pos, end_pos=run[-1].end_pos)]
    return [token if token.type in _NAMED else retyped(token, "NAME", raw(token, text)) for token in run]


def _closes(tokens: Sequence[Token], at: int, text: str) -> bool:
    """Whether it is "button" and not "buttons", or a particle that sticks to the name."""
    if tokens[at].type in {"ON_P", "IN_P"}:
        return tokens[at].start_pos == tokens[at - 1].end_pos
    return tokens[at].type in _KINDS and key(raw(tokens[at], text)) not in lexicon().plurals


def _is_particle(tokens: Sequence[Token], at: int) -> bool:
    return tokens[at].type not in _KINDS


def _facet(tokens: Sequence[Token], words: int, close: int, text: str) -> Found | None:
    """ "국가 선택 버튼", "PC 버전 보기 버튼", "버전 비교 페이지": no value stands behind the facet."""
    at = words - 1
    if words == close and tokens[at].type in {"VS_P", "COMPARE"}:
        at -= 1
    elif words == close and (tokens[at].type not in _FACETS or at == 0 or tokens[at - 1].type != "VALUE"):
        return None
    before = tokens[at - 1] if at > 0 else None
    if before is not None and before.type in {"VERSION", "FILTER"}:  # "2.31 버전 구매 버튼"
        return None
    if at < 0 or tokens[at].type not in _FACETS or (before is not None and before.type in _ASKING | {"FILLER", "THE"}):
        return None
    if before is not None and before.type == "NOW":  # "현재 버전 확인 버튼"
        return Found(at - 1)
    if before is None or before.type != "VALUE" or not _touch(tokens, at, text):
        return Found(at)
    return None if before.startswith(f"{tokens[at]}=") else Found(at - 1)  # "크롬 브라우저 결제 버튼"


def _deploy(tokens: Sequence[Token], words: int, close: int, text: str) -> Found | None:
    """ "업데이트 확인 버튼", "배포 이력 페이지": nothing is said of the deploy."""
    at = words - 1
    if not _is_label(tokens[at], text) or " " in raw(tokens[at], text):  # "최근 배포"
        return None
    moved = at > 0 and tokens[at - 1].type in _MOVING | {"THE", "FOR"}
    return Found(at) if words < close and tokens[at].type == "DEPLOY" and not moved else None


def _operator(tokens: Sequence[Token], words: int, close: int, text: str) -> Found | None:
    """ "이전 버튼", "이후 버튼", "필터 제외 버튼", "이전 페이지 버튼"."""
    at = words - 1
    if words == close and tokens[at].type == "PLACE":
        at -= 1
    if words < close or at < 0 or tokens[at].type not in _OPERATORS or tokens[close].type != "NOUN":
        return None
    start = at
    while start > 0 and tokens[start - 1].type in _NAMED and _touch(tokens, start, text):
        start -= 1
    if start > 0 and tokens[at].type == "NOT_P" and tokens[start - 1].type in _SIGNALS:
        return None
    return Found(start) if start == 0 or tokens[start - 1].type in _SIGNALS | {"FILLER", "THE"} else None


def _both(tokens: Sequence[Token], words: int, close: int, _: str) -> Found | None:
    """ "전후 비교 버튼", where no moment is named that has a before and an after."""
    around = any(token.type in _ANCHORS for token in tokens)
    kinds = [token.type for token in tokens[words - 2 : close]]
    return Found(words - 2) if not around and kinds in (["BOTH", "VS_P"], ["BOTH", "COMPARE"]) else None


def _compare(tokens: Sequence[Token], words: int, close: int, text: str) -> Found | None:
    """ "Compare plans button": nothing is held against anything."""
    at, compared = words - 1, any(token.type in _COMPARED | {"VALUE", "VERSION"} for token in tokens)
    titled = tokens[at].type == "COMPARE" and is_title(tokens[at], text) and not compared
    return Found(at) if words < close and titled and tokens[words].type == "WORD" else None


def _signal(tokens: Sequence[Token], words: int, close: int, text: str) -> Found | None:
    """ "오류 보기 버튼 분노 클릭": other signals are asked for; "불만 접수 버튼"."""
    at = words - 1
    if words == close or tokens[at].type != "SIGNAL" or tokens[words].type != "WORD":
        return None
    if any(token.type in _SIGNALS for near, token in enumerate(tokens) if near != at):
        return Found(at) if at == 0 or tokens[at - 1].type not in _SIGNALS | {"FILLER"} else None
    return Found(at, raw(tokens[at], text)) if key(raw(tokens[words], text)) in lexicon().reporting else None


def _metric(tokens: Sequence[Token], words: int, close: int, text: str) -> Found | None:
    """ "사용자 추가 버튼", "세션 종료 버튼": a name, or who is counted and a name."""
    at = words - 1
    before = tokens[at - 1].type if at > 0 else ""
    if words == close or tokens[at].type != "METRIC" or tokens[words].type != "WORD":
        return None
    if " " in raw(tokens[at], text):  # "영향받은 사용자"
        return None
    if before in {"VALUE", "FILTER", "VERSION", "FILLER", "COUNT", "WHICH", "NUMBER", "FOR", "TOP", *_SIGNALS}:
        return None
    named = before in {"ON", "IN", "THE"}
    named = named or any(token.type in {"METRIC", "COUNT"} for near, token in enumerate(tokens) if near != at)
    return Found(at, "" if named else raw(tokens[at], text))


def _daily(tokens: Sequence[Token], words: int, close: int, text: str) -> Found | None:
    """ "매일 받기 버튼", "국가별 보기 버튼", "Daily deals button"."""
    at = words - 1
    if words == close or tokens[at].type not in _GROUPS:
        return None
    arranged = key(raw(tokens[words], text)) in lexicon().arranging
    label = tokens[at].type == "GROUPED" and tokens[words].type == "WORD"
    label = label and (
        is_title(tokens[at], text) or _is_attributive(tokens[at], text) or _does(tokens[close - 1], text)
    )
    if not (arranged or label):
        return None
    grouped = any(token.type in _GROUPS for near, token in enumerate(tokens) if near != at)
    return Found(at, "" if grouped else raw(tokens[at], text))


def _timed(tokens: Sequence[Token], words: int, close: int, text: str) -> Found | None:
    """ "현재 위치 버튼", "이번 주 추천 버튼 어제 오류", "내일 배송 버튼", "크리스마스 이벤트 배너"."""
    at = words - 1
    token = tokens[at]
    if (
        words == close
        or tokens[words].type != "WORD"
        or token.type not in {"DAY", "CALENDAR", "HOLIDAY", "NOW", "PART"}
    ):
        return None
    before = tokens[at - 1].type if at > 0 else ""
    if token.type == "NOW" and before in _PERIODS and _is_attributive(token, text):  # "어제 현재 위치 버튼"
        return Found(at)
    if before in _LENGTHENING | _MOVING | TIME_WORDS | {"THE"}:
        return None
    if token.type in {"DAY", "CALENDAR"} and int(str(token).split()[0]) > 0:
        return Found(at)
    compared = any(other.type in _COMPARED for other in tokens)
    others = {other.type for near, other in enumerate(tokens) if near != at}
    if others & _PERIODS and not compared and token.type != "PART" and _is_label(token, text):
        return Found(at)
    doubtful = (token.type == "HOLIDAY" or _is_attributive(token, text)) and not others & (
        TIME_WORDS | {"BROKEN", "UNIT", "SINCE", "SINCE_P"}
    )
    return Found(at, raw(token, text)) if doubtful and not compared else None


def _length(tokens: Sequence[Token], words: int, close: int, text: str) -> Found | None:
    """ "30일 무료 체험 버튼", "1시간 연장 버튼", "7 day trial button"."""
    at = words - 1
    if words == close or tokens[words].type != "WORD":
        return None
    unit = key(raw(tokens[at], text))
    if tokens[at].type != "UNIT" or at == 0 or tokens[at - 1].type != "NUMBER" or unit in lexicon().lasting:
        return None
    at -= 1
    if [token.type for token in tokens[max(at - 2, 0) : at]] == ["ON", "THE"]:
        return Found(at)
    if at > 0 and tokens[at - 1].type in _LENGTHENING | TIME_WORDS | _ASKING | {"FILLER", "FOR", "THE"}:
        return None
    timed = any(token.type in _PERIODS for near, token in enumerate(tokens) if not at <= near < words)
    return Found(at, "" if timed else text[tokens[at].start_pos : tokens[words - 1].end_pos])


def _counted(tokens: Sequence[Token], words: int, close: int, text: str) -> Found | None:
    """ "2개 구매 버튼": a name, or the first two."""
    at = words - 2
    if words == close or at < 0 or [token.type for token in tokens[at:words]] != ["NUMBER", "COUNTER"]:
        return None
    if any(token.type in {"TOP", "WHICH"} for token in tokens) or _is_particle(tokens, close):
        return None
    return Found(at, text[tokens[at].start_pos : tokens[words - 1].end_pos])


def _opened(tokens: Sequence[Token], words: int, close: int, text: str) -> Found | None:
    """ "크롬에서 열기 버튼", "새 창에서 열기 버튼": where something is opened, or where it was clicked."""
    at = words - 1
    if words == close or tokens[at].type not in {"ON_P", "IN_P"} or _is_particle(tokens, close):
        return None
    if key(raw(tokens[words], text)) not in lexicon().opening:
        return None
    start = at - 1
    while start > 0 and tokens[start].type in _KINDS | _NAMED and tokens[start - 1].type in _NAMED:
        start -= 1
    return Found(max(start, 0), text[tokens[max(start, 0)].start_pos : tokens[at].end_pos])


_RULES: tuple[Callable[[Sequence[Token], int, int, str], Found | None], ...] = (
    _facet,
    _deploy,
    _operator,
    _both,
    _compare,
    _signal,
    _metric,
    _daily,
    _timed,
    _length,
    _counted,
    _opened,
)


def _arranged(tokens: list[Token], text: str) -> list[Token]:
    """ "Sort by country", "filter by date": what a control does, or a control by country."""
    for at in range(len(tokens) - 1):
        verb, group = tokens[at : at + 2]
        if verb.type not in _NAMED | {"FILLER"} or group.type != "GROUP" or not _touch(tokens, at + 1, text):
            continue
        if key(raw(verb, text)) not in lexicon().arranging or not raw(group, text).casefold().startswith("by "):
            continue
        noun = at + 2 < len(tokens) and _closes(tokens, at + 2, text)
        grouped = any(token.type in _GROUPS for near, token in enumerate(tokens) if near != at + 1)
        found = Found(at, "" if noun or grouped else raw(group, text))
        return [*tokens[:at], *_name(tokens[at : at + 2], found, text), *tokens[at + 2 :]]
    return tokens


def _is_attributive(token: Token, text: str) -> bool:
    """ "현재 위치": the word says something of the one behind it rather than of the time."""
    return key(raw(token, text)) in lexicon().attributive


def _does(token: Token, text: str) -> bool:
    """ "받기": whether a word says what a control does."""
    return raw(token, text).endswith(lexicon().doing)


def _is_label(token: Token, text: str) -> bool:
    """Whether a name may begin with the token: with a capital, or in a language that has none."""
    return is_title(token, text) or lexicon().endings.carries(raw(token, text))


def _touch(tokens: Sequence[Token], at: int, text: str) -> bool:
    """Whether only spaces are between a token and the one before."""
    return not text[tokens[at - 1].end_pos : tokens[at].start_pos].strip()
