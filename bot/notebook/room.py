"""How much a post-mortem holds in all, so that its page is drawn, exported and stored in moments, whatever comes in."""

from __future__ import annotations

from bot.kernel.errors import Misunderstood
from bot.notebook.notebook import Notebook

MOST_BY_HAND = 500_000
"""Characters that it may have after what people write on its page; a long book has as many."""
MOST_IN_ALL = 1_000_000
"""And after what comes from the channel and from the bot, which finds room when people's writing doesn't any more."""
MOST_CELLS = 1_000
FULL = (
    "This post-mortem is full: it holds %(n)s characters at most. Nothing was saved; please shorten other parts of it "
    "first, or go on in another document."
)
TOO_MANY_PARTS = "This post-mortem is full: it holds %(n)s parts at most. Nothing was saved."


def length_of(notebook: Notebook) -> int:
    """Characters of all parts, also of those that were taken out of sight, which can be put back."""
    return sum(len(cell.markdown) for cell in notebook.cells)


def check_room(before: Notebook, after: Notebook, most: int) -> None:
    """Raises Misunderstood for a change that makes a full notebook longer. Shorter it may always become."""
    length, parts = length_of(after), len(after.cells)
    if length > most and length > length_of(before):
        raise Misunderstood(FULL, n=after.locale.number(most))
    if parts > MOST_CELLS and parts > len(before.cells):
        raise Misunderstood(TOO_MANY_PARTS, n=after.locale.number(MOST_CELLS))
