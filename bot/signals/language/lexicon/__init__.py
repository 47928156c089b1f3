"""The words of the question grammar, one TOML file a language. Adding a language is adding a file here."""

from bot.signals.language.lexicon.lexicon import LONGEST, Lexicon, LexiconEntry, lexicon, page_names
from bot.signals.language.lexicon.written_forms import key

__all__ = ["LONGEST", "Lexicon", "LexiconEntry", "key", "lexicon", "page_names"]
