"""Questions of what was before: "than usual", "when did it start", "did 2.31 fix it", "when did it stop".

A step before names are read leaves what the answer can tell as a SHAPE, and what it can't as ENDED and FIX.
"""

from __future__ import annotations

from collections.abc import Sequence

from lark import Token

from bot.signals.language.lexer import raw, retyped
from bot.signals.language.lexicon import key, lexicon
from bot.signals.language.parse_errors import Puzzled

USUAL = "usual"
WHEN = "when"
BEGAN = "began"
HISTORY = frozenset({"USUAL", "WHEN", "BEGAN", "ENDED", "FIX"})
PROBLEMS = frozenset({"ENDED", "FIX"})
_POINTERS = frozenset({"ON", "IN", "FOR"})
_NAMED = frozenset({"NOUN", "PLACE", "QUOTED", "PATH", "SELECTOR"})
_SKIPPED = frozenset({"THE", "FILLER", ""})
_AGAINST = frozenset({"VS", "THRESHOLD"})
_RUN = frozenset({"WORD", "NAME", "THE", "FILLER", "TO", "UNREAD"}) | HISTORY
"""What may stand in a name behind "on"."""
_OCCURS = frozenset({"BEGAN", "BROKEN"})
_EITHER = "either"
"""Begins the value of a word that asks when, or says when something was ("errors when payment failed")."""
_LASTED = "lasted"
# fmt: off
_KEPT = frozenset({
    "SIGNAL", "ADJ", "METRIC", "NAME", "WORD", "NOUN", "PLACE", "QUOTED", "PATH", "SELECTOR", "VALUE", "FILTER", "ON",
    "IN", "FOR", "FACET", "TAG", "NOT", "EXCEPT", "ON_P", "IN_P", "ABOUT_P", "NOT_P",
})
# fmt: on
"""What the question says of what is counted; the rest is when, or belongs to the words that can't be answered."""


def mark_history(tokens: list[Token], text: str) -> list[Token]:
    """Returns the tokens with those words as shapes, as problems, or as words of a name where they are in one."""
    tokens = [_in_name(tokens, at, text) for at in range(len(tokens))]
    for step in (_usual, _when, _ended):
        tokens = step(tokens, text)
    return [_as_word(token, text) if token.type in HISTORY - PROBLEMS else token for token in tokens]


def _in_name(tokens: list[Token], at: int, text: str) -> Token:
    """ "on the Notify me when available button", "start button": a word of a name."""
    token = tokens[at]
    if token.type not in HISTORY:
        return token
    last = next((other.type for other in reversed(tokens[:at]) if other.type in _POINTERS | _NAMED), "")
    if _is_pointed_at(tokens, at, text) or _is_closed(tokens, at):
        return _as_name(token, text)
    inside = last in _POINTERS and any(other.type in {"NOUN", "PLACE"} for other in tokens[at + 1 : at + 5])
    closed = any(other.type in _NAMED for other in tokens[at + 1 : at + 2])
    return _as_word(token, text) if closed or inside else token


def _as_name(token: Token, text: str) -> Token:
    """Returns it as a word of a name, which its article is none of: "on the usual button"."""
    typed = raw(token, text)
    first, _, rest = typed.partition(" ")
    if rest and "THE" in {entry.kind for entry in lexicon().entries.get(key(first), ())}:
        start = (token.end_pos or 0) - len(rest)
        return Token("WORD", rest, start_pos=start, end_pos=token.end_pos)
    return retyped(token, "NAME" if key(typed) in lexicon().meanings else "WORD", typed)


def _is_pointed_at(tokens: list[Token], at: int, text: str) -> bool:
    """ "on Stop", "on end call", "on Hard Stop", "on Save and finish": behind "on", or joined to the name there."""
    joined = at > 0 and (tokens[at - 1].type == "TO" or key(raw(tokens[at - 1], text)) in lexicon().joints)
    if joined or raw(tokens[at], text)[:1].isupper():
        before = [other.type for other in reversed(tokens[:at])]
        pointer = next((kind for kind in before if kind not in _RUN), "")
    else:
        pointer = next((other.type for other in reversed(tokens[:at]) if other.type != "THE"), "")
    return pointer in {"ON", "IN"} and not (tokens[at].type == "WHEN" and _is_asked(tokens, at, text))


def _is_closed(tokens: Sequence[Token], at: int) -> bool:
    """ "Stop button errors", "end call button errors", "Stop에서 오류": closed as a name is, where nothing asks.

    "Fix the buy button" has an article, and "usual" or "when" may belong to what stands behind the next word.
    """
    ends = {"NOUN", "PLACE", "ON_P", "IN_P"}
    passed = {"WORD", "NAME"} if tokens[at].type in PROBLEMS | {"BEGAN"} else set()
    asks = any(other.type in {"FILLER", "WHEN", "WHICH", "VERSION", "DEPLOY"} for other in tokens[:at])
    behind = next((other.type for other in tokens[at + 1 :] if other.type not in passed | {"FILLER"}), "")
    return behind in ends and not asks


