"""What `REDIS_URL` says: one server, a Sentinel that knows which server is the primary, or a Cluster.

redis://[user:password@]host[:port][/db]         one server; rediss:// with TLS, unix:///path for a socket
redis+sentinel://[user:password@]host[:port],host[:port],…/service[/db]
redis+cluster://[user:password@]host[:port],host[:port],…

The last two are rediss+… with TLS. Options behind them: `?sentinel_username=…&sentinel_password=…` where the Sentinels
want other words than the servers, and `ssl_ca_certs=/path` for a certificate authority of one's own.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from redis.asyncio import ConnectionPool

from bot.kernel.errors import Misunderstood

Kind = Literal["server", "sentinel", "cluster"]
Node = tuple[str, int]
PORTS: dict[Kind, int] = {"server": 6379, "sentinel": 26379, "cluster": 6379}
OPTIONS: dict[Kind, set[str]] = {
    "server": set(),
    "sentinel": {"sentinel_username", "sentinel_password", "ssl_ca_certs"},
    "cluster": {"ssl_ca_certs"},
}


UNREADABLE = (
    "REDIS_URL can’t be used: it looks like redis://user:password@host:6379/0, with special characters of the password "
    "percent-encoded; see docs/replicas.md."
)
_DATABASE = re.compile(r"/?|/[0-9]{1,5}/?")


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """`nodes` are the Sentinels, or some of the Cluster's; of one server there is its `url` alone."""

    kind: Kind
    url: str
    nodes: tuple[Node, ...] = ()
    service: str = ""
    db: int = 0
    username: str | None = None
    password: str | None = None
    sentinel_username: str | None = None
    sentinel_password: str | None = None
    tls: bool = False
    authority: str | None = None

    @classmethod
    def of(cls, url: str) -> RedisAddress:
        """Raises Misunderstood, without the address in its sentence: there may be a password in it."""
        scheme, _, rest = url.partition("://")
        if scheme in {"redis", "rediss", "unix"} and rest:
            return cls("server", _of_one(url))
        secured, _, kind = scheme.partition("+")
        if secured not in {"redis", "rediss"} or kind not in {"sentinel", "cluster"}:
            raise Misunderstood(
                "REDIS_URL must begin with redis://, rediss:// or unix://, or with redis+sentinel:// or "
                "redis+cluster:// (rediss+… with TLS)."
            )
        return _of_several(url, "sentinel" if kind == "sentinel" else "cluster", tls=secured == "rediss")

    def tls_context(self) -> ssl.SSLContext | None:
        return ssl.create_default_context(cafile=self.authority) if self.tls else None


def _of_one(url: str) -> str:
    """The address itself, of which the client can make a connection. Its own words may hold a part of the password."""
    try:
        parts = urlsplit(url)
        ConnectionPool.from_url(url, driver_info=None).make_connection()  # type: ignore[no-untyped-call]
    except (ValueError, TypeError):
        raise Misunderstood(UNREADABLE) from None
    no_options = [part for part in parts.query.split("&") if "=" not in part]
    cut_off = any("@" in part for part in (parts.fragment, *no_options))  # the rest of a password, and the host
    if parts.scheme != "unix" and (not _DATABASE.fullmatch(parts.path) or cut_off):
        raise Misunderstood(UNREADABLE)
    return url


def _of_several(url: str, kind: Kind, *, tls: bool) -> RedisAddress:
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Misunderstood(UNREADABLE) from None
    options = dict(parse_qsl(parts.query))
    if unknown := sorted(options.keys() - OPTIONS[kind]):
        raise Misunderstood("REDIS_URL has an option that isn’t known here: %(names)s.", names=", ".join(unknown))
    credentials, _, hosts = parts.netloc.rpartition("@")
    username, _, password = credentials.partition(":")
    service, db = _service(parts.path) if kind == "sentinel" else _no_database(parts.path)
    return RedisAddress(
        kind=kind,
        url=url,
        nodes=tuple(_node(host, PORTS[kind]) for host in hosts.split(",")),
        service=service,
        db=db,
        username=unquote(username) or None,
        password=unquote(password) or None,
        sentinel_username=options.get("sentinel_username"),
        sentinel_password=options.get("sentinel_password"),
        tls=tls,
        authority=options.get("ssl_ca_certs"),
    )


def _node(text: str, port: int) -> Node:
    """`host`, `host:port`, `[::1]:port`."""
    host, _, number = text.rpartition(":") if ":" in text.rpartition("]")[2] else (text, "", "")
    host = host.removeprefix("[").removesuffix("]")
    if not host or (number and not (number.isdecimal() and number.isascii() and 0 < int(number) < 65536)):
        raise Misunderstood("REDIS_URL names its servers as host:port, with commas between them.")
    return host, int(number) if number else port


def _service(path: str) -> tuple[str, int]:
    service, _, db = path.strip("/").partition("/")
    if not service or (db and not (db.isdecimal() and db.isascii())):
        raise Misunderstood(
            "REDIS_URL of a Sentinel ends with the name of the service, such as redis+sentinel://host:26379/mymaster."
        )
    return unquote(service), int(db or 0)


def _no_database(path: str) -> tuple[str, int]:
    if path.strip("/") not in {"", "0"}:
        raise Misunderstood("A Redis Cluster has one database: REDIS_URL must end with its servers.")
    return "", 0
