"""The messages about the check of a fix: one for each outcome that the fix had."""

from __future__ import annotations

from datetime import datetime

from bot.backlog.check_sentences import OUTCOMES, in_words
from bot.backlog.fix_check import FixCheck
from bot.backlog.request import HistoryEntry, Request, RequestAction
from bot.backlog.session_rates import FixOutcome
from bot.kernel.errors import Missing
from bot.kernel.locale import Locale
from bot.kernel.messages import MessageLocale
from bot.services.requests.context import RequestContext
from bot.slack.buttons import Pressed

FIXED = frozenset({RequestAction.FINISH, RequestAction.DONE})
"""After these the fix is checked."""


async def post_check(
    context: RequestContext,
    request: Request,
    check: FixCheck,
    *,
    locale: Locale,
    next_check: datetime | None,
    notebook_url: str,
) -> None:
    """One message for each outcome that a fix had. A look that finds the same brings it up to date."""
    message = context.slack.messages.message(
        "backlog/checked",
        locale,
        request=request,
        check=check,
        words=in_words(check, MessageLocale.for_readers(locale)),
        next_check=next_check,
        value=Pressed(request.id, version=request.version).value(),
        notebook_url=notebook_url,
    )
    key = _checked(request, check.outcome)
    reply_to = request.thread or None
    posted = await context.slack.outbox.post(
        key, team=request.team, channel=request.channel, message=message, reply_to=reply_to
    )
    if not posted:
        await update_posted(context, request, key, message)


async def retire(context: RequestContext, request: Request, *, locale: Locale, notebook_url: str) -> None:
    """The messages of other outcomes of the fix say that something came later, and keep no button."""
    for outcome in (FixOutcome.TOO_EARLY, FixOutcome.NOT_IMPROVED):  # the other has no button
        if request.check is None or outcome is not request.check.outcome:
            message = context.slack.messages.message(
                "backlog/superseded",
                locale,
                request=request,
                outcome=locale.text(OUTCOMES[outcome]),
                notebook_url=notebook_url,
            )
            await update_posted(context, request, _checked(request, outcome), message)


def _fix(request: Request) -> HistoryEntry | None:
    return next((entry for entry in reversed(request.history) if entry.action in FIXED), None)


def _checked(request: Request, outcome: FixOutcome) -> str:
    fix = _fix(request)
    return f"checked:{request.id}:{fix.version if fix else 0}:{outcome}"


async def update_posted(context: RequestContext, request: Request, key: str, message: dict[str, object]) -> None:
    """Brings a message up to date, if it was ever posted."""
    try:
        await context.slack.outbox.update(key, message, team=request.team)
    except Missing:
        return  # that mention was never posted; there is nothing that could lie
