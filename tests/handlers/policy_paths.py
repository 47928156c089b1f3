"""Every way on which somebody asks for something, with the right that it asks for; or why it asks for none.

Whoever adds a command, a button, a modal, an event or a job says here which policy holds for it.
"""

from __future__ import annotations

from bot.services.access.policy import Right
from bot.services.clips.jobs import ChooseClipJob, RenderClipJob
from bot.services.clips.side_by_side_jobs import ChooseSideBySideJob, RenderSideBySideJob
from bot.services.postmortems.command_words import PostmortemAction
from bot.services.postmortems.jobs import (
    AddMessageJob,
    AddToNotebookJob,
    AnnounceJob,
    CommentJob,
    MessageJob,
    NoteQuestionJob,
    ReadHeadJob,
    RefreshFactsJob,
    UnfurlJob,
)
from bot.services.postmortems.render_pdf import RenderPdfJob
from bot.services.questions.jobs import AnswerJob
from bot.services.requests.jobs import (
    AcknowledgeJob,
    DigestJob,
    EffectsJob,
    ReadTicketsJob,
    RequestOwnerJob,
    StepJob,
    TicketsChangedJob,
    VerifyJob,
)
from bot.services.watches.jobs import LiveAnswerJob, WatchJob

Asks = Right | str
"""A right, or a sentence that says why none is asked for."""

FORM = "opens a form with what the message under it says; what is sent in is checked"
CHANNEL = "says in the channel what was allowed when it was asked for there"
READS = "shows whoever presses more of what the channel was answered"
ADMINS = "is for admins of the workspace, whatever the channel's policies say: see test_workspace_settings"
CLOCK = "the clock's, and nobody's"
FOLLOWS = "keeps up with what happened in the channel, and shows it to nobody"

COMMANDS: dict[tuple[str, str], Asks] = {
    ("/replay", "rage clicks today"): Right.ASK,
    ("/replay", "watch rage clicks"): Right.WATCH,
    ("/replay", "settings"): Right.SETTINGS,
    ("/replay", "policies"): Right.SETTINGS,
    ("/replay", "help"): "help",
    **{
        ("/postmortem", words): Right.NOTEBOOK
        for words in (
            "status", "open", "status review", "severity 2", "owner me", "commander me", "reviewer me", "title Buy",
            "publish", "export", "list",
        )
    },
    ("/postmortem", "help"): "help",
}  # fmt: skip

ACTIONS: dict[str, Asks] = {
    "signals.refine": FORM,
    "signals.target": Right.ASK,
    "signals.value": Right.ASK,
    "signals.counted": READS,
    "signals.example": Right.ASK,
    "signals.reading": Right.ASK,
    "signals.no_reading": "takes back a suggestion that nobody else saw",
    "channel.join": Right.ASK,
    "workspace.settings": ADMINS,
    "watches.set": Right.WATCH,
    "watches.end": Right.WATCH,
    "watches.end_listed": Right.WATCH,
    "live.keep": Right.WATCH,
    "live.stop": Right.WATCH,
    "clip.make": Right.CLIP,
    "clip.three": Right.CLIP,
    "clip.before_after": Right.CLIP,
    "clip.pick": Right.CLIP,
    "clip.earlier": Right.CLIP,
    "clip.later": Right.CLIP,
    "clip.whole_page": Right.CLIP,
    "clip.window": FORM,
    "clip.cancel": Right.CLIP,
    "notebook.add": Right.NOTEBOOK,
    "notebook.clip": Right.NOTEBOOK,
    "backlog.ask": Right.ASK,
    "backlog.compare": Right.ASK,
    "backlog.dispute": Right.ASK,
    "backlog.in_backlog": Right.ANSWER,
    "backlog.hand_over": Right.ANSWER,
    "backlog.not_doing": Right.ANSWER,
    "backlog.plan": Right.ANSWER,
    "backlog.drop": Right.ANSWER,
    "backlog.stands": Right.ANSWER,
    "backlog.snooze": Right.ANSWER,
    "backlog.accept": Right.ANSWER,
    "backlog.give_back": Right.ANSWER,
    "backlog.finish": Right.ANSWER,
}

VIEWS: dict[str, Asks] = {
    "signals.refine": Right.ASK,
    "clip.pick": Right.CLIP,
    "clip.window": Right.CLIP,
    "channel.settings": Right.SETTINGS,
    "channel.policies": Right.SETTINGS,
    "workspace.settings": ADMINS,
    "backlog.in_backlog": Right.ANSWER,
    "backlog.hand_over": Right.ANSWER,
    "backlog.not_doing": Right.ANSWER,
    "backlog.plan": Right.ANSWER,
    "backlog.drop": Right.ANSWER,
    "backlog.stands": Right.ANSWER,
    "backlog.on_behalf": Right.ANSWER,
}

SHORTCUTS: dict[str, Asks] = {"clip.find": Right.ASK, "notebook.message": Right.NOTEBOOK}

MENUS: dict[str, Asks] = {"found": "in a form that opened for whoever may answer"}

EVENTS: dict[str, Asks] = {
    "app_mention": Right.ASK,
    "pin_added": Right.NOTEBOOK,
    "pin_removed": Right.NOTEBOOK,
    "app_home_opened": "lists are asked of each channel: see HIDDEN_CLIPS and HIDDEN_NOTEBOOKS",
    "link_shared": "previews are asked of both channels: see HIDDEN_CLIPS and HIDDEN_NOTEBOOKS",
    "message": FOLLOWS,
    "channel_archive": FOLLOWS,
    "group_archive": FOLLOWS,
    "channel_rename": FOLLOWS,
    "group_rename": FOLLOWS,
    "member_joined_channel": FOLLOWS,
    "app_uninstalled": FOLLOWS,
    "tokens_revoked": FOLLOWS,
}

JOBS: dict[str, Asks] = {
    ChooseClipJob.job_name: Right.CLIP,
    ChooseSideBySideJob.job_name: Right.CLIP,
    RenderClipJob.job_name: "asks once more, in test_policies.py",
    RenderSideBySideJob.job_name: "asks once more, in test_policies.py",
    AddToNotebookJob.job_name: Right.NOTEBOOK,
    AddMessageJob.job_name: Right.NOTEBOOK,
    RequestOwnerJob.job_name: Right.ASK,
    AcknowledgeJob.job_name: Right.ANSWER,
    AnswerJob.job_name: CHANNEL,
    NoteQuestionJob.job_name: CHANNEL,
    AnnounceJob.job_name: CHANNEL,
    EffectsJob.job_name: CHANNEL,
    VerifyJob.job_name: CHANNEL,
    RenderPdfJob.job_name: "prints what a page or the command line has asked for",
    UnfurlJob.job_name: EVENTS["link_shared"],
    MessageJob.job_name: FOLLOWS,
    CommentJob.job_name: FOLLOWS,
    ReadHeadJob.job_name: FOLLOWS,
    RefreshFactsJob.job_name: FOLLOWS,
    TicketsChangedJob.job_name: FOLLOWS,
    **dict.fromkeys(
        (
            StepJob.job_name, ReadTicketsJob.job_name, DigestJob.job_name, WatchJob.job_name, LiveAnswerJob.job_name,
            "tick", "count_facts", "watch_tick", "home_tick",
        ),
        CLOCK,
    ),
}  # fmt: skip

POSTMORTEM_ACTIONS = set(PostmortemAction)