def _as_word(token: Token, text: str) -> Token:
    typed = raw(token, text)
    if key(typed) in lexicon().meanings:
        return retyped(token, "NAME", typed)
    return retyped(token, "UNREAD")


def _usual(tokens: list[Token], text: str) -> list[Token]:
    """ "than usual", "vs normal", "평소보다", "평소 대비"."""
    for at, token in enumerate(tokens):
        if token.type != "USUAL":
            continue
        before = [other for other in reversed(tokens[:at]) if other.type not in _SKIPPED][:1]
        behind = [other for other in tokens[at + 1 :] if other.type not in _SKIPPED][:1]
        versus = [other for other in before if other.type in _AGAINST and str(other) != "less"] or [
            other for other in behind if other.type == "VS_P"
        ]
        if versus:
            rest = [other for other in tokens if other is not token and other is not versus[0]]
            return [*rest, retyped(token, "SHAPE", USUAL)]
    return tokens


def _when(tokens: list[Token], text: str) -> list[Token]:
    """ "when did it start", "since when is it broken", "언제부터 그래"; of "when did it stop" the problem stays."""
    asked = next((token for at, token in enumerate(tokens) if _is_asked(tokens, at, text)), None)
    if asked is None or any(token.type in {"ENDED", "FIX", "GROUP", "GROUPED"} for token in tokens):
        return tokens
    began = str(asked).endswith(BEGAN) or any(token.type in _OCCURS for token in tokens)
    gone = [token for token in tokens if token.type in {"WHEN", "BEGAN"} or _is_loose_since(tokens, token)]
    rest = [token for token in tokens if not any(token is other for other in gone)]
    return [*rest, retyped(asked, "SHAPE", BEGAN if began else WHEN)]


def _is_asked(tokens: Sequence[Token], at: int, text: str) -> bool:
    """Whether the word asks when: before "did" or "was", alone at the end, or with a word for beginning behind it."""
    token, behind = tokens[at], [other for other in tokens[at + 1 :] if other.type != "THE"]
    if token.type != "WHEN":
        return False
    kinds = [other.type for other in behind]
    opening = all(other.type in _SKIPPED for other in tokens[:at])
    value = str(token)
    if value.startswith(_EITHER):
        verb = raw(behind[0], text).split()[0] if behind else ""
        closed = opening and kinds[-1:] != [] and kinds[-1] in _OCCURS
        pointed = at > 0 and tokens[at - 1].type in _POINTERS
        return (not behind and not pointed) or key(verb) in lexicon().asking or closed
    if value == _LASTED:
        return opening and not _OCCURS.isdisjoint(kinds)
    ends = kinds[-1:] in ([], ["FILLER"], ["SIGNAL"], ["CHANGE"])
    occurred = ends and {*kinds} <= _SKIPPED | {"SIGNAL", "CHANGE"}  # "언제 오류 났어", "언제 늘었어"
    return value == BEGAN or not {*_OCCURS, "TOP"}.isdisjoint(kinds) or occurred


def _is_loose_since(tokens: Sequence[Token], token: Token) -> bool:
    """Whether it is the "starting" of "when did it begin starting", and no time stands behind it."""
    return token.type == "SINCE" and str(token) == "since" and token is tokens[-1]


def _ended(tokens: list[Token], text: str) -> list[Token]:
    """Of several such words the first is the problem."""
    problems = [token for token in tokens if token.type in PROBLEMS]
    gone = [token for token in tokens if token.type in {"WHEN", "BEGAN"}] if problems else []
    dropped = [*problems[1:], *gone]
    return [token for token in tokens if not any(token is other for other in dropped)]


def _spoken(tokens: Sequence[Token], text: str) -> str:
    """Returns the tokens as they were typed; a particle stays with its word."""
    last = 0
    parts = []
    for token in tokens:
        parts.append("" if token.start_pos == last else " ")
        parts.append(raw(token, text))
        last = token.end_pos or 0
    return "".join(parts).strip()


def history_problem(problem: Token, tokens: Sequence[Token], text: str) -> Puzzled:
    """Returns why nobody can say whether something is fixed or when it ended, and what can be asked."""
    since = next((token for token in tokens if token.type in {"VERSION", "DEPLOY"}), None)
    what = _spoken([token for token in tokens if token.type in _KEPT], text)
    typed = raw(problem, text)
    values = {"what": what or "", "version": raw(since, text) if since is not None else ""}
    if since is not None and problem.type == "FIX":
        puzzled = Puzzled("I can’t judge whether something was fixed; ask how it was since then and before.", at=typed)
        puzzled.narrowable = False
        puzzled.templates = (("%(what)s since %(version)s vs before", values),)
        return puzzled
    puzzled = Puzzled(
        "I can’t tell when something ended or whether it is over; ask how it is now, or by the hour.", at=typed
    )
    puzzled.narrowable = False
    puzzled.templates = (("%(what)s in the last hour", values), ("%(what)s by hour today", values))
    return puzzled
