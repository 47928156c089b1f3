"""From text to pieces: numbers, dates, quoted names, selectors and words, before any word is looked up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from string import Template

from bot.signals.language.lexicon import lexicon

_TAG = r"[a-z][a-z0-9-]*"
_SELECTOR = rf"(?:{_TAG})?(?:(?:[#.][A-Za-z_][A-Za-z0-9_-]*)|\[[\w-]+(?:[~|^$*]?=(?:\"[^\"]*\"|'[^']*'|[^\]\s]*))?\])+"

# A host without "https://" has two dots or ends as hosts do: "Next.js/React" and "form.checkout/step" have none.
_FILES = "js|jsx|mjs|cjs|ts|tsx|vue|css|html?|php|aspx?|jsp|py|rb|json|xml|md"
_SUFFIXES = (
    "com|org|net|edu|gov|info|biz|io|ai|co|dev|app|shop|store|cloud|example|local|internal|"
    "kr|jp|cn|tw|hk|sg|us|uk|eu|de|fr|es|nl|ch|se|fi|pl|ca|br|mx|au|nz"
)
_LABEL = r"[A-Za-z0-9-]+\."
_HOST = rf"(?:(?:{_LABEL}){{2,}}(?!(?:{_FILES})/)[a-z]{{2,}}|{_LABEL}(?:{_SUFFIXES})|localhost)"

# The order matters: what is more special comes first. Each group's name is the kind of the piece. What languages add
# comes before what all of them share, and a kind that no language writes matches nothing.
# An offset behind a time has a plus: "14:00-15:00" is a range. Names of zones are those of the tz database.
_ZONE = (
    r"\b(?:UTC|GMT|utc|gmt)\s?[+\-−]\s?\d{1,2}(?::?\d{2})?(?!\d)|(?<=\d)\+\d{2}:\d{2}(?!\d)|"
    r"\b(?:Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[A-Za-z_]+(?:/[A-Za-z_]+)?"
)

# Behind a time without seconds these hours may be an offset or the end of a range: "10:00-05:00".
_WEST = r"-(?:0\d|1[01]):?[0-5]\d(?![:\d])"

# "/users/{id}" and "/products/[slug]" are what some frameworks call a page.
_STEPS = r"(?:[\w\-./*~%@:]|\{[\w.]+\}|\[[\w.]+\])*"
_FACET = r"@?[^\W\d][\w.]*"
_VALUE = r"(?:\"(?:\\.|[^\"\\])*\"|[^\s,;\"]+)"
_CLOCK = r"\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?"

_QUOTED = (
    r""""(?:\\.|[^"\\])*"|[“”„][^“”]*[“”]|‘(?:[^’]|(?<=\w)’(?=\w))*’|「[^」]*」|«[^»]*»|`[^`]+`|"""
    r"""(?<!\w)'(?:\\.|(?<=\w)'(?=\w)|[^'\\])+'(?![A-Za-z])"""
)

_PIECES = r"""
      (?P<QUOTED>${quoted})
    | (?P<URL>https?://[^\s<>"]+|(?<![\w./@])${host}(?::\d+)?/[^\s<>"]*)
    | (?P<EMOJI>${EMOJI}|(?<!\w)[:;]-?[DPp](?!\w)|\^_?\^|(?<!\w):[a-z0-9_+'-]*[a-z_+'-][a-z0-9_+'-]*:(?!\w))
    | (?P<STAMP>\d{4}-\d{2}-\d{2}T${clock}(?:Z|[+-]\d{2}:?\d{2}(?::\d{2})?)?
         |\d{4}-\d{2}-\d{2}[ ]\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:Z|(?:\+\d{2}|-(?:0\d|1[0-2]))(?::?\d{2})?(?![:\d]))?
         |\d{4}-\d{2}-\d{2}[ ]\d{2}:\d{2}(?:Z|\+\d{2}:?\d{2})?(?!${west}))
    | (?P<STAMPOR>\d{4}-\d{2}-\d{2}[ ]\d{2}:\d{2}${west})
    | (?P<ZONE>${zone})
    | (?P<UNREAD>\b[Ff][Yy]\s?['’]?\d{2}(?:\d{2})?\b|(?:\b\d{4}-)?\b(?:CW|KW|W)\d{1,2}\b)
    | (?P<ISO>${ISO}|\d{4}-\d{1,2}-\d{1,2}(?!\d)|\d{4}/\d{1,2}/\d{1,2}|\d{4}\.\s?\d{1,2}\.\s?\d{1,2}\.?)
    | (?P<SLASHED>\d{1,2}/\d{1,2}(?:/(?:\d{4}|\d{2}))?(?![\d/])|\d{1,2}\.\d{1,2}\.\d{4})
    | (?P<QUARTER>${QUARTER}|\b[Qq][1-4]\b)
    | (?P<MONTH>${MONTH})
    | (?P<TIME>${TIME}|(?:${before}\s*)?\d{1,2}:\d{2}(?::\d{2})?(?:\s*${behind}\.?)?
         |\d{1,2}(?:\.[0-5]\d)?\s*${behind}\.?)
    | (?P<VERSION>(?:\bv\d+(?:\.\d+)*|\d+(?:\.\d+)+)(?:[-+][0-9A-Za-z.-]*[0-9A-Za-z])?)
    | (?P<NOTFILTER>(?:(?<!\S)[-!]${facet}[:=]|${facet}(?:!=|[:=]!|[:=]-(?=[^\W\d])))${value})
    | (?P<FILTER>${facet}[:=]${value})
    | (?P<UNEQUAL>!=)
    | (?P<ADDRESS>[A-Za-z0-9_.+-]+@[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*|@\w[\w.-]*)
    | (?P<SKIP_OR>(?<=\w)/(?=\w|[.:]*(?:[^\w\-./*~%@:\#]|$$)))
    | (?P<PATH>/${steps}(?:[#]!?/${steps}|\?(?=[\w%])[\w\-.%=&+~]*)?(?:(?<=[\w/])[#][\w\-]+)?)
    | (?P<GLOB>[\w\-./]*\*[\w\-./*]*[\w./*]|[\w\-./]+\*)
    | (?P<SELECTOR>(?<![\w.])${selector}(?:\s*>\s*(?:${selector}|${tag}))*)
    | (?P<YEAR>${YEAR}|(?:19|20)\d\d(?![A-Za-z0-9_]))
    | (?P<NUMBER>\d+(?:${ordinals}\b)?)
    | (?P<WORD>[^\W\d_](?:[\w&+]|['’-](?=\w))*|%)
    | (?P<DASH>\.\.+|[-=]>|[~～–—→-])
    | (?P<SKIP>\s+|[,.;:!?…·()\[\]{}*_&+=])
    | (?P<STRAY>.)
    """
