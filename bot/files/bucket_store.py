"""Files in a bucket of an object store that speaks S3: Amazon's, R2, Google's, MinIO, Ceph, SeaweedFS.

Needs the extra `s3`. Requests are tried again for a few seconds; what is longer away is for the queue to try again.
"""

from __future__ import annotations

import atexit
import re
import time
from collections.abc import AsyncIterable, AsyncIterator, Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, GenericError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from bot.files.file_store import StoredFile, checked_key, not_kept
from bot.kernel.errors import Missing, Misunderstood, ReplaybookError, Unauthorized, Unavailable
from bot.kernel.settings import Settings, variable

if TYPE_CHECKING:
    from obstore import GetOptions
    from obstore.store import ClientConfig, RetryConfig, S3Config

CHUNK = 256 * 1024
"""Least bytes that are yielded at once of a file that is streamed."""
_LAST_MOMENT_S = 0.1
PART = 8 * 1024 * 1024
"""A larger file is sent in parts of so many bytes, two at a time."""
DELETED = 1000
"""Most keys of one request (S3's DeleteObjects)."""
_RETRY: RetryConfig = {
    "max_retries": 3,
    "retry_timeout": timedelta(seconds=10),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2},
}
_CLIENT: ClientConfig = {
    "connect_timeout": timedelta(seconds=5),
    "read_timeout": timedelta(seconds=30),  # of silence
    "timeout": timedelta(minutes=5),  # of a request with its answer, however large
}
_CODE = re.compile(r"<Code>(\w{1,60})</Code>")
_STATUS = re.compile(r"status code: (\d{3})")
_WRONG_KEYS = {"SignatureDoesNotMatch", "InvalidAccessKeyId", "InvalidToken", "ExpiredToken", "TokenRefreshRequired"}
_FULL = {"InsufficientStorage", "XMinioStorageFull", "QuotaExceeded", "InsufficientCapacity"}
_MOVED = {301, 307}
_SKEWED = "RequestTimeTooSkewed"
_ELSEWHERE = {"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"}


def opened_bucket(settings: Settings, bucket: str, prefix: str) -> S3Store:
    """Returns a client of the bucket that sees the keys below the prefix. Raises Misunderstood for a wrong address.

    Where no keys are set the client looks for the machine's own role, as Amazon's programs do.
    """
    endpoint = urlsplit(settings.files_endpoint or "")
    if settings.files_endpoint and (endpoint.scheme not in ("http", "https") or "@" in endpoint.netloc):
        raise Misunderstood(
            "%(variable)s must be an address that begins with http:// or https:// and holds no password.",
            variable=variable("files_endpoint"),
        )
    given = {
        "endpoint": settings.files_endpoint,
        "region": settings.files_region,
        "access_key_id": settings.files_key,
        "secret_access_key": settings.files_secret,
        "session_token": settings.files_token,
    }
    atexit.unregister(_let_threads_end)
    atexit.register(_let_threads_end)
    config: S3Config = {name: str(value) for name, value in given.items() if value}  # type: ignore[assignment]
    client: ClientConfig = {**_CLIENT, "allow_http": endpoint.scheme == "http"}
    return S3Store(
        bucket,
        prefix=prefix or None,
        config=config,
        virtual_hosted_style_request=False,
        client_options=client,
        retry_config=_RETRY,
    )


def _let_threads_end() -> None:
    """One of the client's threads may be about to take the lock of the interpreter again, after its last answer.

    If the interpreter is gone by then, the process aborts (seen in 2 of 25 that ended right after an answer).
    """
    time.sleep(_LAST_MOMENT_S)


