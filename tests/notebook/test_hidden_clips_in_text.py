"""In what people wrote, links to a clip are a sentence for whoever doesn't see clips, whatever else stands there."""

from __future__ import annotations

import pytest

from bot.notebook.edits import MAX_TEXT, add_cell
from bot.notebook.facts import add_clip
from bot.notebook.merge import merge
from bot.notebook.notebook_text import NotebookText
from bot.notebook.public_view import without_clips
from tests.notebook.examples import CLIP, CLIP_FILE, opened

FILE = f"https://bot.example/files/{CLIP_FILE}"


def texts_without_clips(words: NotebookText, *texts: str) -> list[str]:
    """The texts as whoever sees no clips reads them."""
    empty = opened(words)
    notebook = merge(empty, [add_clip("1700.2", CLIP)], words.for_notebook(empty))
    for number, text in enumerate(texts):
        notebook = add_cell(notebook, markdown=text, after="", author="Mina", id=lambda number=number: f"own{number}")
    seen = without_clips(notebook, "hidden")
    return [cell.markdown for cell in seen.cells if cell.id.startswith("own")]


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        (f"Look: [the clip]({FILE}) and ![a still]({FILE} 'now').", "Look: hidden and hidden."),
        (f"[![a still]({FILE})](https://other.example)", "[hidden](https://other.example)"),
        (f"[[1]]({FILE})", "[[1]](https://bot.example/files/…)"),
        (f"[a (b)](https://x.example/(1)/{CLIP_FILE})", "[a (b)](https://x.example/(1)/…)"),
        (f"bare {FILE} and [another](https://bot.example)", "bare https://bot.example/files/… and [another](https://bot.example)"),
        (f"[no link]\n({FILE})", "[no link]\n(https://bot.example/files/…)"),
    ],
)  # fmt: skip
def test_links_to_a_clip_are_a_sentence_and_its_name_stands_nowhere(words: NotebookText, text: str, reads: str) -> None:
    assert texts_without_clips(words, text) == [reads]


@pytest.mark.parametrize("piece", ["[", "[](", "[a](", f"[]({CLIP_FILE}", f"[]({CLIP_FILE} ", f"({CLIP_FILE}]("])
def test_texts_full_of_beginnings_of_links_are_read_once(words: NotebookText, piece: str) -> None:
    """Where each beginning were followed to the end, these would take minutes."""
    full = (piece * MAX_TEXT)[:MAX_TEXT]
    texts = texts_without_clips(words, *[full] * 40)
    assert len(texts) == 40
    assert CLIP_FILE not in "".join(texts)
