"""An answer as JSON, for the command line and other programs."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.signals.answer import Answer, Counts
from bot.signals.question import Period


def answer_json(answer: Answer) -> dict[str, Any]:
    counts = answer.counts
    return {
        "signals": counts.signals,
        "by_signal": {str(signal): n for signal, n in counts.by_signal.items()},
        "actions": counts.actions,
        "people": counts.people,
        "sessions": counts.sessions,
        "exposed": _counts(answer.exposed),
        "before": answer.before.signals if answer.before else None,
        "before_counts": _counts(answer.before),
        "before_period": _period(answer.before_period),
        "targets": [{"name": it.name, "selector": it.selector, "actions": it.actions} for it in answer.targets],
        "alternatives": [it.name or it.selector for it in answer.alternatives],
        "errors": [{"message": it.message, "actions": it.actions} for it in answer.errors],
        "series": [
            {"start": it.start.isoformat(), **{str(k): v for k, v in it.by_signal.items()}} for it in answer.series
        ],
        "views": [{"path": it.label, "actions": it.actions} for it in answer.tops.views],
        "versions": [{"version": it.label, "actions": it.actions} for it in answer.tops.versions],
        "first_seen": [{"version": it.version, "at": it.at.isoformat()} for it in answer.first_seen],
        "daily": [{"day": f"{it.start:%Y-%m-%d}", "signals": it.signals} for it in answer.daily],
        "groups": [
            {
                "label": it.label,
                "signals": it.counts.signals,
                "actions": it.counts.actions,
                "people": it.counts.people,
                "sessions": it.counts.sessions,
                "exposed": _counts(it.exposed),
                **({"usual": _counts(it.usual), "usual_exposed": _counts(it.usual_exposed)} if it.usual else {}),
            }
            for it in answer.groups
        ],
        "source": answer.source,
        "source_title": answer.source_title,
        "definition": answer.definition.name,
        "query": answer.query,
        "sample": answer.sample,
        "partial": msgspec.to_builtins(answer.caveats),
        "kept_from": answer.kept_from.isoformat() if answer.kept_from else None,
    }


def _counts(counts: Counts | None) -> dict[str, int] | None:
    return {"actions": counts.actions, "people": counts.people, "sessions": counts.sessions} if counts else None


def _period(period: Period | None) -> dict[str, str] | None:
    return {"start": period.start.isoformat(), "end": period.end.isoformat()} if period else None
