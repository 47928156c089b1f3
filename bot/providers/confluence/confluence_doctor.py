"""What works with the Confluence account that is set."""

from __future__ import annotations

from functools import partial

from bot.kernel.errors import Missing
from bot.kernel.settings import Settings
from bot.providers.confluence import confluence_calls as calls
from bot.providers.confluence.confluence_settings import ConfluenceSettings
from bot.providers.confluence.open_confluence import open_client
from bot.providers.provider import Check


def checks(settings: Settings) -> dict[str, Check]:
    """The check by name, none when Confluence isn't set up."""
    confluence = settings.of(ConfluenceSettings)
    return {"space": partial(_space, confluence)} if confluence.configured else {}


async def _space(settings: ConfluenceSettings) -> str:
    """Whether it may write there is known when it does: nothing is written to find out."""
    async with open_client(settings) as client:
        space = await calls.space_of(client, settings.space)
        if not settings.parent:
            return f"space “{space.name}” ({space.key}); pages go under its home"
        try:
            parent = await calls.page_of(client, settings.parent)
        except Missing:
            raise Missing(
                "The Confluence account sees no page %(parent)s; check REPLAYBOOK_CONFLUENCE_PARENT.",
                parent=settings.parent,
            ) from None
        return f"space “{space.name}” ({space.key}); pages go under “{parent.title}”"
