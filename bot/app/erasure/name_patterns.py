"""A person's name wherever a text has it: as it was typed, and as markdown, Slack and HTML write it down.

Words stand apart by spaces in most scripts. In some languages titles and particles follow a name at once
(“한지수님이”): their typed.toml has them. Chinese and Japanese have no spaces at all.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.kernel.typed_words import either, sections

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&(?:quot|#34);", "'": "&(?:#39|#x27|apos);"}
_UNSPACED = "\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
# A low line is a sign of markdown at the edge of a word, and a letter in the middle of one (“mina_park”).
_BEGINS, _ENDS = r"(?<![^\W_])(?<![^\W_]_)", r"(?![^\W_])(?!_[^\W_])"


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
    other = rf"[^\W_{_attaching_letters()}{_UNSPACED}]"
    return _BEGINS if _behind(first) else rf"(?<!{other})(?<!{other}_)"


def _after(last: str) -> str:
    if not re.match(r"\w", last) or re.match(f"[{_UNSPACED}]", last):
        return ""
    other = rf"[^\W_{_attaching_letters()}{_UNSPACED}]"
    behind = _behind(last)
    return rf"{_ENDS}|(?={behind}{_ENDS})" if behind else rf"(?!{other})(?!_{other})"


@lru_cache
def _attaching_letters() -> str:
    """Returns the letters of the languages in which words stick to a name, as a part of a class of characters."""
    return "".join(names["letters"] for names in sections("names"))


@lru_cache(maxsize=1000)
def _behind(letter: str) -> str:
    """Returns the pattern of what may stick to a name in the language that has this letter, "" where nothing may."""
    for names in sections("names"):
        if re.match(f"[{names['letters']}]", letter):
            lists = {name: either(names[name].split()) for name in ("titles", "particles")}
            together = either(names["behind"])
            return together.replace("{titles}", lists["titles"]).replace("{particles}", lists["particles"])
    return ""
