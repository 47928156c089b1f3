"""A figure, what it must reach, and how a table of them is printed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` against `target`: at most it, or at least it when `floor` is set. `detail` says what went into it."""

    name: str
    value: float
    target: float | None = None
    floor: bool = False
    unit: str = ""
    detail: str = ""

    @property
    def reached(self) -> bool:
        if self.target is None:
            return True
        return self.value >= self.target if self.floor else self.value <= self.target

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"reached": self.reached}


def table(figures: list[Figure]) -> str:
    """Rows of name, value, target, verdict and detail, in columns."""
    rows = [("figure", "value", "target", "", "from")]
    for figure in figures:
        sign = "≥" if figure.floor else "≤"
        target = "" if figure.target is None else f"{sign} {figure.target:g} {figure.unit}".strip()
        verdict = "" if figure.target is None else ("ok" if figure.reached else "MISSED")
        rows.append((figure.name, f"{figure.value:.4g} {figure.unit}".strip(), target, verdict, figure.detail))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
