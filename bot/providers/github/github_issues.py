"""GitHub Issues as the tracker: an issue for each meaning, once.

GitHub takes no key that would make a create repeatable. So the body of an issue and of a comment carries a marker of
its meaning, and before one is requested a second time the newest ones are searched for that marker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec
from redis.asyncio import Redis

from bot.backlog.follow_up_plan import FollowUpKind
from bot.backlog.ticket import Ability, Absence, BackLink, NewTicket, RequiredField, Ticket, TicketFields, TicketFile
from bot.backlog.ticket_text import title_of
from bot.kernel.errors import Missing, Misunderstood, Phrase, Unauthorized
from bot.providers.github import github_issue as issues
from bot.providers.github.github_client import GitHubClient
from bot.providers.github.github_comments import PAGE, WAIT_S, GitHubComments, place_of
from bot.providers.github.github_errors import IssueDeleted, LostAnswer
from bot.providers.github.github_issue import FoundAccounts, FoundIssues, Issue
from bot.providers.github.github_settings import GitHubSettings
from bot.providers.github.github_text import body_of, linked_comment, marker, signed_comment
from bot.state import keys
from bot.state.locks import held
from bot.state.records import Records, RecordStore

AT_ONCE = 8
LISTED_FROM = 3
"""From so many issues of one repository on, its newest changed ones are listed in one request."""


class CreatedGitHubIssue(msgspec.Struct, frozen=True):
    """What was created for a meaning. There is no key while the create is under way, or if it died."""

    key: str = ""


class GitHubIssues:
    """A Tracker. A project is `owner/repo`; any other goes to the repository of the settings."""

    name = "github"
    example = "acme/shop#12"
    abilities = frozenset(
        {
            Ability.PRIORITY,
            Ability.ASSIGNEE,
            Ability.LABELS,
            Ability.KIND,
            Ability.PARENT,
            Ability.LINKS,
            Ability.CLOSED_WITHOUT_FIX,
            Ability.CLOSED_BY,
            Ability.MOVES,
            Ability.DELETES,
        }
    )

    def __init__(self, client: GitHubClient, redis: Redis, records: RecordStore, settings: GitHubSettings) -> None:
        self._client = client
        self._redis = redis
        self._comments = GitHubComments(client, redis)
        self._created = Records(records, CreatedGitHubIssue)
        self._repo = settings.repo
        self._web = settings.web_url
        self._logins = settings.logins
        self._emails = {login.casefold(): email for email, login in settings.logins.items()}

    async def create(self, new: NewTicket) -> Ticket:
        """Raises Misunderstood for a repository that isn't there, and Upstream."""
        repo = self._repository(new.project)
        record = keys.record("all", "github-issue", new.meaning)
        async with held(self._redis, keys.lock(record), wait=WAIT_S):
            known = await self._created.get(record)
            if known and known[0].key:
                return await self.get(known[0].key)
            body = await self._issue_body(repo, new)  # what can't be asked for leaves no record
            if not known:
                await self._created.put(record, CreatedGitHubIssue())
            made = await self._marked(repo, new.meaning) if known else None
            made = made or await self._made(repo, new, body)
            ticket = self._ticket(made)
            await self._created.change(record, lambda _: CreatedGitHubIssue(ticket.key))
            return ticket

    async def get(self, key: str) -> Ticket:
        """The issue, also by the key from before it was transferred. Raises Missing."""
        return self._ticket(await self._issue(key))

    async def read(self, keys: Sequence[str]) -> Mapping[str, Ticket | Absence]:
        """Open issues of one repository come in one list; closed, older and moved ones are read one by one."""
        listed: dict[str, Ticket] = {}
        by_repo: dict[str, int] = {}
        for key in keys:
            if place := issues.split_key(key):
                by_repo[place[0]] = by_repo.get(place[0], 0) + 1
        for repo in (repo for repo, count in by_repo.items() if count >= LISTED_FROM):
            with suppress(Missing, Unauthorized):  # each key says for itself
                listed |= await self._listed(repo)
        turns = asyncio.Semaphore(AT_ONCE)

        async def reading(key: str) -> Ticket | Absence:
            if ticket := listed.get(key.casefold()):
                return ticket
            async with turns:
                return await self._reading(key)

        return dict(zip(keys, await asyncio.gather(*map(reading, keys)), strict=True))

    async def adopt(self, key: str, title: str, description: str) -> Ticket:
        """Returns the issue. One that isn't there is a ticket elsewhere: raises Missing, and Upstream."""
        return await self.get(key)

    async def set_fields(self, key: str, fields: TicketFields) -> None:
        """The priority becomes a label. Somebody who has no account here, or may not be assigned, changes nothing."""
        issue = await self._issue(key)
        repo, path = place_of(issues.key_of(issue))
        changed: dict[str, Any] = {}
        if fields.priority in issues.PRIORITIES and fields.priority not in issue.label_names:
            changed["labels"] = issues.with_priority(issue.label_names, fields.priority)
        if login := await self._assignable(repo, fields.assignee_email):
            changed["assignees"] = [login]
        if changed:
            await self._client.change("PATCH", path, changed, Issue, Phrase("issue %(key)s", key=key))

    async def finish(self, key: str) -> None:
        """Raises Missing, Upstream."""
        issue = await self._issue(key)
        if issue.state != "closed" or issue.state_reason != "completed":
            _, path = place_of(issues.key_of(issue))
            closed = {"state": "closed", "state_reason": "completed"}
            await self._client.change("PATCH", path, closed, Issue, Phrase("issue %(key)s", key=key))

    async def find(self, text: str, limit: int = 10) -> Sequence[Ticket]:
        """Issues of the repository of the settings, newest first. A key that was typed is looked up by itself."""
        exact: list[Ticket] = []
        if key := self.parse_key(text):
            with suppress(Missing):
                exact = [await self.get(key)]
        words = " ".join(word for word in text.split() if word.isalnum() or len(word) > 1)
        if not self._repo:
            return exact[:limit]
        if not words:
            return (await self._newest(self._repo, limit))[:limit]
        query = {
            "q": f"repo:{self._repo} is:issue in:title {_quoted(words)}",
            "sort": "created",
            "order": "desc",
            "per_page": str(min(max(limit, 1), PAGE)),
        }
        found_issues = (await self._client.read("/search/issues", FoundIssues, Phrase("issues"), query)).items
        tickets = [self._ticket(each) for each in found_issues]
        return [*exact, *(each for each in tickets if each.key not in {one.key for one in exact})][:limit]

    async def comment(self, key: str, text: str, *, meaning: str) -> None:
        """Comments on an issue, once for a meaning. Raises Missing, Upstream."""
        await self._comments.leave(key, meaning, signed_comment(text, meaning), update=False)

    async def link_back(self, key: str, link: BackLink) -> None:
        """A comment of ours for each link, which is edited when it says something else. Raises Missing, Upstream."""
        await self._comments.leave(key, link.id, linked_comment(link), update=True)

    async def attach(self, key: str, file: TicketFile) -> None:
        """GitHub's API takes no files: the body of the issue and our comment link to the clip."""

    async def required_fields(self, project: str, kind: FollowUpKind | None) -> Sequence[RequiredField]:
        """An issue needs a title alone. Raises Misunderstood for a repository that can't be."""
        self._repository(project)
        return ()

    def parse_key(self, text: str) -> str | None:
        """`acme/shop#12`, bare, in words, or in the address of an issue; `#12` of the repository of the settings."""
        return issues.key_in_text(text, self._web, self._repo)

    def key_in_url(self, url: str) -> str | None:
        return issues.key_in_url(url, self._web)

    def _repository(self, project: str) -> str:
        repo = project if issues.is_repo(project) else self._repo
        if not repo:
            raise Misunderstood(
                "“%(project)s” is no repository, as acme/shop, and REPLAYBOOK_GITHUB_REPO isn’t set.",
                project=project[:40],
            )
        return repo

    async def _issue(self, key: str) -> Issue:
        """Raises Missing, also for a pull request, which is an issue to GitHub's API alone."""
        _, path = place_of(key)
        issue = await self._client.read(path, Issue, Phrase("issue %(key)s", key=key))
        if issue.pull_request is not None:
            raise Missing("%(key)s is a pull request, not an issue.", key=key)
        return issue

    async def _reading(self, key: str) -> Ticket | Absence:
        """GitHub says 410 of what was deleted, and 404 both of what never was and of what isn't shown to us."""
        try:
            return await self.get(key)
        except IssueDeleted:
            return Absence.DELETED
        except Missing:
            return Absence.UNKNOWN

    async def _listed(self, repo: str) -> dict[str, Ticket]:
        """Open issues among those that changed last. Lists don't say who closed an issue, so closed ones are read."""
        query = {"state": "all", "sort": "updated", "direction": "desc", "per_page": str(PAGE)}
        listed = await self._client.read(
            f"/repos/{repo}/issues", list[Issue], Phrase("repository %(repo)s", repo=repo), query
        )
        tickets = (self._ticket(each) for each in listed if each.state == "open" and each.pull_request is None)
        return {ticket.key.casefold(): ticket for ticket in tickets}

    async def _newest(self, repo: str, limit: int) -> list[Ticket]:
        query = {"state": "all", "sort": "created", "direction": "desc", "per_page": str(min(max(limit, 1), PAGE))}
        listed = await self._client.read(
            f"/repos/{repo}/issues", list[Issue], Phrase("repository %(repo)s", repo=repo), query
        )
        return [self._ticket(each) for each in listed if each.pull_request is None]

    async def _issue_body(self, repo: str, new: NewTicket) -> dict[str, Any]:
        labels = [*new.labels, *([new.fields.priority] if new.fields.priority in issues.PRIORITIES else [])]
        body: dict[str, Any] = {
            "title": title_of(new, 250),
            "body": body_of(new),
            "labels": [*labels, *([str(new.kind)] if new.kind else [])],
        }
        if login := await self._assignable(repo, new.fields.assignee_email):
            body["assignees"] = [login]
        if new.parent:
            body["parent_issue_id"] = (await self._issue(new.parent)).id
        return body

    async def _made(self, repo: str, new: NewTicket, body: Mapping[str, Any]) -> Issue:
        path = f"/repos/{repo}/issues"
        try:
            return await self._client.create(path, body, Issue, Phrase("repository %(repo)s", repo=repo))
        except LostAnswer:
            if made := await self._marked(repo, new.meaning):
                return made
            return await self._client.create(path, body, Issue, Phrase("repository %(repo)s", repo=repo))
        except Missing as error:
            raise Misunderstood(
                "GitHub has no repository %(repo)s with issues, or the token may not see it.", repo=repo
            ) from error

    async def _marked(self, repo: str, meaning: str) -> Issue | None:
        """The issue that was made for a meaning, if it is among the newest: GitHub's search knows it minutes later."""
        query = {"state": "all", "sort": "created", "direction": "desc", "per_page": str(PAGE)}
        newest = await self._client.read(
            f"/repos/{repo}/issues", list[Issue], Phrase("repository %(repo)s", repo=repo), query
        )
        wanted = marker(meaning)
        return next((each for each in newest if wanted in (each.body or "")), None)

    async def _assignable(self, repo: str, email: str) -> str:
        """The account of a person who may be assigned in the repository; empty where there is none."""
        if not email:
            return ""
        login = self._logins.get(email.casefold()) or await self._public(email)
        if not login:
            return ""
        with suppress(Missing):
            await self._client.there(f"/repos/{repo}/assignees/{login}", Phrase("assignee %(login)s", login=login))
            return login
        return ""

    async def _public(self, email: str) -> str:
        """The account that shows this address to everyone, if one alone does."""
        query = {"q": f"{_quoted(email)} in:email", "per_page": "2"}
        accounts = (await self._client.read("/search/users", FoundAccounts, Phrase("accounts"), query)).items
        return accounts[0].login if len(accounts) == 1 else ""

    def _ticket(self, issue: Issue) -> Ticket:
        return issues.ticket_of(issue, self._emails)


def _quoted(words: str) -> str:
    """One term of GitHub's search: nothing in it is a qualifier or an operator."""
    return '"' + words.replace("\\", " ").replace('"', " ")[:200] + '"'
