"""A person's name wherever a text has it: as it was typed, and as markdown, Slack and HTML write it down.

Words stand apart by spaces in most scripts. In Korean a title and particles follow a name at once (“한지수님이”), and
Chinese and Japanese have no spaces at all.
"""

from __future__ import annotations

import re
from functools import lru_cache

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&(?:quot|#34);", "'": "&(?:#39|#x27|apos);"}
_HANGUL = "\uac00-\ud7a3"
_UNSPACED = "\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_TITLES = "님|씨|군|양|선배|팀장|매니저|프로|대리|과장|차장|부장|이사|대표|책임|선임|수석|연구원|엔지니어"
_PARTICLES = (
    "이었습니다|였습니다|이었어요|였어요|이었다|였다|에게서|한테서|으로서|이라고|이라는|입니다|이에요|에요|예요|라는|조차|마저|밖에|인데|"
    "께서|에게|한테|까지|부터|보다|처럼|으로|라고|이랑|하고|이나|이며|이고|이야|"
    "이|가|은|는|을|를|의|께|와|과|랑|로|도|만|나|야|아|고|며|요"
)
# A low line is a sign of markdown at the edge of a word, and a letter in the middle of one (“mina_park”).
_BEGINS, _ENDS = r"(?<![^\W_])(?<![^\W_]_)", r"(?![^\W_])(?!_[^\W_])"
_AFTER_KOREAN = rf"{_ENDS}|(?=(?:{_TITLES})?님?(?:{_PARTICLES}){{1,3}}{_ENDS})|(?=(?:{_TITLES})님?{_ENDS})"


@lru_cache(maxsize=1000)
def name_pattern(name: str) -> re.Pattern[str]:
    """Matches the name in any case of its letters, with its signs escaped or not, and not as a part of a longer one."""
    spelled = r"\s+".join("".join(map(_spelled, part)) for part in name.split())
    return re.compile(f"{_before(name.strip()[:1])}{spelled}(?:{_after(name.strip()[-1:])})", re.IGNORECASE)


def longest_word(name: str) -> str:
    """What no text lacks that has the name, however it is written down; empty for a name of signs alone."""
    return max(re.findall(r"[^\W_]+", name), key=len, default="").casefold()


def _spelled(char: str) -> str:
    if char.isalnum():
        return char
    written = re.escape(char)
    return rf"\\?(?:{written}|{_ENTITIES[char]})" if char in _ENTITIES else rf"\\?{written}"


def _before(first: str) -> str:
    if not re.match(r"\w", first) or re.match(f"[{_UNSPACED}]", first):
        return ""
    other = rf"[^\W_{_HANGUL}{_UNSPACED}]"
    return _BEGINS if re.match(f"[{_HANGUL}]", first) else rf"(?<!{other})(?<!{other}_)"


def _after(last: str) -> str:
    if not re.match(r"\w", last) or re.match(f"[{_UNSPACED}]", last):
        return ""
    other = rf"[^\W_{_HANGUL}{_UNSPACED}]"
    return _AFTER_KOREAN if re.match(f"[{_HANGUL}]", last) else rf"(?!{other})(?!_{other})"
