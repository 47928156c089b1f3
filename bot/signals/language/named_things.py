"""Tells targets from views in the words that name something, and refuses words that name nothing we can be sure of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from lark import Token

from bot.signals.language.asked_history import PROBLEMS, history_problem
from bot.signals.language.changes import change_problem
from bot.signals.language.clauses import NamedClause
from bot.signals.language.dates import clock_time
from bot.signals.language.error_kinds import error_kind_problem
from bot.signals.language.lexer import NAMELIKE, as_one_word, raw
from bot.signals.language.lexicon import Lexicon, key, lexicon
from bot.signals.language.name_lists import list_problem
from bot.signals.language.odd_numbers import refusal
from bot.signals.language.parse_errors import Puzzled, UncountedWord, UnreadableWord, UnsureWord
from bot.signals.language.protected_names import TIME_WORDS
from bot.signals.language.scan import QUOTES, plain
from bot.signals.language.single_ids import single_id_problem
from bot.signals.language.typos import misspelt
from bot.signals.question import GroupBy

_SPECIAL = frozenset({"PATH", "SELECTOR", "QUOTED"})
_KINDS = frozenset({"NOUN", "PLACE"})


@dataclass(frozen=True, slots=True)
class Name:
    """A target or a view by name. Without a text it is a kind of thing alone ("top 5 buttons")."""

    text: str
    dimension: GroupBy
    exact: bool = False


def named(clause: NamedClause, text: str, lexicon: Lexicon) -> Iterator[Name]:
    """Yields each name in a run of words: a noun ends one ("buy button", "결제 버튼")."""
    parts = list(_split(clause.tokens))
    for at, tokens in enumerate(parts):
        special = bool(parts[at + 1 :]) and parts[at + 1][0].type in _SPECIAL
        if special and tokens[-1].type == "WORD" and key(raw(tokens[-1], text)) not in lexicon.joints:
            raise UnsureWord(_spelled(tokens, text))  # "on flurble button#buy"
        before = clause.before if at == 0 else ""
        after = clause.after if at == len(parts) - 1 else ""
        yield _name(tokens, before, after, text, lexicon)


def _split(tokens: tuple[Token, ...]) -> Iterator[list[Token]]:
    run: list[Token] = []
    for at, token in enumerate(tokens):
        if run and (token.type in _SPECIAL or (token.type == "NAME" and run[0].type in _SPECIAL)):
            yield run
            run = []
        run.append(token)
        behind = tokens[at + 1].type if at + 1 < len(tokens) else ""
        if token.type in _KINDS and len(run) > 1 and behind not in _KINDS:
            yield run
            run = []
    if run:
        yield run


def _name(run: list[Token], before: str, after: str, text: str, lexicon: Lexicon) -> Name:
    noun = run[-1] if run[-1].type in _KINDS else None
    place = noun is not None and noun.type == "PLACE"
    if noun is not None and len(run) == 1:
        return Name("", GroupBy.VIEW if place else GroupBy.TARGET)
    special = run[0] if run[0].type in _SPECIAL else None
    if special is not None:
        loose = [token for token in run[1:] if token is not noun and key(raw(token, text)) not in lexicon.joints]
        if loose:
            raise _unsure(loose, text)
        inside = special.type == "QUOTED" and (place or (before == "IN" and noun is None) or after == "IN_P")
        view = special.type == "PATH" or inside
        return Name(str(special), GroupBy.VIEW if view else GroupBy.TARGET, special.type == "QUOTED" and not view)
    if problem := list_problem(run, text, lexicon):
        raise problem
    words = [token for token in run if token.type == "WORD"]
    marked = noun is not None or before in {"ON", "IN"} or after != ""
    for token in words:
        if misspelt(raw(token, text), facets=before in {"IN", "FOR"} and noun is None):
            raise UnsureWord(raw(token, text))
    if words and not marked:
        raise _unsure(words[:1] if before else run, text)
    if place:
        return Name(_spelled(run[:-1], text), GroupBy.VIEW)
    spelled = _spelled(run, text)
    known_place = after == "ON_P" and noun is None and key(spelled) in lexicon.places
    view = noun is None and (before == "IN" or after == "IN_P" or known_place)
    return Name(spelled, GroupBy.VIEW if view else GroupBy.TARGET)


def _unsure(run: list[Token], text: str) -> Puzzled:
    """Returns the problem with the first words of a run that are in no list."""
    first = next((at for at, token in enumerate(run) if token.type == "WORD"), 0)
    return UnsureWord(_spelled([run[first], *takewhile(lambda token: token.type == "WORD", run[first + 1 :])], text))


def compared_names(tokens: Sequence[Token], at: int, text: str) -> Puzzled | None:
    """Returns the problem with "buy vs checkout", "구매 버튼과 결제 버튼 비교", where that fails there."""
    versus = next((near for near in (at, at - 1, at - 2) if _is_versus(tokens, near)), None)
    if versus is None:
        return None
    ahead = [token for token in takewhile(_is_name, tokens[versus + 1 :]) if token.type in NAMELIKE]
    before = [token for token in tokens[:versus] if token.type in NAMELIKE]
    names = _apart(ahead, text) or (_apart(before, text) if tokens[versus].type == "VS_P" else [])
    if not names or (not ahead and len(names) < 2):
        return None
    return Puzzled("I can look at one target at a time.", at=_spelled(names[-1], text))


def _apart(tokens: list[Token], text: str) -> list[list[Token]]:
    """Returns the names in a run of their words: a noun ends one, and so does a word that says nothing."""
    names: list[list[Token]] = []
    for token in tokens:
        last = names[-1][-1] if names else None
        if last is None or last.type in _KINDS or text[last.end_pos : token.start_pos].strip():
            names.append([])
        names[-1].append(token)
    return names


def _is_name(token: Token) -> bool:
    return token.type in NAMELIKE | {"ON", "IN", "FOR"}


def _is_versus(tokens: Sequence[Token], at: int) -> bool:
    return 0 <= at < len(tokens) and tokens[at].type in {"VS", "VS_P"}


def bare_problem(tokens: Sequence[Token], bare: str, text: str) -> Puzzled:
    """Returns what to say of a kind of thing alone: "this week button" is the week, or a button of that name."""
    at = next((at for at, token in enumerate(tokens) if raw(token, text) == bare), 0)
    first = at
    while first > 0 and tokens[first - 1].type in {"NUMBER", "LAST", "PAST", "THIS", "UNIT", "GROUPED", *TIME_WORDS}:
        first -= 1
    if first == at or is_facet(tokens, bare, text):
        return Puzzled("I’m not sure what to do with “%(what)s” here.", what=bare, at=bare)
    return Puzzled(
        "Say which “%(what)s” is meant; if it is called “%(when)s”, put that in quotes.",
        what=bare,
        when=text[tokens[first].start_pos : tokens[at - 1].end_pos].strip(),
        at=bare,
    )


def is_facet(tokens: Sequence[Token], typed: str, text: str) -> bool:
    """Whether the words are those of a facet ("country"), and not of a kind of control or page."""
    return any(token.type in {"FACET", "FACETS"} and raw(token, text) == typed for token in tokens)


def trouble(tokens: Sequence[Token], text: str) -> Puzzled | None:
    """Returns the problem with the first word that is in no list and that nothing marks as a name, if there is one.

    After that it is the hours of which nobody knows the half of the day.
    """
    for at, token in enumerate(tokens):
        if problem := _refused(token, tokens, text):
            return problem
        if token.type == "WORD" and not _is_marked(tokens, at):
            return unknown_word(token, text)
    hours = next((token for token in tokens if token.type == "OPENHOURS"), None)
    if hours is None:
        return None
    typed = raw(hours, text)
    why, *readings = hours.split("|")
    if why == "turned":
        return Puzzled("“%(what)s” ends before it starts; say the day of each end.", at=typed, what=typed)
    problem = Puzzled("Say which half of the day “%(what)s” is in: 2pm, say, or 14:00.", at=typed, what=typed)
    if why == "hour":
        when = clock_time(typed)
        readings = [f"{hour:02}:{when.minute:02}" for hour in (when.hour, when.hour + 12)]
    problem.instead = tuple(f"{text[: hours.start_pos]}{reading}{text[hours.end_pos :]}" for reading in readings)
    return problem


def _refused(token: Token, tokens: Sequence[Token], text: str) -> Puzzled | None:
    """Returns the problem with a word that is known and has no reading; None for any other."""
    if token.type in PROBLEMS:
        return history_problem(token, tokens, text)
    if token.type in _EXPLAINED:
        return _EXPLAINED[token.type](token, tokens, text)
    if token.type == "UNREAD":
        return UncountedWord(raw(token, text)) if str(token) == "uncounted" else UnreadableWord(raw(token, text))
    return None


def _owned(token: Token, text: str) -> Puzzled:
    """Returns the problem with "Today's deals", which is a name or what of today is called "deals"."""
    typed, owner = raw(token, text), str(token)
    problem = Puzzled("“%(what)s” may be all of a name: put what is one in quotes.", at=typed, what=typed)
    rest = typed.removeprefix(owner)
    for ending in sorted(lexicon().endings.possessives, key=len, reverse=True):
        rest = rest.removeprefix(ending)
    before, behind = text[: token.start_pos], text[token.end_pos :]
    parted = f'{owner} "{rest.strip()}"'
    if typed.endswith(owner):  # "Book now"
        parted = f'"{typed.removesuffix(owner).strip()}" {owner}'
    problem.instead = (f'{before}"{typed}"{behind}', f"{before}{parted}{behind}")
    return problem


def _wildcard(token: Token, text: str) -> Puzzled:
    """Returns the problem with "checkout/*" and "buy*": a star is for paths, which begin with a stroke."""
    typed = raw(token, text)
    problem = Puzzled(
        "A * stands for anything in a path alone, which begins with “/”: “%(what)s” is none.", at=typed, what=typed
    )
    bare = typed.strip("*").strip("/")
    if bare.startswith("."):  # "*.html"
        meanings = [f"/{typed}"]
    elif "/" not in typed:
        meanings = [bare, f"/{typed}"] if bare else []
    else:
        meanings = [f"/{bare}", f"/*/{bare}"] if typed[0] == "*" else [f"/{typed}", f"/*/{typed}"]
    problem.instead = tuple(f"{text[: token.start_pos]}{meant}{text[token.end_pos :]}" for meant in meanings)
    return problem


def unknown_word(token: Token, text: str) -> Puzzled:
    """Returns the problem with a word in no list, or with a sign; a quotation mark is one that has no other."""
    if str(token) in QUOTES:
        words = text[token.start_pos :].split()
        what = " ".join(words[: 2 if words[0] in QUOTES else 1])
        return Puzzled("The quotation mark in “%(what)s” has no other one that closes the name.", at=what, what=what)
    return UnsureWord(as_one_word(token, text))


def _is_marked(tokens: Sequence[Token], at: int) -> bool:
    """Whether "on", "in", a noun or a particle makes the run of words that a word stands in a name."""
    first = last = at
    while first > 0 and tokens[first - 1].type in NAMELIKE - _KINDS:
        first -= 1
    while last + 1 < len(tokens) and tokens[last + 1].type in NAMELIKE:
        last += 1
    before = tokens[first - 1].type if first > 0 else ""
    behind = tokens[last + 1].type if last + 1 < len(tokens) else ""
    closed = any(token.type in _KINDS for token in tokens[at + 1 : last + 1])
    return closed or before in {"ON", "IN", "TAG"} or behind in {"ON_P", "IN_P", "ABOUT_P"}


def _spelled(tokens: list[Token], text: str) -> str:
    """Returns the tokens as they were typed, with single spaces."""
    start, end = tokens[0].start_pos, tokens[-1].end_pos
    return " ".join(plain(text)[start:end].split())


_EXPLAINED: Mapping[str, Callable[[Token, Sequence[Token], str], Puzzled]] = {
    "CHANGE": change_problem,
    "ERRORKIND": error_kind_problem,
    "REFUSED": lambda token, _, text: refusal(token, text),
    "GLOB": lambda token, _, text: _wildcard(token, text),
    "OWNED": lambda token, _, text: _owned(token, text),
    "ONE": lambda token, *_: single_id_problem(token),
}
"""By the kind of token, what says why it is refused."""
