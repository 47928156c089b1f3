"""What went wrong with Postgres, as one sentence: never with its address, and so never with a password."""

from __future__ import annotations

import ssl

import asyncpg

from bot.kernel.errors import Missing, Misunderstood, ReplaybookError, Unauthorized, Unavailable

CLOSED = "PostgreSQL closed the connection."
STATEMENT_S = 30.0
BY_STATE: dict[str, ReplaybookError] = {
    "08": Unavailable(CLOSED),
    "25006": Unavailable("PostgreSQL is read-only at the moment."),
    "28": Unauthorized("PostgreSQL refused the user or the password in DATABASE_URL."),
    "3D000": Unauthorized("PostgreSQL has no database of the name in DATABASE_URL."),
    "3F000": Unauthorized("PostgreSQL has no schema in which the user in DATABASE_URL may make tables."),
    "40": Unavailable("PostgreSQL gave way to other work; try again in a moment."),
    "42501": Unauthorized("The user in DATABASE_URL isn’t allowed to do this in PostgreSQL; see docs/postgres.md."),
    "42703": Missing("PostgreSQL doesn’t have Replaybook’s tables; run `replaybook migrate`."),
    "42P01": Missing("PostgreSQL doesn’t have Replaybook’s tables; run `replaybook migrate`."),
    "53": Unavailable("PostgreSQL has no memory or other resources left."),
    "53100": Unavailable("PostgreSQL’s disk is full."),
    "53300": Unavailable(
        "PostgreSQL takes no more connections; raise its max_connections, or lower REPLAYBOOK_DATABASE_CONNECTIONS."
    ),
    "55P03": Unavailable("PostgreSQL is slow: a lock in it isn’t free."),
    "57": Unavailable("PostgreSQL is starting or stopping."),
    "57014": Unavailable("PostgreSQL is slow: it gave up a statement."),
    "58": Unavailable("PostgreSQL can’t read or write its files."),
    "XX": Unavailable("PostgreSQL’s files are damaged; see its log."),
}
"""By SQLSTATE, or the class of it that its first two characters name."""
SOON_OVER = ("25006", "40", "53300", "57P", "08")
"""States that a restart, a failover or a moment's patience ends."""
FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)


def explained(error: BaseException) -> ReplaybookError | None:
    """Returns the sentence for one of `FAILURES`; None for what is a bug of ours."""
    match error:
        case asyncpg.PostgresError(sqlstate=str(state)) if kind := BY_STATE.get(state) or BY_STATE.get(state[:2]):
            known: ReplaybookError | None = type(kind)(kind.message)
        case asyncpg.exceptions.ClientConfigurationError():
            known = unusable_address()
        case TimeoutError():
            known = Unavailable("PostgreSQL is slow: no answer within %(n)s seconds.", n=int(STATEMENT_S))
        case OSError():
            known = Unavailable(
                "PostgreSQL doesn’t answer: %(error)s",
                error=error.strerror or str(error) or type(error).__name__,
            )
        case asyncpg.exceptions.TargetServerAttributeNotMatched():
            known = Unavailable("None of the servers in DATABASE_URL is the one that takes writes.")
        case asyncpg.InternalClientError():  # the server's last words came between two statements
            known = Unavailable(CLOSED)
        case asyncpg.InterfaceError() if type(error) is asyncpg.InterfaceError and "clos" in str(error):
            known = Unavailable(CLOSED)  # "connection is closed", "is closing"
        case _:
            known = None
    return known


def is_soon_over(error: BaseException) -> bool:
    """Whether trying again within seconds makes sense."""
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "").startswith(SOON_OVER)
    if isinstance(error, TimeoutError | ssl.SSLError | FileNotFoundError | PermissionError):
        return False
    return isinstance(explained(error), Unavailable)


def unusable_address() -> Misunderstood:
    """The parser's own words may have the password in them."""
    return Misunderstood(
        "DATABASE_URL can’t be used: it looks like postgresql://user:password@host:5432/name?sslmode=verify-full, "
        "with special characters of the password percent-encoded.",
        at="DATABASE_URL",
    )
