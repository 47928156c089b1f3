"""A post-mortem leaves the house complete: its text, its files under safe names, and nothing that leads nowhere."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from bot.files.file_store import HashedFiles
from bot.files.folder_store import FolderStore
from bot.kernel.errors import Missing
from bot.notebook.cell_data import Spoken, StoredClip
from bot.notebook.edits import add_cell, edit_cell
from bot.notebook.export import archived_files, has_content, sections_of, shortened, written_markdown, zipped
from bot.notebook.export_pictures import MOST_BYTES, pictures_of
from bot.notebook.facts import add_clip
from bot.notebook.merge import merge
from bot.notebook.notebook import Notebook, digest
from bot.notebook.notebook_text import NotebookText
from bot.notebook.timeline import Entry
from bot.replay.encode.first_frame import first_frame
from tests.notebook.examples import CLIP, EVERYTHING, NOON, opened
from tests.notebook.pictures import film, gif

BASE = "https://bot.example"
HOSTILE = '../../etc/passwd" <script>](javascript:alert(1)) \x07'


@pytest.fixture
def files(tmp_path: Path) -> HashedFiles:
    return HashedFiles(FolderStore(tmp_path / "files"))


async def with_clip(words: NotebookText, files: HashedFiles, language: str = "en", **facts: object) -> Notebook:
    """Everything, with a clip that is really there."""
    clip = msgspec.structs.replace(CLIP, file=await files.put(gif("red", "blue"), "gif"), **facts)
    empty = opened(words, language)
    changes = [add_clip("1700.2", clip) if change is EVERYTHING[2] else change for change in EVERYTHING]
    return merge(empty, changes, words.for_notebook(empty))


async def archive(notebook: Notebook, words: NotebookText, files: HashedFiles) -> zipfile.ZipFile:
    data = b"".join([piece async for piece in zipped(notebook, words, files, BASE)])
    opened_archive = zipfile.ZipFile(io.BytesIO(data))
    assert opened_archive.testzip() is None
    return opened_archive


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_every_link_of_the_archive_leads_to_a_file_in_it_or_to_a_whole_address(
    words: NotebookText, files: HashedFiles, language: str
) -> None:
    notebook = await with_clip(words, files, language)
    picture = await files.put(gif("green"), "gif")
    notebook = add_cell(notebook, markdown=f"![무엇](/files/{picture})", after=notebook.cells[0].id, author="Mina")
    notebook = msgspec.structs.replace(  # as of a clip that was rewritten before the bot had a newer one
        notebook, cells=tuple(msgspec.structs.replace(it, files=(picture,)) for it in notebook.cells)
    )
    kept = await archive(notebook, words, files)
    text = kept.read("postmortem.md").decode()
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    assert "files/clip-1.gif" in targets
    assert "files/picture-1.gif" in targets
    for target in targets:
        assert target in kept.namelist() or target.startswith("https://"), target
    assert set(kept.namelist()) == {
        "postmortem.md",
        "files/clip-1.gif",
        "files/clip-1-still.png",
        "files/clip-1-transcript.txt",
        "files/picture-1.gif",
    }


async def test_a_clip_comes_with_its_first_picture_and_its_words(words: NotebookText, files: HashedFiles) -> None:
    kept = await archive(await with_clip(words, files), words, files)
    still = Image.open(io.BytesIO(kept.read("files/clip-1-still.png"))).convert("RGB")
    red, _, blue = still.getpixel((5, 5))  # type: ignore[misc]
    assert (red > 200, blue < 50) == (True, True), "of the two frames the first"
    transcript = kept.read("files/clip-1-transcript.txt").decode()
    assert transcript.splitlines() == [
        CLIP.caption,
        "",
        CLIP.alt_text,
        "",
        "0:00 opens the product",
        "0:03 clicks Buy ×5",
    ]


async def test_no_text_of_a_clip_gets_into_a_name(words: NotebookText, files: HashedFiles) -> None:
    spoken = (Spoken(0, f"types\n{HOSTILE}"),)
    notebook = await with_clip(words, files, caption=HOSTILE, alt_text=HOSTILE, transcript=spoken, session=HOSTILE)
    kept = await archive(msgspec.structs.replace(notebook, title=HOSTILE), words, files)
    assert all(re.fullmatch(r"postmortem\.md|files/[a-z0-9-]+\.(gif|png|txt)", name) for name in kept.namelist())


async def test_a_file_that_is_gone_costs_only_itself_and_is_named(words: NotebookText, files: HashedFiles) -> None:
    notebook = await with_clip(words, files)
    lost = msgspec.structs.replace(CLIP, file="b" * 64 + ".gif")
    notebook = merge(notebook, [add_clip("1700.9", lost)], words.for_notebook(notebook))
    kept = await archive(notebook, words, files)
    assert "files/clip-1.gif" in kept.namelist()
    assert "files/clip-2.gif" not in kept.namelist()
    assert "clip-2.gif, clip-2-still.png" in kept.read("postmortem.md").decode().splitlines()[-1].replace("\\", "")


async def test_the_same_notebook_gives_the_same_archive(words: NotebookText, files: HashedFiles) -> None:
    notebook = await with_clip(words, files)
    twice = [b"".join([piece async for piece in zipped(notebook, words, files, BASE)]) for _ in range(2)]
    assert twice[0] == twice[1]


class WatchedFiles(HashedFiles):
    """Notes what is read between the pieces that are handed on."""

    def __init__(self, folder: Path) -> None:
        super().__init__(FolderStore(folder))
        self.read: list[str] = []

    async def get(self, name: str) -> bytes:
        self.read.append(name)
        return await super().get(name)


async def test_one_file_at_a_time_is_in_memory(words: NotebookText, tmp_path: Path) -> None:
    files = WatchedFiles(tmp_path / "files")
    notebook = await with_clip(words, files)
    for colour in ("green", "blue", "white"):
        picture = f"![{colour}](/files/{await files.put(gif(colour), 'gif')})"
        notebook = add_cell(notebook, markdown=picture, after="", author="Mina")
    files.read.clear()
    async for _ in zipped(notebook, words, files, BASE):
        assert len(files.read) <= 1, "what was read is handed on before the next file is read"
        files.read.clear()


async def test_a_rewritten_clip_is_the_persons_text_with_its_picture(words: NotebookText, files: HashedFiles) -> None:
    notebook = await with_clip(words, files)
    cell = notebook.managed("clip/1700.2")
    assert cell
    mine = f"Look: ![buy](/files/{cell.data.file})"  # type: ignore[union-attr]
    notebook = edit_cell(notebook, cell.id, markdown=mine, seen=digest(cell.markdown), author="Mina")
    assert [file.name for file in archived_files(notebook)] == ["picture-1.gif"]


def test_sections_in_which_nothing_is_yet_are_left_out(words: NotebookText) -> None:
    assert sections_of(opened(words)) == []
    everything = merge(opened(words), EVERYTHING, words.for_notebook(opened(words)))
    shown = [cells[0].section for cells in sections_of(everything)]
    assert shown == ["impact", "seen", "timeline", "followups", "discussion"]
    assert all(has_content(cell) for cells in sections_of(everything) for cell in cells[1:])


async def test_pictures_beyond_the_room_there_is_are_left_out_one_by_one(
    words: NotebookText, files: HashedFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = await with_clip(words, files)
    [name] = [cell.data.file for cell in notebook.shown if isinstance(cell.data, StoredClip)]
    assert MOST_BYTES > 1_000_000
    both = await pictures_of(notebook, files, moving=True)
    assert both[name].still.startswith("data:image/png;base64,")
    assert both[name].moving.startswith("data:image/gif;base64,")
    assert not (await pictures_of(notebook, files, moving=False))[name].moving
    still = len(first_frame(await files.get(name), "gif"))
    monkeypatch.setattr("bot.notebook.export_pictures.MOST_BYTES", still + 5)
    assert not (await pictures_of(notebook, files, moving=True))[name].moving, "a still is better than nothing"
    monkeypatch.setattr("bot.notebook.export_pictures.MOST_BYTES", still - 1)
    assert await pictures_of(notebook, files, moving=True) == {}


@pytest.mark.parametrize(("data", "kind"), [(b"GIF89a", "gif"), (b"", "gif"), (b"no film", "mp4"), (b"", "mp4")])
def test_what_holds_no_picture_is_missing_and_no_crash(data: bytes, kind: str) -> None:
    with pytest.raises(Missing):
        first_frame(data, kind)


async def test_the_short_version_has_of_the_timeline_what_is_starred(words: NotebookText, files: HashedFiles) -> None:
    notebook = await with_clip(words, files)
    starred = Entry("s", NOON, "Rolled back", starred=True)
    notebook = merge(notebook, [starred], words.for_notebook(notebook))
    short = shortened(notebook, words.for_notebook(notebook))
    assert [entry.text for entry in short.timeline] == ["Rolled back"]
    text = (await archive(short, words, files)).read("postmortem.md").decode()
    assert "Rolled back" in text
    assert "Deploy v2.31" not in text, "it was not starred"
    assert "on its way" not in text, "it is what people discussed"
    assert "TypeError: cart is undefined" in text


async def test_a_video_is_shown_by_its_poster_or_else_its_first_picture(
    words: NotebookText, files: HashedFiles
) -> None:
    video, poster = await files.put(film("red", "blue"), "mp4"), await files.put(gif("green"), "gif")
    for name, wanted in (("", "red"), (poster, "green")):
        notebook = await with_clip(words, files)
        clip = msgspec.structs.replace(CLIP, file=video, poster=name)
        notebook = merge(notebook, [add_clip("1700.9", clip)], words.for_notebook(notebook))
        still = (await pictures_of(notebook, files, moving=True))[video].still
        picture = Image.open(io.BytesIO(base64.b64decode(still.partition(",")[2]))).convert("RGB")
        red, green, blue = picture.getpixel((5, 5))  # type: ignore[misc]
        assert max(red, green, blue) == {"red": red, "green": green}[wanted]
        kept = await archive(notebook, words, files)
        assert {"files/clip-2.mp4", "files/clip-2-still.png"} <= set(kept.namelist())
        assert "](files/clip-2.mp4)" in kept.read("postmortem.md").decode() or not name


@pytest.mark.parametrize(("language", "unwritten"), [("en", "Lessons learned"), ("ko", "배운 점")])
async def test_a_section_that_nobody_wrote_is_in_no_export(
    words: NotebookText, files: HashedFiles, language: str, unwritten: str
) -> None:
    notebook = await with_clip(words, files, language)
    headings = [cell.markdown.splitlines()[0] for cells in sections_of(notebook) for cell in cells if cell.section]
    empty = {cell.markdown.splitlines()[0] for cell in notebook.shown if cell.section} - set(headings)
    assert any(unwritten in each for each in empty), empty
    for text in (
        written_markdown(notebook, words, BASE),
        (await archive(notebook, words, files)).read("postmortem.md").decode(),
    ):
        lines = text.splitlines()
        assert all(each in lines for each in headings)
        assert not empty & set(lines)
