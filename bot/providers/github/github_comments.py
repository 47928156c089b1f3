"""Our comments on issues: one for a meaning, known by an invisible marker, whatever answers get lost."""

from __future__ import annotations

from redis.asyncio import Redis

from bot.kernel.errors import Missing, Phrase
from bot.providers.github import github_issue as issues
from bot.providers.github.github_client import GitHubClient
from bot.providers.github.github_errors import LostAnswer
from bot.providers.github.github_issue import GitHubComment, Issue
from bot.providers.github.github_text import marker
from bot.state import keys
from bot.state.locks import held

PAGE, MOST_PAGES = 100, 10
WAIT_S = 60.0


def place_of(key: str) -> tuple[str, str]:
    """Repository and path of an issue. Raises Missing for what is no key."""
    place = issues.split_key(key)
    if place is None:
        raise Missing("There is no issue %(key)s.", key=key[:60])
    return place[0], f"/repos/{place[0]}/issues/{place[1]}"


class GitHubComments:
    """Every call raises Missing where there is no such issue, and Upstream."""

    def __init__(self, client: GitHubClient, redis: Redis) -> None:
        self._client = client
        self._redis = redis

    async def leave(self, key: str, meaning: str, text: str, *, update: bool) -> None:
        """Comments once for a meaning. With `update` a comment that says something else is edited."""
        lock = keys.lock(keys.record("all", "github-comment", meaning))
        async with held(self._redis, lock, wait=WAIT_S):
            there = await self._own(key, meaning)
            if there is None:
                await self._made(key, meaning, text)
            elif update and (there.body or "").replace("\r\n", "\n") != text:
                path = f"/repos/{await self._repository(key)}/issues/comments/{there.id}"
                await self._client.change(
                    "PATCH", path, {"body": text}, GitHubComment, Phrase("our comment on %(key)s", key=key)
                )

    async def _repository(self, key: str) -> str:
        """The one in which the issue is by now."""
        issue = await self._client.read(place_of(key)[1], Issue, Phrase("issue %(key)s", key=key))
        return place_of(issues.key_of(issue))[0]

    async def _made(self, key: str, meaning: str, text: str) -> None:
        path = f"{place_of(key)[1]}/comments"
        try:
            await self._client.create(path, {"body": text}, GitHubComment, Phrase("issue %(key)s", key=key))
        except LostAnswer:
            if await self._own(key, meaning) is None:
                await self._client.create(path, {"body": text}, GitHubComment, Phrase("issue %(key)s", key=key))

    async def _own(self, key: str, meaning: str) -> GitHubComment | None:
        wanted, path = marker(meaning), f"{place_of(key)[1]}/comments"
        for page in range(1, MOST_PAGES + 1):
            query = {"per_page": str(PAGE), "page": str(page)}
            comments = await self._client.read(path, list[GitHubComment], Phrase("issue %(key)s", key=key), query)
            if ours := next((each for each in comments if wanted in (each.body or "")), None):
                return ours
            if len(comments) < PAGE:
                break
        return None
