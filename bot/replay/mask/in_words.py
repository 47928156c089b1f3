"""What was masked in a clip, by kind, as people read it: "2 form values, 1 e-mail address"."""

from __future__ import annotations

from collections.abc import Mapping

from bot.kernel.locale import Locale


def in_words(hidden: Mapping[str, int], locale: Locale) -> str:
    """The kinds of a `MaskReport`, in a fixed order; empty when nothing was hidden."""
    counts = {
        "input": locale.plural("%(n)s form value", "%(n)s form values", hidden.get("input", 0)),
        "email": locale.plural("%(n)s e-mail address", "%(n)s e-mail addresses", hidden.get("email", 0)),
        "card": locale.plural("%(n)s card number", "%(n)s card numbers", hidden.get("card", 0)),
        "phone": locale.plural("%(n)s phone number", "%(n)s phone numbers", hidden.get("phone", 0)),
        "selector": locale.plural("%(n)s configured element", "%(n)s configured elements", hidden.get("selector", 0)),
        "image": locale.plural("%(n)s picture", "%(n)s pictures", hidden.get("image", 0)),
    }
    return ", ".join(text for kind, text in counts.items() if hidden.get(kind))
