"""What stands around a time of day and says that it is no exact one: "at 3pm", "around noon", "3시쯤"."""

from __future__ import annotations

import re

from bot.signals.language.lexicon import key, lexicon

_ABOUT = frozenset({"IN", "AROUND", "FOR"})


def without_about(before: str, behind: str) -> tuple[str, str]:
    """Returns the texts before and behind a time without such words: the time is to be replaced by another one."""
    words = before.split()
    while words and {entry.kind for entry in lexicon().entries.get(key(words[-1]), ())} & _ABOUT:
        words.pop()
    stuck = re.match(r"\w+", behind)
    if stuck and lexicon().endings.particles.get(key(stuck.group())) is not None:
        behind = behind[stuck.end() :]
    first, _, rest = behind.strip().partition(" ")
    both = {entry.kind for entry in lexicon().entries.get(key(first), ())} == {"BOTH"}
    return " ".join([*words, ""]), f" {rest}" if both else behind