QUOTES = frozenset("\"'“”‘’「」«»`")
_NOTHING = "(?!)"


@lru_cache
def scanner() -> re.Pattern[str]:
    """Built once, by `prepare` or when the first question comes."""
    numerals = lexicon().numerals
    parts = {
        kind: numerals.written.get(kind) or _NOTHING for kind in ("EMOJI", "ISO", "QUARTER", "MONTH", "TIME", "YEAR")
    }
    pattern = Template(_PIECES).substitute(
        parts,
        before=numerals.before_time or _NOTHING,
        behind=numerals.behind_time or _NOTHING,
        ordinals=numerals.ordinals or _NOTHING,
        clock=_CLOCK,
        west=_WEST,
        facet=_FACET,
        value=_VALUE,
        steps=_STEPS,
        zone=_ZONE,
        host=_HOST,
        quoted=_QUOTED,
        selector=_SELECTOR,
        tag=_TAG,
    )
    return re.compile(pattern, re.VERBOSE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A stretch of the text. `start` and `end` count characters of the text."""

    kind: str
    text: str
    start: int
    end: int


_EMPHASIS = re.compile(
    rf"{_QUOTED}|"
    r"(?<![\w*/])(?P<bold>\*+)(?=[^\s*/])(?P<said>[^*\n\"“”`]*[^\s*/\"“”`])(?P=bold)(?![A-Za-z0-9_*/])"
    r"|(?<!\S)(?P<stroke>[_~])(?=[^\s_~])(?P<slanted>[^_~\n\"“”`]*[^\s_~\"“”`])(?P=stroke)(?![A-Za-z0-9_/])"
)
"""How people emphasise in Slack: the stars and strokes are no part of what is said, but for those in quotes.

A particle may stick to them."""


def plain(text: str) -> str:
    """Returns the text with spaces for what emphasises, so that every letter keeps its place."""
    return _EMPHASIS.sub(lambda found: (found["said"] or found["slanted"] or found[0]).center(len(found[0])), text)


def pieces(text: str) -> Iterator[TextPiece]:
    """Every piece but the skipped ones, in order."""
    for match in scanner().finditer(plain(text)):
        kind = match.lastgroup or "STRAY"
        if kind not in {"SKIP", "SKIP_OR", "EMOJI"} and not (kind == "STRAY" and _is_picture(match.group())):
            yield from _trimmed(TextPiece(kind, match.group(), match.start(), match.end()))


def without_emoji(text: str) -> str:
    """Returns the last stretch of the text that has no emoji in it, empty where there is nothing else."""
    stretches, start = [], 0
    for match in scanner().finditer(text):
        if match.lastgroup == "EMOJI" or (match.lastgroup == "STRAY" and _is_picture(match.group())):
            stretches.append(text[start : match.start()])
            start = match.end()
    return next((part.strip() for part in (text[start:], *reversed(stretches)) if part.strip()), "")


def _is_picture(sign: str) -> bool:
    """Whether a sign is an emoji, a part of one, or another that people see and don't read."""
    return unicodedata.category(sign) in {"So", "Sk", "Cf", "Cn", "Co", "Cc", "Mn", "Me"}


def _trimmed(piece: TextPiece) -> Iterator[TextPiece]:
    """Paths and filters without the sentence's full stop, and paths without a particle stuck to them."""
    if piece.kind not in {"PATH", "URL", "FILTER", "NOTFILTER"} or piece.text.endswith('"'):
        yield piece
        return
    text = piece.text.rstrip(".,?!:;)")
    cut = len(text) if piece.kind in {"FILTER", "NOTFILTER"} else lexicon().endings.particle_at(text)
    if cut == 0 or text[cut - 1] == "/":
        cut = len(text)
    named = piece.kind not in {"FILTER", "NOTFILTER"} or re.search(r"[:=].", text)
    if text[:cut]:
        yield TextPiece(piece.kind if named else "WORD", text[:cut], piece.start, piece.start + cut)
    if text[cut:]:
        yield TextPiece("WORD", text[cut:], piece.start + cut, piece.start + len(text))