class BucketStore:
    """The FileStore of several machines: one area of a bucket."""

    def __init__(self, client: S3Store, area: str, place: str) -> None:
        self._client = client
        self._area = area
        self.place = place

    async def put(self, key: str, data: bytes | AsyncIterable[bytes]) -> None:
        with self._explained(writing=True):
            await obstore.put_async(self._client, self._path(key), data, chunk_size=PART, max_concurrency=2)

    async def get(self, key: str) -> bytes:
        with self._explained():
            return bytes(await (await obstore.get_async(self._client, self._path(key))).bytes_async())

    async def stat(self, key: str) -> StoredFile:
        try:
            with self._explained():
                meta = await obstore.head_async(self._client, self._path(key))
        except Missing:
            await self._check_bucket()  # the answer to HEAD doesn't say whether it is the file that is absent
            raise
        return StoredFile(key, meta["size"], meta["last_modified"])

    async def _check_bucket(self) -> None:
        """Raises Unavailable without a bucket."""
        async for _ in self.list("none"):
            return

    async def stream(self, key: str, first: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        if stop is not None and first >= stop:
            return
        options: GetOptions = {"range": {"offset": first} if stop is None else (first, stop)}
        with self._explained():
            try:
                answer = await obstore.get_async(self._client, self._path(key), options=options)
            except GenericError as error:
                if _status(error) == 416:  # nothing is left from there on
                    return
                raise
            async for piece in answer.stream(min_chunk_size=CHUNK):
                yield bytes(piece)

    async def list(self, folder: str = "") -> AsyncIterator[StoredFile]:
        begins = len(self._area) + 1
        with self._explained():
            async for batch in obstore.list(self._client, self._path(folder) if folder else self._area):
                for meta in batch:
                    yield StoredFile(meta["path"][begins:], meta["size"], meta["last_modified"])

    async def delete(self, keys: Collection[str]) -> None:
        paths = [self._path(key) for key in keys]
        with self._explained(writing=True):
            for first in range(0, len(paths), DELETED):
                await obstore.delete_async(self._client, paths[first : first + DELETED])

    def _path(self, key: str) -> str:
        return f"{self._area}/{checked_key(key)}"

    @contextmanager
    def _explained(self, *, writing: bool = False) -> Iterator[None]:
        """Raises Missing for a file that isn't there, and Upstream for a store that is away or refuses."""
        try:
            yield
        except FileNotFoundError as error:
            if writing or "NoSuchBucket" in str(error):
                raise _no_bucket(self.place) from None
            raise not_kept() from None
        except BaseError as error:
            raise refusal(error, self.place) from None


def _no_bucket(place: str) -> Unavailable:
    return Unavailable("There is no bucket for %(place)s; make it, or change REPLAYBOOK_FILES.", place=place)


def refusal(error: BaseError, place: str) -> ReplaybookError:
    """Returns the sentence for what the store answered. The client's own text names addresses, and isn't shown."""
    codes, status = _CODE.search(str(error)), _status(error)
    code = codes[1] if codes else ""
    if code == "NoSuchBucket":
        return _no_bucket(place)
    if code in _FULL or status == 507:
        return Unavailable("There is no room left for files in %(place)s.", place=place)
    denied = isinstance(error, (PermissionDeniedError, UnauthenticatedError))
    if denied or code in _WRONG_KEYS | _ELSEWHERE | {_SKEWED} or status in _MOVED | {401, 403}:
        return _denied(code, status, place)
    if "InvalidCertificate" in str(error):
        return Unauthorized(
            "The certificate of %(place)s isn’t trusted; SSL_CERT_FILE names a file with its issuer’s.", place=place
        )
    if status:
        return Unavailable("%(place)s answers with status %(status)s.", place=place, status=f"{status} {code}".strip())
    return Unavailable("%(place)s doesn’t answer.", place=place)


def _status(error: BaseError) -> int:
    """Returns 0 where no answer came."""
    if "redirect without LOCATION" in str(error):
        return 301  # how Amazon answers for a bucket of another region
    statuses = _STATUS.search(str(error))
    return int(statuses[1]) if statuses else 0


def _denied(code: str, status: int, place: str) -> Unauthorized:
    if code == _SKEWED:
        return Unauthorized("The clock of this machine is wrong: %(place)s refuses what it signs.", place=place)
    if code in _ELSEWHERE or status in _MOVED:
        return Unauthorized("%(place)s is in another region; set AWS_REGION.", place=place)
    if code in _WRONG_KEYS or status == 401:
        return Unauthorized(
            "%(place)s doesn’t accept the keys; check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.", place=place
        )
    return Unauthorized(
        "%(place)s doesn’t allow this: the keys must be allowed to list, read, write and delete.", place=place
    )
