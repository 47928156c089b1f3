"""The post-mortem template: which sections a new notebook has, and what a cell is called.

The sections follow the practice that Google SRE, PagerDuty and Atlassian publish. The backlog check is Atlassian's:
was it known before, and is the fix in the backlog now? Owners' answers fill it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from bot.notebook.cell_data import Discussion, FollowUps, Heading
from bot.notebook.head import Head
from bot.notebook.merge import Put, Write, merge, new_id
from bot.notebook.notebook import Notebook
from bot.notebook.timeline import Timeline

SECTIONS = (
    "summary",
    "impact",
    "seen",
    "timeline",
    "cause",
    "detection",
    "resolution",
    "backlog",
    "followups",
    "lessons",
    "discussion",
)

KNOWN_SECTIONS = (*SECTIONS, "trigger", "mitigations", "risks", "went_well", "went_badly", "lucky")
"""Every section that facts, titles or hints are known of. Templates choose among them."""
USUAL = tuple(map(Heading, SECTIONS))


def heading_marker(section: str) -> str:
    return f"section/{section}"


def open_postmortem(  # noqa: PLR0913 - one keyword a fact; callers name them
    *,
    team: str,
    channel: str,
    title: str,
    created: datetime,
    write: Write,
    channel_name: str = "",
    language: str = "en",
    zone: str = "UTC",
    sections: Sequence[Heading] = USUAL,
    head: Head | None = None,
    id: Callable[[], str] = new_id,
) -> Notebook:
    """A new post-mortem, not yet saved: every section with its heading, and the cells that fill as things happen."""
    notebook = Notebook(id(), team, channel, title, created, language=language, zone=zone, channel_name=channel_name)
    notebook = msgspec.structs.replace(notebook, head=head or Head())
    headings = [Put(heading_marker(heading.section), heading.section, heading) for heading in sections]
    living = [
        Put(Timeline.marker, "timeline", Timeline()),
        Put(FollowUps.marker, "followups", FollowUps()),
        Put(Discussion.marker, "discussion", Discussion()),
    ]
    return merge(notebook, [*headings, *living], write)
