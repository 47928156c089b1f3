"""The app was uninstalled, or its token revoked: the token goes, and what people wrote stays."""

from __future__ import annotations

import structlog

from bot.kernel.errors import Conflict, Unauthorized, Upstream
from bot.services.access.audit_log import AuditEntry
from bot.services.installs.context import InstallContext
from bot.services.watches.set_watch import end_watches_of_team
from bot.slack.web_api import called

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


async def forget_installation(context: InstallContext, team: str) -> bool:
    """Returns whether there was one whose token Slack takes no more.

    Slack is asked: the event may come late, when the app is installed again. While Slack doesn't tell, the token
    stays, as a dead one does no harm. The token of a setting is nobody's to remove; that it is dead is noted.
    """
    installation = await context.installations.find(team) if context.installations else None
    if context.installations and installation is None:
        return False
    try:
        await called("auth.test", context.slack.clients.patient(team).auth_test())
    except Unauthorized:
        entry = AuditEntry(action="app.uninstalled", team=team, kind="workspace", target=team)
        await context.audit.note(entry, f"{context.audit.now():%Y-%m-%dT%H}")
        if context.installations is None or installation is None:
            return False
        try:
            await context.installations.remove(team, installation[1])
        except Conflict:  # installed again in this very moment
            return False
        await end_watches_of_team(context.watches, team)
        log.info("the app was uninstalled", team=team)
        return True
    except Upstream as error:
        log.warning("nobody can tell whether the app is still installed", team=team, why=error.sentence)
    return False
