"""Questions and misunderstandings as plain JSON, for the command line and for other programs."""

from __future__ import annotations

from typing import Any

from bot.kernel.errors import Misunderstood
from bot.signals.question import Period, Question


def question_json(question: Question) -> dict[str, Any]:
    """What `replaybook parse --json` prints. Times are ISO 8601 with the offset of the asker's zone."""
    without = {facet: list(values) for facet, values in question.without.items()}
    return {
        "signals": [signal.value for signal in question.signals],
        "target": question.target,
        "view": question.view,
        "metric": question.metric.value,
        **_period_json(question.period),
        "compare": _period_json(question.compare) if question.compare else None,
        "group_by": question.group_by.value if question.group_by else None,
        "top": question.top,
        "filters": {
            facet: values[0] if len(values) == 1 else list(values) for facet, values in question.wanted.items()
        },
        **({"without": without} if without else {}),
    }


def error_json(problem: Misunderstood) -> dict[str, Any]:
    return {"error": problem.sentence, "at": problem.at, "examples": list(problem.examples)}


def _period_json(period: Period) -> dict[str, str]:
    return {"start": period.start.isoformat(), "end": period.end.isoformat()}
