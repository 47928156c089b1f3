"""The part of JQL that is needed: comparisons joined by AND or OR, and an order."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from standins.jira.jira_world import JiraError, JiraWorld, StoredJiraIssue

_TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([\w.-]+(?:\[[\w.-]+\])?)|(!=|>=|=|~|\(|\)|,))')
Test = Callable[[StoredJiraIssue], bool]


def found(world: JiraWorld, jql: str, *, strict: bool = True) -> list[StoredJiraIssue]:
    """The issues that fit, in their order. `strict` refuses keys that aren't there. Raises JiraError."""
    condition, _, order = re.sub(r"\s+", " ", jql).strip().partition(" ORDER BY ")
    if not condition:
        raise JiraError(400, "Unbounded JQL queries are not allowed here. Please add a search restriction.")
    if order not in ("", "created DESC", "updated DESC"):
        raise JiraError(400, f"Field '{order}' can't be ordered by here.")
    fits = _Parser(world, _tokens(condition), strict).all()
    now = world.clock()
    indexed = [issue for issue in world.seen() if (now - issue.created).total_seconds() >= world.index_lag_s]

    def moment(issue: StoredJiraIssue) -> tuple[datetime, int]:
        return (issue.updated if order.startswith("updated") else issue.created), issue.number

    return sorted((issue for issue in indexed if fits(issue)), key=moment, reverse=True)


def _tokens(text: str) -> list[tuple[str, bool]]:
    """Words and signs, each with whether it was in quotes."""
    tokens, at = list[tuple[str, bool]](), 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise JiraError(400, f"Error in the JQL Query at character {at}.")
        quoted = match[1] is not None
        tokens.append((re.sub(r"\\(.)", r"\1", match[1]) if quoted else match[2] or match[3], quoted))
        at = match.end()
    return tokens


class _Parser:
    def __init__(self, world: JiraWorld, tokens: list[tuple[str, bool]], strict: bool) -> None:
        self._world = world
        self._tokens = tokens
        self._strict = strict
        self._at = 0

    def all(self) -> Test:
        test = self._either()
        if self._at != len(self._tokens):
            raise self._wrong()
        return test

    def _either(self) -> Test:
        tests = [self._both()]
        while self._word("OR"):
            tests.append(self._both())
        return lambda issue: any(test(issue) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._word("AND"):
            tests.append(self._one())
        return lambda issue: all(test(issue) for test in tests)

    def _one(self) -> Test:
        if self._word("("):
            test = self._either()
            self._need(")")
            return test
        name = self._next()
        if self._word(">="):
            return self._since(name, self._next())
        if self._word("in"):
            self._need("(")
            values = [self._next()]
            while self._word(","):
                values.append(self._next())
            self._need(")")
        elif self._word("~"):
            return self._contains(name, self._next())
        else:
            self._need("=")
            values = [self._next()]
            if self._word("("):
                self._need(")")
                values = [f"{values[0]}()"]
        return self._equals(name, values)

    def _contains(self, name: str, wanted: str) -> Test:
        if name not in ("summary", "text"):
            raise JiraError(400, f"The operator '~' is not supported by the '{name}' field.")
        words = wanted.replace("*", "").casefold().split()
        if any(re.search(r"[+!(){}\[\]^?:\\/]", word) for word in words):
            raise JiraError(400, f"The text query '{wanted}' for field '{name}' is not valid.")
        return lambda issue: all(
            any(part.startswith(word) for part in re.findall(r"\w+", issue.summary.casefold())) for word in words
        )

    def _since(self, name: str, wanted: str) -> Test:
        days = re.fullmatch(r"-(\d+)d", wanted)
        if name != "created" or days is None:
            raise JiraError(400, f"Date value '{wanted}' for field '{name}' is invalid.")
        since = self._world.clock() - timedelta(days=int(days[1]))
        return lambda issue: issue.created >= since

    def _equals(self, name: str, values: Sequence[str]) -> Test:
        if name in ("key", "issuekey"):
            return self._keys(values)
        if name == "labels":
            return lambda issue: any(value in issue.labels for value in values)
        if name == "project":
            keys = {self._world.project(value).key for value in values}
            return lambda issue: issue.project.key in keys
        if (name, list(values)) == ("creator", ["currentUser()"]):
            return lambda issue: issue.creator is self._world.users[0]
        raise JiraError(400, f"Field '{name}' does not exist or you do not have permission to view it.")

    def _keys(self, values: Sequence[str]) -> Test:
        ids = set[str]()
        for value in values:
            try:
                ids.add(self._world.issue(value).id)
            except JiraError:
                if self._strict:
                    words = f"An issue with key '{value}' does not exist for field 'key'."
                    raise JiraError(400, words) from None
        return lambda issue: issue.id in ids

    def _word(self, wanted: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] == (wanted, False):
            self._at += 1
            return True
        return False

    def _need(self, wanted: str) -> None:
        if not self._word(wanted):
            raise self._wrong()

    def _next(self) -> str:
        if self._at >= len(self._tokens):
            raise self._wrong()
        self._at += 1
        return self._tokens[self._at - 1][0]

    def _wrong(self) -> JiraError:
        return JiraError(400, f"Error in the JQL Query near token {self._at}.")
