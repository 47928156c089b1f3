"""`import` and `notebook export`: what is refused is named, and what was taken is counted."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bot.backlog.check_sentences import expectation, outcome_name
from bot.backlog.notebook_changes import changes_of
from bot.backlog.request import Request, RequestState
from bot.kernel.locale import Locale
from bot.notebook.merge import merge, new_id
from bot.notebook.notebook_text import NotebookText
from bot.providers.local.local_notebooks import LocalNotebooks
from bot.state.connection import connected
from bot.state.embedded_server import redis_url
from bot.state.redis_records import RedisRecords
from tests.backlog.examples import in_state
from tests.cli.conftest import RAGE, SESSION, Replaybook
from tests.notebook.examples import opened

HOLD = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


def test_what_was_taken_is_counted_and_nothing_else_is_printed(process: Replaybook) -> None:
    said = process("import", RAGE, SESSION)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Files: ")
    assert "sessions: 2." in said.out


def test_something_refused_is_exit_code_1_with_its_sentence(replaybook: Replaybook, tmp_path: Path) -> None:
    broken, text = tmp_path / "broken.json", tmp_path / "text.json"
    broken.write_text("{")
    text.write_text("nothing of the kind")
    said = replaybook("import", broken, RAGE, text)
    assert said.code == 1
    assert said.out.startswith("Files: 1, events: 242, sessions: 1.")
    assert [line.split(":")[0] for line in said.err.splitlines()] == [f"Left out {broken}", f"Left out {text}"]
    assert all(line.endswith(".") for line in said.err.splitlines())
    assert "it looks like plain text" in said.err.splitlines()[1]


def test_a_folder_without_a_recording_is_a_mistake(replaybook: Replaybook, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    said = replaybook("import", RAGE, empty)
    assert (said.code, said.sentence) == (1, f"There is no recording in the folder {empty}.")


def test_a_folder_of_something_else_is_told_as_a_file_of_it_is(replaybook: Replaybook, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "page.json").write_text("<!doctype html><title>Sign in</title>")
    for command in (["import", folder], ["detect", folder], ["clip", folder, "-o", tmp_path / "x.gif"]):
        said = replaybook(*command)
        assert (said.code, "it looks like a page or a drawing (HTML)" in said.err) == (1, True), command


def test_nothing_taken_is_exit_code_1(replaybook: Replaybook, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{")
    said = replaybook("import", tmp_path / "bad.json")
    assert said.code == 1
    assert said.out.startswith("Files: 0")


def test_a_file_that_may_not_be_read_is_told_without_error_numbers(
    replaybook: Replaybook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    folder = tmp_path / "recordings"
    folder.mkdir()
    (folder / "a.json").write_text("[]")
    monkeypatch.setattr(Path, "read_bytes", refused)
    said = replaybook("import", folder)
    assert said.code == 1
    assert said.err == f"Left out {folder / 'a.json'}: It can't be read: Permission denied.\n"


def test_a_store_in_use_names_the_variable_to_change(replaybook: Replaybook, tmp_path: Path) -> None:
    assert replaybook("import", RAGE).code == 0
    file = tmp_path / "data" / "rum" / "signals.duckdb"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ
    ) as holder:
        assert holder.stdout
        assert holder.stdin
        holder.stdout.readline()
        said = replaybook("import", RAGE)
        holder.stdin.close()
    assert said.code == 1
    assert "REPLAYBOOK_DATA" in said.sentence


def test_a_notebook_that_is_not_there_is_a_mistake(replaybook: Replaybook) -> None:
    said = replaybook("notebook", "export", "nope")
    assert said.code == 1
    assert said.sentence


async def stored_notebook(data: Path, request: Request, tag: str) -> str:
    """The ID of a notebook in the store of this folder that knows the request."""
    words, locale = NotebookText.load(), Locale.of(tag, "Asia/Seoul")
    notebook = merge(opened(words, tag), changes_of(request, locale), words.writer(locale))
    async with redis_url(None, data) as url, connected(url) as redis:
        return (await LocalNotebooks(RedisRecords(redis)).create(notebook)).id


@pytest.mark.parametrize("tag", ["en", "ko"])
@pytest.mark.parametrize("state", [RequestState.TOO_EARLY, RequestState.NOT_IMPROVED, RequestState.IMPROVED])
def test_an_exported_notebook_says_what_the_check_of_a_fix_found(
    replaybook: Replaybook, tmp_path: Path, state: RequestState, tag: str
) -> None:
    """The outcome and what was expected, in the words of the thread."""
    request, locale = in_state(state), Locale.of(tag, "Asia/Seoul")
    assert request.check
    said = replaybook("notebook", "export", asyncio.run(stored_notebook(tmp_path / "data", request, tag)))
    assert said.code == 0
    [row] = [line for line in said.out.splitlines() if line.startswith("|") and "SHOP-" in line]
    found = row.rsplit(" | ", 1)[1].replace("\\", "")
    assert found.startswith(f"{outcome_name(request.check, locale)}: {expectation(request.check, locale)}")


def stored_example(folder: Path) -> str:
    return asyncio.run(stored_notebook(folder, in_state(RequestState.IMPROVED), "ko"))


@pytest.mark.parametrize("command", [("export",), ("notebook", "export")])
def test_a_notebook_is_written_as_what_its_file_is_called(
    replaybook: Replaybook, tmp_path: Path, command: tuple[str, ...]
) -> None:
    id, file = stored_example(tmp_path / "data"), tmp_path / "it.zip"
    assert replaybook(*command, id, "-o", file).out == f"{file}\n"
    assert zipfile.ZipFile(file).namelist() == ["postmortem.md"]
    page = tmp_path / "it.html"
    assert replaybook(*command, id, "-o", page).code == 0
    assert page.read_text().startswith("<!doctype html>")
    assert replaybook(*command, id, "-o", tmp_path / "it.txt", "--format", "md").code == 0
    assert (tmp_path / "it.txt").read_text() == replaybook(*command, id).out


def test_a_pdf_is_printed_by_the_command_itself(replaybook: Replaybook, tmp_path: Path) -> None:
    id, file = stored_example(tmp_path / "data"), tmp_path / "it.pdf"
    assert replaybook("export", id, "-o", file).code == 0
    assert file.read_bytes().startswith(b"%PDF")


def test_without_a_browser_no_pdf_is_left_and_the_sentence_names_the_setting(
    replaybook: Replaybook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id, file = stored_example(tmp_path / "data"), tmp_path / "it.pdf"
    monkeypatch.setenv("REPLAYBOOK_BROWSER", "/no/such/browser")
    said = replaybook("export", id, "-o", file)
    assert said.code == 2
    assert "REPLAYBOOK_BROWSER" in said.sentence
    assert not file.exists()


def test_what_is_no_text_needs_a_file(replaybook: Replaybook) -> None:
    said = replaybook("export", "any", "--format", "pdf")
    assert said.code == 1
    assert "--output postmortem.pdf" in said.err


def test_publishing_to_what_is_not_set_up_says_where_to_read_on(replaybook: Replaybook, tmp_path: Path) -> None:
    said = replaybook("export", stored_example(tmp_path / "data"), "--to", "nowhere")
    assert said.code == 1
    assert "docs/exports.md" in said.sentence


def test_an_old_id_that_begins_with_a_hyphen_can_be_named(replaybook: Replaybook) -> None:
    said = replaybook("export", "--", "-Cq_3hyphen")
    assert said.code == 1
    assert said.sentence == "There is no such post-mortem."


def test_no_new_id_looks_like_an_option() -> None:
    assert not [id for id in (new_id() for _ in range(1000)) if id.startswith("-")]
