"""A store that is away, denies, is full or is set up wrongly: one sentence each, with no secret in it."""

from __future__ import annotations

import asyncio
import errno
import os
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from obstore.exceptions import GenericError

from bot.files import bucket_store
from bot.files.file_areas import file_areas
from bot.files.file_store import FileStore
from bot.files.folder_store import FolderStore
from bot.kernel.errors import ReplaybookError, Unauthorized, Unavailable, Upstream
from bot.kernel.settings import Secret, Settings
from tests.bucket_server import BUCKET, KEY, SECRET, BucketServer
from tests.http_server import answering


async def sentence_of(work: Awaitable[object], kind: type[ReplaybookError]) -> str:
    with pytest.raises(kind) as refused:
        await work
    assert type(refused.value) is kind
    return refused.value.sentence


async def listing(store: FileStore) -> list[str]:
    return [file.key async for file in store.list()]


async def reading(store: FileStore) -> list[bytes]:
    return [piece async for piece in store.stream("key")]


EVERYTHING: dict[str, Callable[[FileStore], Awaitable[object]]] = {
    "put": lambda store: store.put("key", b"x"),
    "get": lambda store: store.get("key"),
    "stat": lambda store: store.stat("key"),
    "stream": reading,
    "list": listing,
    "delete": lambda store: store.delete(["key"]),
}


async def test_a_killed_server_is_away_and_then_has_everything_that_was_stored(bucket_server: BucketServer) -> None:
    place = str(uuid.uuid4())
    store = file_areas(bucket_server.settings(place)).segments
    await store.put("key", b"x" * 100_000)
    bucket_server.kill()
    try:
        for name, work in EVERYTHING.items():
            assert await sentence_of(work(store), Unavailable) == f"s3://{BUCKET}/{place} doesn’t answer.", name
    finally:
        bucket_server.start()
    assert await store.get("key") == b"x" * 100_000


async def test_a_server_that_is_killed_while_it_is_written_to_has_files_or_none(bucket_server: BucketServer) -> None:
    """What was acknowledged is there afterwards, and nothing is there in part."""
    store, stored = file_areas(bucket_server.settings(str(uuid.uuid4()))).segments, list[str]()
    begun = asyncio.Event()

    async def write(number: int) -> None:
        for turn in range(1000):
            await store.put(f"{number}/{turn:04}", b"y" * 50_000)
            stored.append(f"{number}/{turn:04}")
            if len(stored) > 20:
                begun.set()

    writers = [asyncio.create_task(write(number)) for number in range(4)]
    await begun.wait()
    bucket_server.kill()
    try:
        refused = await asyncio.gather(*writers, return_exceptions=True)
    finally:
        bucket_server.start()
    assert [type(error) for error in refused] == [Unavailable] * 4
    there = {file.key: file.size async for file in store.list()}
    assert set(stored) <= set(there)
    assert set(there.values()) == {50_000}


@pytest.mark.parametrize("wrong", [{"files_secret": Secret("not-the-secret")}, {"files_key": Secret("nobody")}])
async def test_wrong_keys_are_for_the_operator_to_change(bucket_server: BucketServer, wrong: dict[str, Secret]) -> None:
    store = file_areas(bucket_server.settings("wrong-keys", **wrong)).segments
    for name, work in EVERYTHING.items():
        sentence = await sentence_of(work(store), Unauthorized)
        # The answer to HEAD has no body to say why.
        assert ("AWS_SECRET_ACCESS_KEY" in sentence) or (name == "stat" and "doesn’t allow this" in sentence)
        assert not any(secret in sentence for secret in (SECRET, KEY, *wrong.values()))


async def test_an_absent_bucket_is_no_absent_file(bucket_server: BucketServer) -> None:
    """Nobody is told that a recording isn't kept any more because a name is misspelled."""
    settings = bucket_server.settings("", files="s3://nobody-made-this/prefix")
    for name in ("get", "stat", "stream", "list"):
        sentence = await sentence_of(EVERYTHING[name](file_areas(settings).segments), Unavailable)
        assert sentence == "There is no bucket for s3://nobody-made-this/prefix; make it, or change REPLAYBOOK_FILES."


ANSWERS = [
    (403, "SignatureDoesNotMatch", Unauthorized, "AWS_SECRET_ACCESS_KEY"),
    (403, "InvalidAccessKeyId", Unauthorized, "AWS_ACCESS_KEY_ID"),
    (400, "ExpiredToken", Unauthorized, "doesn’t accept the keys"),
    (403, "AccessDenied", Unauthorized, "allowed to list, read, write and delete"),
    (401, "", Unauthorized, "doesn’t accept the keys"),
    (403, "RequestTimeTooSkewed", Unauthorized, "clock"),
    (400, "AuthorizationHeaderMalformed", Unauthorized, "AWS_REGION"),
    (301, "PermanentRedirect", Unauthorized, "AWS_REGION"),
    (404, "NoSuchBucket", Unavailable, "no bucket"),
    (507, "XMinioStorageFull", Unavailable, "no room"),
    (403, "QuotaExceeded", Unavailable, "no room"),
    (503, "SlowDown", Unavailable, "status 503 SlowDown"),
    (500, "InternalError", Unavailable, "status 500 InternalError"),
    (502, "<b>proxy</b>", Unavailable, "status 502."),
    (405, "MethodNotAllowed", Unavailable, "status 405 MethodNotAllowed"),
]


