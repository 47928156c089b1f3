"""Help for people whose question wasn't understood: which part, what it may have meant, and what would work."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lark import Token

from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.signals.language.lexer import NAMELIKE
from bot.signals.language.lexicon import key, lexicon
from bot.signals.language.parse_errors import Early, Misplaced, Puzzled, SeveralZones, UnsureWord
from bot.signals.language.scan import pieces, without_emoji
from bot.signals.language.typos import suggestions

_PATH = re.compile(r"/[\w\-./~%@]*[\w/]")
_LONGEST_NAME = 80  # characters
_EXAMPLES = 3
_MOST_PARTS = 30
"""Of a longer question nothing is left out on trial."""
_MOST_LEFT_OUT = 5  # parts
_MOST_OFFERED = 2
_BEHIND = frozenset({"VS_P", "NOT_P", "BETWEEN_P"})
"""What stands behind all that it belongs to, so that it may go together with any part of that."""
# fmt: off
_RELATIONS = _BEHIND | {
    "NOT", "VS", "TO", "TO_P", "FROM", "FROM_P", "SINCE", "SINCE_P", "UNTIL", "UNTIL_P", "BETWEEN", "BEFORE", "AFTER",
    "AGO", "PREVIOUS", "SHIFT", "SHIFT_P", "ON", "IN", "FOR", "ON_P", "IN_P", "ABOUT_P", "TAG", "OR",
}
# fmt: on
"""What says something of its neighbours: they would mean something else if it alone were left out."""
_POINTERS = frozenset({"ON", "IN", "FOR"})
_BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"))
_COUNTED = frozenset({"SIGNAL", "ADJ"})
"""What is left out last: a question is about it."""


@dataclass(frozen=True, slots=True)
class Shortened:
    """A question that is understood without some of its words, `gone`."""

    question: str
    gone: str


@dataclass(frozen=True, slots=True)
class _Part:
    """A word of the question, or several that are one token: where it begins and ends."""

    start: int
    end: int
    kinds: frozenset[str]


def misunderstood(
    problem: Puzzled,
    text: str,
    locale: Locale,
    targets: Sequence[str],
    views: Sequence[str],
    reads: Callable[[str], bool],
) -> Misunderstood:
    """Returns the error for the asker, with three examples that would work in this workspace.

    `reads` says whether a text makes a question: what doesn't is not offered.
    """
    values = {name: _quotable(value) for name, value in problem.values.items()}
    if isinstance(problem, SeveralZones):
        values["zones"] = ", ".join(f"{offset} ({locale.country(code)})" for offset, code in problem.places)
    sentence = locale.text(problem.message, **values) if values else locale.text(problem.message)
    meant = (" ".join(locale.text(text, **filled).split()) for text, filled in problem.templates)
    own = tuple(offer for offer in (*meant, *problem.instead) if _is_whole(offer) and reads(offer))[
        : problem.most_offered
    ]
    usual = tuple(dict.fromkeys((*own, *examples(locale, targets, views))))[:_EXAMPLES]
    if isinstance(problem, UnsureWord):
        word = str(problem.values["word"])
        close = (new for old, new in suggestions(word, text) if reads(_with(text, old, new)))
        if any(letter.isalnum() for letter in word) and (instead := next(close, "")):
            sentence += " " + locale.text("Did you mean “%(word)s”?", word=instead)
        elif (instead := _all_corrected(text)) and reads(instead):
            sentence += " " + locale.text("Did you mean “%(word)s”?", word=instead)
            usual = (instead, *usual)[:_EXAMPLES]
    elif isinstance(problem, Early) and reads(instead := _with(text, problem.at, locale.text("this week"))):
        sentence += " " + locale.text("How about this week?")
        usual = (instead, *usual[1:])
    return Misunderstood(sentence, at=without_emoji(problem.at) or without_emoji(text), examples=usual)


def _is_whole(offer: str) -> bool:
    """Whether nothing is missing that the grammar does without: no bracket in "errors )", no name in "errors on"."""
    last = lexicon().entries.get(key(offer.rsplit(maxsplit=1)[-1]), ()) if offer.split() else ()
    dangles = bool(last) and {entry.kind for entry in last} <= _POINTERS
    return not dangles and all(offer.count(pair[0]) == offer.count(pair[1]) for pair in _BRACKETS)


def _quotable(value: object) -> object:
    return (without_emoji(value) or value) if isinstance(value, str) else value


def blamed_truly(problem: Puzzled, words: Callable[[str], list[Token]]) -> Puzzled:
    """Returns the problem with those words alone that are in no list, where some known ones were blamed with them.

    A name may be made of known words, too; then they are misplaced. `words` gives the tokens of a text.
    """
    if not isinstance(problem, UnsureWord):
        return problem
    typed = [piece for piece in pieces(problem.at) if piece.kind == "WORD"]
    kinds = [{token.type for token in words(piece.text)} for piece in typed]
    unknown = [at for at, each in enumerate(kinds) if "WORD" in each]
    if not unknown or len(unknown) == len(typed):
        return problem if unknown or not typed else Misplaced(problem.at)
    last = unknown[0]
    while last + 1 in unknown or (last + 2 in unknown and kinds[last + 1] == {"THE"}):
        last += 1 if last + 1 in unknown else 2
    return UnsureWord(problem.at[typed[unknown[0]].start : typed[last].end])


def narrowed(problem: Puzzled, text: str, tokens: Sequence[Token], reads: Callable[[str], bool]) -> Puzzled:
    """Returns the problem with the asker's own question to offer instead, without what doesn't go together in it.

    Of known words that belong to nothing, the fewest are blamed without which the question is understood.
    """
    if isinstance(problem, UnsureWord | Early) or not problem.narrowable:
        return problem
    shorter = shortened(text, tokens, problem.at, reads)
    if isinstance(problem, Misplaced) and shorter:
        problem = Misplaced(shorter[0].gone)
    problem.instead = (*problem.instead, *(each.question for each in shorter))
    return problem


def shortened(text: str, tokens: Sequence[Token], blamed: str, reads: Callable[[str], bool]) -> list[Shortened]:
    """Returns at most two understood questions, those first that leave out least, and closest to what is blamed."""
    parts = _parts(tokens, text)
    place = text.rfind(blamed) if blamed != text else 0
    found: list[tuple[list[_Part], Shortened]] = []
    for gone in _runs(parts, place) if len(parts) <= _MOST_PARTS else ():
        rest = _without(text, parts, gone)
        more = any(set(left) <= set(gone) or _counts(left) < _counts(gone) for left, _ in found)
        if len(found) < _MOST_OFFERED and not more and reads(rest):
            found.append((gone, Shortened(rest, " ".join(text[gone[0].start : gone[-1].end].split()))))
    return [each for _, each in found]


def _parts(tokens: Sequence[Token], text: str) -> list[_Part]:
    """Returns the parts in the order of the text; a name is one, and so is what several tokens were made of."""
    kinds: dict[tuple[int, int], set[str]] = {}
    for token in tokens:
        between = (token.type, str(token)) == ("TO", "between")
        kinds.setdefault((token.start_pos or 0, token.end_pos or 0), set()).add("BETWEEN_P" if between else token.type)
    parts: list[_Part] = []
    for (start, end), each in sorted(kinds.items()):
        last = parts[-1] if parts else _Part(0, 0, frozenset())
        if start >= last.end and not _is_one_name(last, each, text[last.end : start]):
            parts.append(_Part(start, end, frozenset(each)))
        elif end > last.end:
            parts[-1] = _Part(last.start, end, frozenset(each))
    return parts


def _is_one_name(last: _Part, kinds: set[str], between: str) -> bool:
    """Whether a token goes on with the name before it: "on", "buy", "button"; "구매와 결제" are two."""
    pointed = last.kinds <= _POINTERS and bool(last.kinds)
    goes_on = last.kinds <= NAMELIKE - {"NOUN", "PLACE"} and not between.strip()
    return kinds <= NAMELIKE and bool(last.kinds) and (pointed or goes_on)


def _counts(run: Sequence[_Part]) -> bool:
    return any(part.kinds & _COUNTED for part in run)


def _runs(parts: Sequence[_Part], place: int) -> list[list[_Part]]:
    """Returns what may be left out: neighbours, perhaps with a word behind that holds them against each other."""
    behind = [part for part in parts if part.kinds & _BEHIND]
    runs = [
        list(parts[first : first + size])
        for size in range(1, min(_MOST_LEFT_OUT, len(parts) - 1) + 1)
        for first in range(len(parts) - size + 1)
    ]
    runs += [[*run, part] for run in runs for part in behind if run[-1].end < part.start]
    either = [part for part in parts if part.kinds == {"OR"}]
    free = [run for run in runs if any(not part.kinds <= _RELATIONS for part in run) and set(either) <= set(run)]
    free = [run for run in free if not _leaves_particle(parts, run)]
    return sorted(free, key=lambda run: (_counts(run), len(run), _apart(run, place)))


def _leaves_particle(parts: Sequence[_Part], run: Sequence[_Part]) -> bool:
    """Whether a particle or a dash would stay without a word that it is written with: "어제 3시까지" without "3시".

    "사이" joins the two times before it.
    """
    for at, part in enumerate(parts):
        if part in run:
            continue
        joint = "TO" in part.kinds
        last, behind = parts[max(at - 1, 0) : at], parts[at + 1 : at + 2]
        if "BETWEEN_P" in part.kinds and set(parts[max(at - 2, 0) : at]) & set(run):
            return True
        particle = joint or any(kind.endswith("_P") for kind in part.kinds)
        stuck = [other for other in last if particle and other.end == part.start]
        stuck += [other for other in behind if joint and part.end == other.start]
        if any(other in run for other in stuck):
            return True
    return False


def _apart(run: Sequence[_Part], place: int) -> int:
    """Returns how far away a run is from what is blamed, in characters; 0 where it holds it."""
    return 0 if run[0].start <= place < run[-1].end else min(abs(run[0].start - place), abs(run[-1].end - place))


def _without(text: str, parts: Sequence[_Part], gone: Sequence[_Part]) -> str:
    """Returns the text without these parts, and without what stands between them and the part before."""
    kept: list[str] = []
    end = 0
    for at, part in enumerate(parts):
        behind = parts[at + 1] if at + 1 < len(parts) else None
        stuck = re.match(r"\w*", text[part.end : behind.start if behind else len(text)])
        tail = part.end + (stuck.end() if stuck else 0)  # a particle that says nothing
        if part not in gone:
            kept.append(text[end if kept else part.start : part.end if behind in gone else tail])
        elif kept:
            kept.append(" ")
        end = tail
    rest = " ".join("".join([*kept, text[end:]]).split())
    for opening, closing in _BRACKETS:
        if rest.count(opening) != rest.count(closing):
            rest = " ".join(rest.replace(opening, " ").replace(closing, " ").split())
        rest = rest.replace(f"{opening} ", opening).replace(f" {closing}", closing)
    return rest


def _all_corrected(text: str) -> str:
    """Returns the text with every mistyped word replaced, where there are several; else an empty one."""
    known = lexicon().entries.keys() | lexicon().meanings.keys()
    typed = [piece for piece in pieces(text) if piece.kind == "WORD" and key(piece.text) not in known]
    meant = [(piece, near[0][1]) for piece in typed if (near := suggestions(piece.text))]
    for piece, word in reversed(meant):
        text = f"{text[: piece.start]}{word}{text[piece.end :]}"
    return text if len(meant) > 1 else ""


def _with(text: str, old: str, new: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(old)}", lambda _: new, text, count=1, flags=re.IGNORECASE)


def _ends(path: str) -> bool:
    """Whether a path is read to its end: what sticks to "/sale가" is taken for a particle."""
    cut = lexicon().endings.particle_at(path)
    return cut == len(path) or path[cut - 1] == "/"


def examples(locale: Locale, targets: Sequence[str] = (), views: Sequence[str] = ()) -> tuple[str, ...]:
    """Returns three questions that would be understood, with names that this workspace knows."""
    names = (" ".join(name.split()) for name in targets)
    target = next((name for name in names if 0 < len(name) <= _LONGEST_NAME and not set(name) & set('"\\')), None)
    view = next((name for name in views if len(name) <= _LONGEST_NAME and _PATH.fullmatch(name) and _ends(name)), None)
    first = f'"{target}"' if target else locale.text("buy button")
    people = locale.text("how many users had errors yesterday")
    if view or not targets:  # a page that nobody saw would be refused where names are known
        people = locale.text("how many users had errors in %(view)s yesterday", view=view or "/checkout")
    return (
        locale.text("frustration signals on %(target)s this week", target=first),
        people,
        locale.text("top 5 frustrating buttons today"),
    )
