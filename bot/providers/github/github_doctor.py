"""What works with the token or the App that is set."""

from __future__ import annotations

from functools import partial

import msgspec

from bot.kernel.clock import clock_ahead
from bot.kernel.errors import Missing, Phrase
from bot.kernel.settings import Settings
from bot.providers.github.github_settings import GitHubSettings
from bot.providers.github.open_github import open_client
from bot.providers.provider import Check


class _CheckedRepository(msgspec.Struct):
    full_name: str
    has_issues: bool = False
    archived: bool = False
    private: bool = False


def checks(settings: Settings) -> dict[str, Check]:
    """The check by name, none when GitHub isn't set up."""
    github = settings.of(GitHubSettings)
    return {"issues": partial(_issues, github, settings)} if github.configured else {}


async def _issues(github: GitHubSettings, settings: Settings) -> str:
    """Whether issues may be written is known when one is: nothing is written to find out."""
    async with open_client(github, clock_ahead(settings.clock_ahead_s)) as client:
        if not github.repo:
            await client.there("/rate_limit", Phrase("the rate limit"))
            return "known; REPLAYBOOK_GITHUB_REPO isn't set, so each feature has to name its repository"
        repository = await client.read(
            f"/repos/{github.repo}", _CheckedRepository, Phrase("repository %(repo)s", repo=github.repo)
        )
        if not repository.has_issues or repository.archived:
            raise Missing("Issues are switched off in %(repo)s, or it is archived.", repo=repository.full_name)
        await client.there(f"/repos/{github.repo}/issues", Phrase("issues of %(repo)s", repo=github.repo))
    return f"{repository.full_name} can be read (that issues can be written shows with the first one)"
