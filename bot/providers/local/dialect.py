"""What two engines say differently: statements over events are built once, of these pieces.

What both understand is written in the statements themselves: `count(*) FILTER (WHERE …)`, `argMax`, `max` of truth
values, `GROUP BY ALL`, `QUALIFY`. Both sort texts by their bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

QUARTER_S = 900
QUARTER_MS = 1000 * QUARTER_S


class Sliced(NamedTuple):
    """How an action finds the slice of time that it lies in: by a join (or none), and the slice's start in seconds."""

    join: str
    start: str


class Dialect(Protocol):
    """Expressions and clauses in one engine's SQL. All arguments but values are SQL already."""

    engine: str
    """What people call the engine."""
    once: str
    """Follows the name of a common table expression that is used several times: it is read once, where possible."""

    def placeholder(self, name: str, value: Any, /) -> str:
        """Returns what stands for the value of that name in a statement. Datetimes are naive, in UTC."""

    def bound(self, value: Any) -> Any:
        """Returns the value as the engine's driver takes it."""

    def literal(self, value: Any) -> str:
        """Returns the value as it can be typed."""

    def newest(self, table: str, alias: str = "") -> str:
        """Returns what follows FROM: the newest state of every row of the table."""

    def sessions(self, seen: str) -> str:
        """Returns what follows FROM: sessions of which a delivery said what the condition `seen` asks, and maybe more.

        It only saves reading: whoever asks says again what they ask of the session. Deliveries and sessions have id,
        times, sample and sample rate here.
        """

    def statement(self, sql: str) -> str:
        """Returns a statement that begins with common table expressions, ready to run."""

    def distinct(self, column: str, condition: str = "") -> str:
        """Returns how many different values there are, exactly, among the rows of which the condition holds."""

    def latest(self, column: str, moment: str) -> str:
        """Returns the value of the latest row; of several at one moment, the greatest."""

    def latest_plainly(self, column: str, moment: str) -> str:
        """Returns the same, in words that people read easily where speed doesn't matter."""

    def total(self, number: str) -> str:
        """Returns the sum of integers, as an integer like a count."""

    def epoch_ms(self, moment: str) -> str: ...

    def quarter(self, moment: str) -> str:
        """Returns the quarter of an hour since 1970."""

    def sliced(self, moment: str, edges: str) -> Sliced:
        """`edges` is the placeholder of where slices begin, in order, in microseconds since 1970."""

    def oldest(self, condition: str) -> str:
        """Returns a query of the time of the oldest action of which the condition holds, in epoch ms; NULL for none."""

    def lower(self, text: str) -> str:
        """Returns the text in lower case, letter by letter, as `sql.lowered` has it."""

    def contains(self, text: str, part: str) -> str: ...

    def starts_with(self, text: str, start: str) -> str: ...

    def ends_with(self, text: str, end: str) -> str: ...

    def like(self, text: str, pattern: str) -> str:
        """In the pattern, a backslash takes its meaning from what follows."""

    def attributes(self, name: str, seen: str, add: Callable[[Any], str]) -> str:
        """Returns what follows FROM: the (id, value) of sessions, where the value is what their sender says by a name.

        `seen` is as in `sessions`; `add` gives a value its placeholder.
        """
