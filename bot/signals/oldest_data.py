"""Whether a question reaches back beyond the oldest data that are kept, where nobody knows what happened."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.signals.question import Period

EDGE_SLACK = timedelta(hours=12)
"""A first day on which nobody clicked in the morning counts as complete."""


def reaches_beyond(oldest: datetime, *periods: Period) -> bool:
    """Whether one of the periods is over before the oldest data, or begins clearly before them."""
    begins = min(period.start for period in periods)
    ends = min(period.end for period in periods)
    return ends <= oldest or begins < oldest - EDGE_SLACK
