"""Templates of post-mortems: sections renamed, moved and left out, facts that find their place, and hostile files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.notebook.cell_data import Discussion, FollowUps, Heading, Number, StoredClip
from bot.notebook.head import DocumentStatus, Head, Participant, Severity, StatusChange
from bot.notebook.merge import merge
from bot.notebook.notebook import Notebook
from bot.notebook.notebook_text import NotebookText
from bot.notebook.postmortem import KNOWN_SECTIONS, SECTIONS, open_postmortem
from bot.notebook.postmortem_templates import SHIPPED, PostmortemTemplate, PostmortemTemplates, read_template
from bot.notebook.public_view import public_view
from bot.notebook.timeline import Timeline
from tests.notebook.examples import EVERYTHING, NOON

SEOUL = Locale.of("en", "Asia/Seoul")
LANGUAGES = {"en": Locale.of("en"), "ko": Locale.of("ko", "Asia/Seoul")}


@pytest.fixture
def templates(words: NotebookText) -> PostmortemTemplates:
    return PostmortemTemplates.load(words, None, ())


def opened_from(words: NotebookText, template: PostmortemTemplate, locale: Locale = SEOUL) -> Notebook:
    head = Head(template=template.name, for_customers=template.for_customers)
    empty = Notebook("n", "T1", "C1", "t", NOON, language=locale.tag, head=head)
    return open_postmortem(
        team="T1", channel="C1", title="Buy is broken", created=NOON, write=words.for_notebook(empty),
        language=locale.tag, sections=template.sections, head=head,
    )  # fmt: skip


def filled(words: NotebookText, template: PostmortemTemplate) -> Notebook:
    notebook = opened_from(words, template)
    return merge(notebook, EVERYTHING, words.for_notebook(notebook))


def titles(words: NotebookText, notebook: Notebook) -> list[str]:
    return [cell.heading for cell in notebook.cells if cell.section]


def under(notebook: Notebook, kind: type) -> list[str]:
    """The sections in which cells of a kind stand."""
    found, section = [], ""
    for cell in notebook.cells:
        section = cell.section or section
        if isinstance(cell.data, kind):
            found.append(section)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_template_opens_a_notebook_in_every_language(
    words: NotebookText, templates: PostmortemTemplates, name: str, language: str
) -> None:
    template = templates.named(name, LANGUAGES[language])
    notebook = opened_from(words, template, LANGUAGES[language])
    shown = titles(words, notebook)
    assert len(shown) == len(template.sections) == len(set(shown))
    assert all(heading.hint or words.hint(heading.section, LANGUAGES[language]) or heading.section in
               {"timeline", "followups", "discussion"} for heading in template.sections)  # fmt: skip
    if language == "ko":
        assert not any(title.isascii() for title in shown)


def test_the_full_one_tells_trigger_from_factors_and_has_what_went_well_badly_and_by_luck(
    words: NotebookText, templates: PostmortemTemplates
) -> None:
    shown = titles(words, opened_from(words, templates.named("full", SEOUL)))
    wanted = ["Trigger", "Contributing factors", "Mitigations", "Risks", "What went well", "What went badly"]
    assert [title for title in shown if title in wanted] == wanted
    assert shown[-2:] == ["Where we were lucky", "Discussion"]


@pytest.mark.parametrize("name", SHIPPED)
def test_no_fact_is_lost_whatever_the_template(words: NotebookText, templates: PostmortemTemplates, name: str) -> None:
    notebook = filled(words, templates.named(name, SEOUL))
    markers = {cell.marker for cell in notebook.cells}
    usual = open_postmortem(team="T1", channel="C1", title="x", created=NOON, write=words.writer(SEOUL))
    facts = {cell.marker for cell in merge(usual, EVERYTHING, words.writer(SEOUL)).cells if not cell.section}
    assert facts <= markers
    assert merge(notebook, EVERYTHING, words.for_notebook(notebook)) is notebook, "adding again adds nothing"


OWN = """# Payments
## How it began <!-- trigger -->
What set it off.
## Harm <!-- impact, seen -->
## What we owe
Promises to merchants.
## The end <!-- discussion -->
"""


def test_sections_are_renamed_moved_and_left_out_and_facts_find_their_place(words: NotebookText) -> None:
    template = read_template("payments", OWN)
    notebook = filled(words, template)
    assert (template.title, titles(words, notebook)) == ("Payments", ["How it began", "Harm", "What we owe", "The end"])
    assert set(under(notebook, Number)) == set(under(notebook, StoredClip)) == {"impact"}
    assert under(notebook, Discussion) == ["discussion"]
    assert under(notebook, Timeline) == ["impact"], "left out: it goes to the nearest"
    assert under(notebook, FollowUps) == ["discussion"], "left out, and nothing is near: it ends the notebook"
    assert [heading.hint for heading in template.sections] == ["What set it off.", "", "Promises to merchants.", ""]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "has no sections"), ("# Only a title\ntext", "has no sections"),
        ("## A <!-- impct -->", "line 1: there are no facts called “impct”; there are summary, impact"),
        ("# T\n\n## A <!-- impact -->\n## B <!-- seen, impact -->", "names “impact” twice"),
        ("##", "line 1: the section has no title"),
        ("## \u202e", "line 1: the section has no title"), ("## A\n" * 41, "more than 40 sections"),
        ("## A <!-- {{ 7*7 }} -->", "no facts called “{{ 7*7 }}”"),
    ],
)  # fmt: skip
def test_a_wrong_template_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(Misunderstood) as raised:
        read_template("ours.md", text)
    assert sentence in str(raised.value)
    assert "ours.md" in str(raised.value)


def test_a_folder_of_ones_own_is_read_and_goes_before_ours(words: NotebookText, tmp_path: Path) -> None:
    (tmp_path / "full.md").write_text("# Ours\n## Everything <!-- summary -->\n")
    (tmp_path / "payments.md").write_text(OWN)
    (tmp_path / "notes.txt").write_text("no template")
    templates = PostmortemTemplates.load(words, tmp_path, ("1=payments", "4=lightweight"))
    assert [it.title for it in templates.all(SEOUL)] == ["Ours", "Lightweight", "For customers", "Payments"]
    assert templates.chosen("", Severity.SEV_1, SEOUL).name == "payments"
    assert templates.chosen("", Severity.SEV_2, SEOUL).title == "Ours"
    assert templates.chosen("lightweight", Severity.SEV_1, SEOUL).name == "lightweight", "the channel's word"
    assert templates.chosen("gone", Severity.SEV_4, SEOUL).name == "lightweight", "of a template that is gone"
    assert templates.chosen("", None, SEOUL).title == "Ours"


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("Ours!.md", b"## A\n", "small letters"), ("a.md", b"\xff\xfe## A", "UTF-8"), ("a.md", b"", "no sections"),
        ("a.md", b"## A\n" + b"x" * 50_001, "too long"), ("a.md", "## A\u202e\n".encode(), "nobody can see"),
    ],
)  # fmt: skip
def test_a_bad_file_stops_the_start_with_one_sentence(
    words: NotebookText, tmp_path: Path, name: str, data: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(Misunderstood, match=sentence):
        PostmortemTemplates.load(words, tmp_path, ())


def test_a_folder_or_a_name_that_is_not_there_stops_the_start(words: NotebookText, tmp_path: Path) -> None:
    with pytest.raises(Misunderstood, match="no folder"):
        PostmortemTemplates.load(words, tmp_path / "nowhere", ())
    with pytest.raises(Misunderstood, match="no post-mortem template “fancy”; there are customers, full"):
        PostmortemTemplates.load(words, None, ("1=fancy",))


LINES = st.sampled_from(["## ", "# ", "<!--", "-->", "impact", "seen", ",", "{{ x }}", "{% raw %}", "\n", "*", "|",
                         "<b>",
                         "[a](javascript:x)", "<!-- for customers -->", "\u202e", "구매"])  # fmt: skip


@given(st.lists(LINES, max_size=60).map("".join))
@settings(max_examples=80, deadline=None)
def test_no_text_of_a_template_breaks_a_notebook(text: str) -> None:
    words = NotebookText.load()
    try:
        template = read_template("hostile", text)
    except Misunderstood:
        return
    notebook = filled(words, template)
    headings: Sequence[Heading] = [cell.data for cell in notebook.cells if isinstance(cell.data, Heading)]
    assert len(headings) == len(template.sections)
    for cell in notebook.cells:
        if cell.section:
            assert cell.markdown.startswith("## ")
            assert "\n" not in cell.markdown
            assert "<b>" not in cell.markdown.replace("\\<b\\>", "")


def test_a_notebook_from_before_templates_keeps_its_sections(words: NotebookText) -> None:
    usual = open_postmortem(team="T1", channel="C1", title="x", created=NOON, write=words.writer(SEOUL))
    stored = msgspec.to_builtins(usual)
    for cell in stored["cells"]:
        for field in ("title", "hint", "holds"):
            cell.get("data", {}).pop(field, None)
    read = msgspec.convert(stored, Notebook)
    assert tuple(cell.section for cell in read.cells if cell.section) == SECTIONS
    after = merge(read, EVERYTHING, words.writer(SEOUL))
    assert [cell.data for cell in after.cells] == [
        cell.data for cell in merge(usual, EVERYTHING, words.writer(SEOUL)).cells
    ]


def test_for_customers_shows_no_sessions_names_or_queries(words: NotebookText, templates: PostmortemTemplates) -> None:
    notebook = filled(words, templates.named("customers", SEOUL))
    owner = Participant("Jisoo Owner", "U1")
    head = msgspec.structs.replace(notebook.head, owner=owner, commander=owner, participants=(owner,), topic="Minseo’s",
                                   history=(StatusChange(DocumentStatus.PUBLISHED, owner, NOON),))  # fmt: skip
    notebook = msgspec.structs.replace(notebook, head=head, channel_name="inc-142")
    numbers = [cell.data for cell in notebook.cells if isinstance(cell.data, Number)]
    clips = [cell.data for cell in notebook.cells if isinstance(cell.data, StoredClip)]
    inside = {*(number.asked_by for number in numbers), *(number.query for number in numbers)}
    inside |= {clip.session for clip in clips} | {clip.recording for clip in clips} | {"Minseo", "Jisoo", "inc-142"}
    inside -= {""}
    assert len(inside) > 5, "there is something to hide"
    text = words.to_markdown(notebook, SEOUL)
    view = msgspec.json.encode([public_view(notebook).head, list(public_view(notebook).shown)]).decode()
    for hidden in inside:
        assert hidden not in text, hidden
        assert hidden not in view, hidden
    assert "3,361" in text, "the numbers themselves are shown"


def test_what_stays_inside_is_kept_and_can_be_put_back(words: NotebookText, templates: PostmortemTemplates) -> None:
    notebook = filled(words, templates.named("customers", SEOUL))
    parked = {type(cell.data) for cell in notebook.removed}
    assert {Timeline, Discussion, FollowUps} <= parked
    assert notebook.timeline
    assert notebook.comments, "what is said goes on being kept"


def test_a_notebook_for_the_team_is_shown_as_it_is(words: NotebookText, templates: PostmortemTemplates) -> None:
    notebook = filled(words, templates.named("full", SEOUL))
    assert public_view(notebook) is notebook
    assert not notebook.removed


def test_every_section_has_a_name_in_every_language(words: NotebookText) -> None:
    for locale in LANGUAGES.values():
        shown = [words.cell(Heading(section), locale) for section in KNOWN_SECTIONS]
        assert len(set(shown)) == len(KNOWN_SECTIONS)
        assert not any(f"## {section}" in shown for section in KNOWN_SECTIONS)
