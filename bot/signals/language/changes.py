"""What changed: "before and after the deploy", "which pages got worse since 2.31", "did errors go up".

A step before names are read makes a comparison with the time before of them, so that a word for a change is never
dropped. Groups are then ranked by how far they are above what they were (see `bot.signals.usual`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from lark import Token

from bot.signals.language.lexer import NAMELIKE, raw, retyped
from bot.signals.language.lexicon import key, lexicon
from bot.signals.language.open_ends import ANCHORS
from bot.signals.language.parse_errors import Puzzled
from bot.signals.language.rewrite_tokens import mark_deploys
from bot.signals.question import GroupBy, Metric

_SKIPPED = frozenset({"THE", "FILLER", "ONLY", ""})
_JOINTS = frozenset({"VS", "TO", "DASH", "FILLER"})
_BEFORE = frozenset({"BEFORE", "PREVIOUS"})
_COMPARED = frozenset({"VS", "VS_P", "OVERUNIT", "SHAPE", "COMPARE"})
"""What says already what is held against what."""
_SINCE = frozenset(
    {"SINCE", "SINCE_P", "AFTER", "BEFORE", "PREVIOUS", "FROM", "TO", "TO_P", "UNTIL", "SHIFT", "DEPLOY"}
)
_KINDS = frozenset({"NOUN", "PLACE"})
_RANKED = _KINDS | {"FACET", "FACETS"}
_COUNTED = frozenset({"METRIC", "COUNT"})
_WITHOUT_SHARES = frozenset({GroupBy.ERROR, GroupBy.SIGNAL, GroupBy.MINUTE, GroupBy.HOUR, GroupBy.DAY})


def mark_changes(tokens: list[Token], text: str) -> list[Token]:
    """Returns the tokens with each change as a comparison; those of a change that can't be one are refused."""
    tokens = _ranked(_before_and_after(_both_anchors(tokens), text), text)
    tokens = _worse_of_all(_worse_there(tokens), text)
    changes = [token for token in tokens if token.type == "CHANGE"]
    if not changes:
        return _compared_groups(tokens)
    tokens = _either_value(tokens)
    kept = [token for token in tokens if token.type != "CHANGE"]
    if any(token.type in _COMPARED for token in kept):
        return _compared_groups(kept, of="what")
    if _is_of_version(kept):
        return [token for token in tokens if token.type != "CHANGE" or token is changes[0]]
    place = changes[0]
    previous = [retyped(place, "VS", "vs"), retyped(place, "PREVIOUS", "previous")]
    return _compared_groups([*kept, *previous], of="what")


def _worse_there(tokens: list[Token]) -> list[Token]:
    """ "is it worse on mobile": than on the others, as in "is it only mobile"; "worse since 2.31" is than before."""
    at = next((at for at, token in enumerate(tokens) if (token.type, str(token)) == ("CHANGE", "worse")), None)
    if at is None or any(token.type in _SINCE | _COMPARED for token in tokens):
        return tokens
    behind = [token.type for token in tokens[at + 1 :] if token.type != "THE"]
    if behind[:1] not in (["ON"], ["IN"], ["FOR"]) or behind[1:2] != ["VALUE"]:
        return tokens
    only = [retyped(tokens[at], "FILLER", "is_it"), retyped(tokens[at], "ONLY", "only")]
    return [*tokens[:at], *only, *tokens[at + 1 :]]


def _worse_of_all(tokens: list[Token], text: str) -> list[Token]:
    """ "which browser is worse": than the others; "which is better" would rank the last ones."""
    at = next((at for at, token in enumerate(tokens) if (token.type, str(token)) == ("CHANGE", "worse")), None)
    if at is None or any(token.type in _SINCE | _COMPARED for token in tokens):
        return tokens
    if any(
        (token.type, str(token)) == ("FILLER", "or") for token in tokens
    ):  # "which browser is worse, Safari or Chrome"
        return tokens
    if not any(one.type == "WHICH" and of.type in _RANKED for one, of in pairwise(_spoken(tokens))):
        return tokens
    if key(raw(tokens[at], text)).endswith("better"):
        return [*tokens[:at], retyped(tokens[at], "UNREAD", "unread"), *tokens[at + 1 :]]
    return [*tokens[:at], *tokens[at + 1 :]]


def _spoken(tokens: Sequence[Token]) -> list[Token]:
    return [token for token in tokens if token.type not in _SKIPPED]


def _both_anchors(tokens: list[Token]) -> list[Token]:
    """ "before the deploy and after the deploy", "after 2.31 vs before 2.31": the moment is named twice."""
    spoken = [token for token in tokens if token.type not in {"THE"}]
    for at in range(len(spoken) - 4):
        first, anchor, joint, last, again = spoken[at : at + 5]
        sides = [{first.type} & _BEFORE, {last.type} & _BEFORE]
        turned = first.type == "AFTER" and bool(sides[1])
        if not ((sides[0] and last.type == "AFTER") or turned) or joint.type not in _JOINTS:
            continue
        if anchor.type in ANCHORS and (anchor.type, str(anchor)) == (again.type, str(again)):
            both = Token("BOTH", "both", start_pos=first.start_pos, end_pos=last.end_pos)
            begin, end = tokens.index(first), next(n for n, token in enumerate(tokens) if token is again)
            return [*tokens[:begin], both, *tokens[end:]]
    return tokens