@pytest.mark.parametrize(("status", "code", "kind", "words"), ANSWERS, ids=str)
async def test_what_a_server_answers_is_one_sentence(
    status: int, code: str, kind: type[Upstream], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request is tried again three times at most, and only where that may help."""
    monkeypatch.setitem(bucket_store._RETRY, "backoff", {"init_backoff": timedelta(milliseconds=1)})
    requests: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        requests.append(request.method)
        body = f"<Error><Code>{code}</Code><Message>of {SECRET}</Message></Error>"
        return web.Response(status=status, text=body, content_type="application/xml")

    async with answering(answer) as url:
        store = file_areas(settings_for(url)).segments
        for work in (EVERYTHING["put"], EVERYTHING["list"]):
            requests.clear()
            sentence = await sentence_of(work(store), kind)
            assert words in sentence
            assert sentence.count(".") - sentence.count("s3://") <= 2
            assert SECRET not in sentence
            assert len(requests) == (4 if status >= 500 else 1)


def test_a_certificate_that_is_not_trusted_is_said() -> None:
    """In the client's words, as of 0.12.1."""
    error = GenericError("Generic S3 error: ... error: InvalidCertificate(\n UnknownIssuer,\n),")
    refused = bucket_store.refusal(error, "s3://bucket/prefix")
    assert isinstance(refused, Unauthorized)
    assert "certificate of s3://bucket/prefix isn’t trusted" in refused.sentence


def settings_for(url: str | None, **others: object) -> Settings:
    values: dict[str, object] = {"files": f"s3://{BUCKET}/prefix", "files_endpoint": url, "files_region": "us-east-1"}
    return Settings(**values | {"files_key": Secret(KEY), "files_secret": Secret(SECRET)} | others)  # type: ignore[arg-type]


async def test_a_server_that_says_nothing_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(bucket_store._CLIENT, "read_timeout", timedelta(milliseconds=50))
    monkeypatch.setitem(bucket_store._RETRY, "max_retries", 1)
    over = asyncio.Event()

    async def answer(_: web.Request) -> web.Response:
        await over.wait()
        return web.Response()

    async with answering(answer) as url:
        for work in (EVERYTHING["put"], EVERYTHING["get"]):
            assert "doesn’t answer" in await sentence_of(work(file_areas(settings_for(url)).segments), Unavailable)
        over.set()


async def test_an_answer_that_breaks_off_is_no_complete_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(bucket_store._RETRY, "max_retries", 1)

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000", "ETag": '"1"', "Last-Modified": MODIFIED})
        await response.prepare(request)
        await response.write(b"only a part")
        request.transport.abort()
        return response

    async with answering(answer) as url:
        for work in (EVERYTHING["get"], EVERYTHING["stream"]):
            assert "doesn’t answer" in await sentence_of(work(file_areas(settings_for(url)).segments), Unavailable)


MODIFIED = "Sun, 29 Nov 2026 18:00:00 GMT"
REFUSALS = [
    (errno.ENOSPC, Unavailable, "no room left for files in"),
    (errno.EDQUOT, Unavailable, "no room left for files in"),
    (errno.EROFS, Unauthorized, "read-only"),
    (errno.EACCES, Unauthorized, "may not read or write"),
    (errno.EIO, Unavailable, "Input/output error"),
]


@pytest.mark.parametrize(("number", "kind", "words"), REFUSALS, ids=str)
async def test_a_disk_that_refuses_is_one_sentence_and_leaves_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[Upstream], words: str
) -> None:
    store = FolderStore(tmp_path)
    await store.put("key", b"before")

    def refuse(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    sentence = await sentence_of(store.put("key", b"after"), kind)
    assert words in sentence
    assert str(tmp_path) in sentence
    assert os.listdir(tmp_path) == ["key"]  # noqa: PTH208
    assert await store.get("key") == b"before"


async def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    sentence = await sentence_of(FolderStore(tmp_path / "data").put("a/key", b"x"), Unavailable)
    assert "data can’t be used: " in sentence


async def test_a_draft_of_a_writer_that_died_is_no_file_and_goes_after_a_day(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    await store.put("a/key", b"x")
    for name, age in ((".key.1", 0), (".key.2", 25 * 3600)):
        draft = tmp_path / "a" / name
        draft.write_bytes(b"half")
        at = draft.stat().st_mtime - age
        os.utime(draft, (at, at))
    assert await listing(store) == ["a/key"]
    assert {path.name for path in (tmp_path / "a").iterdir()} == {"key", ".key.1"}


async def test_files_are_readable_by_the_bot_alone(tmp_path: Path) -> None:
    await FolderStore(tmp_path / "files").put("a/key", b"x")
    modes = [(tmp_path / "files" / path).stat().st_mode & 0o777 for path in ("", "a/key")]
    assert (modes[0] & 0o077, modes[1]) == (0, 0o600)
