"""Lists of names: "buy, pay and search", "구매랑 결제", "buy and pay buttons" are several targets, and no name.

"Save and continue" is what a button says: a capital begins it and no comma parts it.
"""

from __future__ import annotations

from collections.abc import Sequence

from lark import Token

from bot.signals.language.lexer import raw
from bot.signals.language.lexicon import Lexicon, key
from bot.signals.language.parse_errors import Puzzled
from bot.signals.language.titles import is_title

_KINDS = frozenset({"NOUN", "PLACE"})
_MOST_OFFERED = 2


def list_problem(run: Sequence[Token], text: str, lexicon: Lexicon) -> Puzzled | None:
    """Returns the problem with a run of words that names several things; None where it is one name.

    Each is offered alone, and the whole in quotes where it may be one name after all.
    """
    noun = run[-1] if run[-1].type in _KINDS else None
    words = list(run[:-1] if noun else run)
    parts, joints = _parted(words, text, lexicon)
    if len(parts) < 2:
        return None
    several = noun is not None and key(raw(noun, text)) in lexicon.plurals
    joined = all(key(joint) in lexicon.joints for joint in joints)
    label = joined and is_title(words[0], text)
    known = all(_is_known(part, text, lexicon) for part in parts)
    if not (several or (known and not label)):
        return None
    start, end = words[0].start_pos or 0, (run[-1].end_pos or 0)
    named = _spelled(words, text)
    kind = "" if noun is None else " " + _one(raw(noun, text), lexicon)
    names = [f"{_spelled(part, text)}{kind}" for part in parts]
    problem = Puzzled("I can look at one target at a time.", at=_spelled(parts[1], text))
    quoted = [f'"{named}"{kind}'] if joined and not several else []
    offers = [*names[:_MOST_OFFERED], *quoted]
    problem.instead = tuple(" ".join(f"{text[:start]}{offer}{text[end:]}".split()) for offer in offers)
    problem.most_offered = len(offers)
    return problem


def _parted(words: Sequence[Token], text: str, lexicon: Lexicon) -> tuple[list[list[Token]], list[str]]:
    """Returns the words between those that join, and what joins them."""
    parts: list[list[Token]] = [[]]
    joints: list[str] = []
    for token in words:
        gap = text[parts[-1][-1].end_pos : token.start_pos] if parts[-1] else ""
        between = gap.strip()
        word = key(between.strip(","))
        apart = between == "/" and gap[0] == gap[-1] == " "  # "checkout / cart", and not "checkout/payment"
        if between and (
            apart or word in {"", *lexicon.joints} or (word.isalpha() and word not in lexicon.endings.particles)
        ):
            joints.append(between)
            parts.append([])
        if raw(token, text) == "/" or key(raw(token, text)) in lexicon.joints:
            joints.append(raw(token, text))
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part], joints


def _is_known(part: Sequence[Token], text: str, lexicon: Lexicon) -> bool:
    """Whether the words name a control or a page that everybody knows, or one of this workspace."""
    if key(_spelled(part, text)) in lexicon.meanings:
        return True
    return all(token.type == "NAME" and key(raw(token, text)) not in lexicon.entries for token in part)


def _one(noun: str, lexicon: Lexicon) -> str:
    """ "button" of "buttons"."""
    singular = noun.removesuffix("s")
    return singular if key(noun) in lexicon.plurals and key(singular) in lexicon.entries else noun


def _spelled(tokens: Sequence[Token], text: str) -> str:
    return " ".join(text[tokens[0].start_pos : tokens[-1].end_pos].split())
