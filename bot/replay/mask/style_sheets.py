"""What can be seen of people in style sheets, taken out.

A background can show a face as well as an <img> can, and `content` an address as well as a text.
"""

from __future__ import annotations

import re
from collections import Counter

from bot.replay.mask.attribute_rules import FILED
from bot.replay.mask.css_tokens import CssToken, rewritten, tokens, unescaped
from bot.replay.mask.texts import Hide

_ADDRESSES = frozenset({"url", "src"})
_SETS = frozenset({"image-set", "-webkit-image-set", "image"})
_TEXTLESS = _ADDRESSES | _SETS | {"path"}
"""Functions whose strings are no texts."""
_TEXTLESS_RULES = frozenset({"import", "charset", "namespace"})
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_PICTURED = re.compile(r"\\|(?:url|src|image(?:-set)?)\(", re.IGNORECASE)
_ABSENT = "x-absent"  # the name of an attribute, and of a counter, that no page has
_COUNTERS = frozenset({"counter", "counters"})
_COUNTING = re.compile(r"counters?\(|\\", re.IGNORECASE)
_JOINS = re.compile(r"[\s\d-]*")
"""What may stand between the groups of a number, unlike the points between those of chapters."""
_WRITING = re.compile(r"""["'\\]|attr\(""", re.IGNORECASE)
_FONT = re.compile(
    r"#|data:(?:font|application/(?:x-)?font|application/vnd\.ms-font)|[^?#]*\.(?:woff2?|ttf|otf|eot)\b", re.I
)
"""What is no picture: a part of the page itself (filters, clips), and fonts."""


def without_pictures(css: str) -> tuple[str, int]:
    """The style with nothing where pictures were, and how many there were. Fonts and parts of the page stay."""
    if not _PICTURED.search(css):
        return css, 0
    count = 0
    parts: list[str] = []
    open_marks: list[str] = []
    set_depth: int | None = None  # how many marks were open where the set began that is being left out
    before = ""  # the function or mark that the token stands after
    for token in tokens(css):
        if token.kind == "function" and token.value in _SETS and set_depth is None:
            set_depth = len(open_marks)
            count += 1
            parts.append("none")
        is_address = token.kind == "url" or (token.kind == "string" and before in _ADDRESSES)
        if set_depth is None and is_address and not _FONT.match(token.value.strip()):
            count += 1
            parts.append("url()" if token.kind == "url" else "")
        elif set_depth is None:
            parts.append(token.text)
        _track(token, open_marks)
        if set_depth is not None and len(open_marks) <= set_depth:
            set_depth = None
        if token.kind in ("function", "mark"):
            before = token.value
    return "".join(parts), count


def _track(token: CssToken, open_marks: list[str]) -> None:
    """Brackets as CSS counts them: a closing one that nothing of its kind waits for means nothing."""
    if token.kind == "function":
        open_marks.append(")")
    elif token.kind == "mark":
        if token.value in _CLOSING:
            open_marks.append(_CLOSING[token.value])
        elif open_marks and open_marks[-1] == token.value:
            open_marks.pop()


def without_values(css: str, hide: Hide) -> tuple[str, Counter[str]]:
    """The style with what `hide` hides hidden in the texts that it adds to a page, and how much of what kind.

    The strings of one declaration are shown beside one another, so they are looked through together.
    """
    found: Counter[str] = Counter()
    if _COUNTING.search(css):
        css = _without_counts(css)
    if not _WRITING.search(css):
        return css, found
    parts: list[str] = []
    strings: dict[int, CssToken] = {}
    is_text = True
    after_attr = False
    for token in tokens(css):
        if token.kind == "mark" and token.value in ";{}":
            found += _cover(strings, parts, hide)
            strings.clear()
        if token.kind == "mark" and token.value in ";{})":
            is_text = True
        elif (token.kind == "function" and token.value in _TEXTLESS) or (
            token.kind == "at" and token.value in _TEXTLESS_RULES
        ):
            is_text = False
        elif token.kind == "string" and is_text:
            strings[len(parts)] = token
        parts.append(_unwritten(token.text) if after_attr else token.text)
        after_attr = (token.kind == "function" and token.value == "attr") or (after_attr and _is_blank(token))
    found += _cover(strings, parts, hide)
    return "".join(parts), found


def _without_counts(css: str) -> str:
    """The style without counters that show their numbers beside one another: together these may be any number."""
    parts: list[str] = []
    beside: list[int] = []  # where their names are
    comes = inside = False
    for token in tokens(css):
        is_end = token.kind == "mark" and token.value in ";{}"
        if is_end or (token.kind == "string" and not inside and not _JOINS.fullmatch(token.value)):
            _uncount(parts, beside)
            beside = []
        if comes and not _is_blank(token):
            beside.append(len(parts))
            comes = False
        if token.kind == "function" and token.value in _COUNTERS:
            comes = inside = True
        elif token.kind == "mark":
            inside = inside and token.value != ")"
        parts.append(token.text)
    _uncount(parts, beside)
    return "".join(parts)


def _uncount(parts: list[str], beside: list[int]) -> None:
    for place in beside if len(beside) > 1 else ():
        _, comma, style = parts[place].partition(",")
        parts[place] = _ABSENT + comma + style


def _is_blank(token: CssToken) -> bool:
    return token.text.isspace() or token.text.startswith("/*")


def _unwritten(name: str) -> str:
    """What stands in `attr()`, unless no style may write that attribute: then the name of one that is never there."""
    words = unescaped(name).lower().split()
    return _ABSENT if words and words[0].strip("|*") in FILED else name


def _cover(strings: dict[int, CssToken], parts: list[str], hide: Hide) -> Counter[str]:
    """Writes anew what changes of these strings, the keys being their places: first as one text, then each for itself.

    What stands before a number may hide it.
    """
    if not strings:
        return Counter()
    together, kinds = hide("".join(string.value for string in strings.values()))
    at = 0
    for place, string in strings.items():
        covered = together[at : at + len(string.value)]
        at += len(string.value)
        if len(strings) > 1:
            covered, more = hide(covered)
            kinds += more
        if covered != string.value:
            parts[place] = rewritten(string, covered)
    return kinds