def _before_and_after(tokens: list[Token], text: str) -> list[Token]:
    """ "before and after 2.31", "배포 전후": since then, held against as long before."""
    at = next((at for at, token in enumerate(tokens) if token.type == "BOTH"), None)
    if at is None:
        return tokens
    both, tokens = tokens[at], mark_deploys(tokens, text)
    at = next(n for n, token in enumerate(tokens) if token is both)
    ahead = next((other for other in tokens[at + 1 :] if other.type != "THE"), None)
    last = next((other for other in reversed(tokens[:at]) if other.type != "THE"), None)
    anchor = next((other for other in (ahead, last) if other is not None and other.type in ANCHORS), None)
    if str(both) == "deploy":
        anchor = retyped(both, "DEPLOY", "deploy")
    if anchor is None and any(other is not None and other.type == "TIME" for other in (ahead, last)):
        return [token for token in tokens if token is not both]  # about that time, which is asked back
    if anchor is None:
        return [retyped(token, "UNREAD") if token is both else token for token in tokens]
    rest = [token for token in tokens if not (token is both or token is anchor or token.type in {"VS_P", "COMPARE"})]
    since = [retyped(both, "SINCE", "since"), anchor]
    if (anchor.start_pos or 0) < (both.start_pos or 0):
        since = [anchor, retyped(both, "SINCE_P", "SINCE_P")]
    against = [retyped(both, "VS", "vs"), retyped(both, "PREVIOUS", "previous")]
    return [*rest, *since, *against]


def _is_of_version(tokens: Sequence[Token]) -> bool:
    """ "is 2.31 worse", "what got worse in 2.31": of that version alone, and nobody says than which."""
    versions = [at for at, token in enumerate(tokens) if token.type == "VERSION"]
    around = {token.type for at in versions for token in (*tokens[max(at - 2, 0) : at], *tokens[at + 1 : at + 2])}
    return bool(versions) and not around & _SINCE


def _either_value(tokens: list[Token]) -> list[Token]:
    """ "which is worse, 2.30 or 2.31": the two are held against each other."""
    out = list(tokens)
    for at in range(1, len(tokens) - 1):
        last, token, behind = tokens[at - 1 : at + 2]
        if (token.type, str(token)) == ("FILLER", "or") and last.type == behind.type in {"VERSION", "VALUE"}:
            alike = last.type == "VERSION" or last.split("=")[0] == behind.split("=")[0]
            out[at] = retyped(token, "VS", "vs") if alike else token
    return out


def _ranked(tokens: list[Token], text: str) -> list[Token]:
    """ "더 나빠진 페이지", "pages that got worse": which of them did."""
    changed = any(token.type == "CHANGE" for token in tokens)
    out: list[Token] = []
    for at, token in enumerate(tokens):
        several = token.type in _KINDS and key(raw(token, text)) in lexicon().plurals
        bare = several and (at == 0 or tokens[at - 1].type not in NAMELIKE | {"WHICH", "TOP", "ON", "IN", "NUMBER"})
        told = token.type in _RANKED and at > 0 and (tokens[at - 1].type, str(tokens[at - 1])) == ("CHANGE", "ranked")
        if changed and (bare or told):
            out.append(retyped(token, "WHICH", "which"))
        out.append(token)
    return out


def _has_no_share(token: Token) -> bool:
    return token.type in {"GROUP", "GROUPED", "FACETS"} and str(token) in _WITHOUT_SHARES


def _compared_groups(tokens: list[Token], of: str = "") -> list[Token]:
    """ "which pages have more errors than yesterday": shares of sessions, which are held against each other by group.

    Of a change, "what" asks for the targets.
    """
    if not any(token.type in {"VS", "VS_P", "OVERUNIT"} for token in tokens):
        return tokens
    if any(token.type in _COUNTED or _has_no_share(token) for token in tokens):
        return tokens
    asked = any(token.type == "WHICH" for token in tokens) and any(token.type in _RANKED for token in tokens)
    grouped = of == "what" and any(token.type == "GROUP" for token in tokens)
    what = of == "what" and any((token.type, str(token)) == ("FILLER", of) for token in tokens)
    alone = what and not any(token.type in NAMELIKE | {"GROUP", "GROUPED", "VALUE"} for token in tokens)
    if not (asked or grouped or alone):
        return tokens
    share = retyped(tokens[0], "METRIC", Metric.SESSIONS_SHARE)
    return [*tokens, *([retyped(tokens[0], "GROUP", GroupBy.TARGET)] if alone else []), share]


def change_problem(token: Token, tokens: Sequence[Token], text: str) -> Puzzled:
    """Returns what to say of a version of which was asked whether it is worse, without one to hold it against."""
    typed = raw(token, text)
    versions = [raw(other, text) for other in tokens if other.type == "VERSION"][:1]
    problem = Puzzled(
        "I need to know what to compare with for “%(what)s”: another version, or the time before.", at=typed, what=typed
    )
    kept = [other for other in tokens if other.type in _RANKED | NAMELIKE | {"SIGNAL", "ADJ", "VALUE"}]
    what = " ".join(raw(other, text) for other in kept)
    problem.templates = tuple(
        ("%(what)s since %(version)s vs before", {"what": what, "version": version}) for version in versions
    )
    problem.narrowable = False
    return problem
