"""What the edges (handlers, jobs, web) may call: one small context a room."""

from __future__ import annotations

from dataclasses import dataclass

from bot.services.access.access import Access
from bot.services.clips.context import ClipContext
from bot.services.home_records import HomeRecords
from bot.services.installs.context import InstallContext
from bot.services.postmortems.context import PostmortemContext
from bot.services.postmortems.export_notebook import ExportContext
from bot.services.postmortems.facts_context import FactsContext
from bot.services.questions.context import QuestionContext
from bot.services.requests.context import RequestContext
from bot.services.teams.team_parts import TeamParts
from bot.services.watches.context import WatchContext
from bot.slack.slack import Slack


@dataclass(frozen=True, slots=True)
class Services:
    slack: Slack
    questions: QuestionContext
    clips: ClipContext
    postmortems: PostmortemContext
    requests: RequestContext
    facts: FactsContext
    watches: WatchContext
    exports: ExportContext
    access: Access
    installs: InstallContext
    homes: HomeRecords
    teams: TeamParts
