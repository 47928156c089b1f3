"""Help for whoever asks nothing, one sentence and the right exit code for whoever asks wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

import bot.__main__
from bot.cli import COMMANDS, cli
from tests.cli.conftest import RAGE, Replaybook

QUESTION = "frustration signals on buy button this week"

NOTHING_SET = "and nothing of it is set up; its settings are in docs/settings.md."


def test_without_arguments_it_prints_help(replaybook: Replaybook) -> None:
    said = replaybook()
    assert said.code == 0
    assert all(name in said.out for name in COMMANDS)
    assert said.out == replaybook("--help").out
    assert "export" in replaybook("notebook").out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does_and_what_each_option_is(replaybook: Replaybook, name: str) -> None:
    said = replaybook(name, "--help")
    assert said.code == 0
    usage, _, options = said.out.partition("Options:")
    assert len(usage.split()) > 9
    lines = [line for line in options.splitlines() if line.startswith("  -")]
    texts = [line for line in options.splitlines() if line.startswith("    ")]
    assert lines
    assert all(len(line.split("  ", 3)[-1].split()) > 1 or texts for line in lines)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["nonsense"], "nonsense"),
        (["ask"], "QUESTION"),
        (["ask", QUESTION, "--nope"], "--nope"),
        (["ask", QUESTION, "--locale", "xx"], "choose en or ko"),
        (["parse", QUESTION, "--locale", "xx-KO"], "choose en or ko"),
        (["clip", RAGE, "--locale", "klingon"], "choose en or ko"),
        (["parse", QUESTION, "--tz", "Mars/Olympus"], "Mars/Olympus"),
        (["parse", QUESTION, "--now", "tomorrow"], "tomorrow"),
        (["clip", "/nope/recording.json"], "/nope/recording.json"),
        (["detect", "/nope/recording.json"], "/nope/recording.json"),
        (["import"], "PATH"),
        (["import", "/nope"], "/nope"),
        (["clip", RAGE, "-o", "/nope/x.gif"], "/nope"),
        (["still", RAGE, "--at", "0", "-o", "/nope/x.png"], "/nope"),
        (["notebook", "export", "x", "-o", "/nope/x.md"], "/nope"),
        (["clip", RAGE, "-o", "/proc/x.gif"], "/proc"),
        (["clip", RAGE, "-o", "/"], "folder"),
        (["clip", RAGE, "-o", "x.webm"], "x.webm should end with .gif, .mp4 or .png"),
        (["clip", RAGE, "-o", "x"], "x should end with .gif, .mp4 or .png"),
        (["clip", RAGE, "-o", "x.jpg"], ".gif, .mp4 or .png"),
        (["clip", RAGE, "-o", "x.gif", "--format", "mp4"], "x.gif should end with .mp4"),
        (["clip", RAGE, "-o", "x.webm", "--format", "mp4"], "x.webm should end with .mp4"),
        (["clip", RAGE, "--format", "webm"], "webm"),
        (["strip", RAGE, RAGE, "-o", "x.png"], "x.png should end with .gif or .mp4."),
        (["export", "x", "-o", "x.docx"], "x.docx should end with .md, .zip, .html or .pdf."),
        (["export", "x", "-o", "x"], "x should end with .md, .zip, .html or .pdf."),
        (["still", RAGE, "--at", "0", "-o", "x.gif"], "x.gif should end with .png"),
        (["still", RAGE, "--at", "0", "-o", "x"], ".png"),
        (["clip", RAGE, "--from", "5"], "--to"),
        (["clip", RAGE, "--from", "5", "--to", "5"], "--to"),
        (["clip", RAGE, "--at", "5", "--from", "5", "--to", "9"], "--at"),
        (["clip", RAGE, "--at", "99999999"], "34127 ms"),
        (["clip", RAGE, "--from", "99999998", "--to", "99999999"], "34127 ms"),
        (["clip", RAGE, "--from", "0", "--to", "99999999"], "34127 ms"),
        (["still", RAGE, "--at", "99999999"], "34127 ms"),
        (["still", RAGE], "--at"),
        (["serve"], "SLACK_BOT_TOKEN"),
        (["demo", "--recording", Path(RAGE).parent], "--datadog"),
        (["demo", "--datadog", "--recording", "/nope"], "/nope"),
    ],
    ids=lambda value: " ".join(Path(it).name for it in map(str, value)) if isinstance(value, list) else "",
)
def test_a_mistake_is_one_sentence_and_exit_code_1(replaybook: Replaybook, arguments: list[object], part: str) -> None:
    said = replaybook(*arguments)
    assert said.code == 1
    assert part in said.sentence


def test_where_to_write_is_looked_at_before_the_recording_is_read(replaybook: Replaybook, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    assert "damaged" in replaybook("clip", broken, "-o", tmp_path / "x.gif").sentence
    assert "/nope" in replaybook("clip", broken, "-o", "/nope/x.gif").sentence
    assert not (tmp_path / "x.gif").exists()


def test_a_setting_that_is_wrong_is_named(replaybook: Replaybook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "localhost")
    said = replaybook("ask", QUESTION)
    assert (said.code, "REDIS_URL" in said.sentence) == (1, True)


def test_a_service_that_is_down_is_a_fault(replaybook: Replaybook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    said = replaybook("ask", QUESTION)
    assert (said.code, said.sentence.startswith("Redis doesn’t answer")) == (2, True)


def test_a_bug_is_a_fault_and_keeps_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: list[str]) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(bot.__main__, "run", broken)
    with pytest.raises(SystemExit) as ended:
        bot.__main__.main()
    assert ended.value.code == 2
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_the_exit_code_is_that_of_the_process(process: Replaybook) -> None:
    assert process("clip", RAGE, "-o", "/nope/x.gif").code == 1
    assert process("ask", QUESTION, REDIS_URL="redis://127.0.0.1:1").code == 2
    assert process().code == 0


def test_the_doctor_says_a_line_for_each_thing(replaybook: Replaybook) -> None:
    said = replaybook("doctor")
    assert said.code in {0, 2}
    assert ("[--]" in said.out) == (said.code == 2)
    assert "Redis" in said.out
    assert "Chromium" in said.out


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("REPLAYBOOK_CLIP_WITDH", "REPLAYBOOK_CLIP_WIDTH"),
        ("SLACK_BOTTOKEN", "SLACK_BOT_TOKEN"),
        ("REPLAYBOOK_REDIS_URL", "REDIS_URL"),
        ("REPLAYBOOK_GITHUB_TOKENS", "REPLAYBOOK_GITHUB_TOKEN"),
    ],
)
def test_the_doctor_names_a_setting_that_was_misspelt(
    replaybook: Replaybook, monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.setenv(name, "300")
    said = replaybook("doctor")
    assert f"[--] Settings             There is no setting {name}; {meant} may be meant." in said.out
    assert said.code == 2


@pytest.mark.parametrize("name", ["REPLAYBOOK_DOMAIN", "REPLAYBOOK_BOT_PORT", "REPLAYBOOK_PORT_8400_TCP"])
def test_the_doctor_leaves_alone_what_others_set(
    replaybook: Replaybook, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "tcp://10.0.0.1:8400")
    assert "[ok] Settings" in replaybook("doctor").out


def test_the_doctor_says_where_the_owners_are_missing(
    replaybook: Replaybook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert f"[ok] Owners               no owners.yaml in {tmp_path}, so nobody is asked" in replaybook("doctor").out
    monkeypatch.setenv("REPLAYBOOK_OWNERS", "team.yaml")
    said = replaybook("doctor")
    assert "[--] Owners               REPLAYBOOK_OWNERS is team.yaml, and there is no such file." in said.out
    assert said.code == 2


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        (
            "REPLAYBOOK_SOURCE",
            "splunk",
            "REPLAYBOOK_SOURCE can’t be “splunk”: it is auto, or one of datadog, local, posthog.",
        ),
        ("REPLAYBOOK_SOURCE", "datadog", f"REPLAYBOOK_SOURCE is datadog, {NOTHING_SET}"),
        ("REPLAYBOOK_NOTEBOOKS", "jira", "REPLAYBOOK_NOTEBOOKS can’t be “jira”: it is auto, or one of datadog, local."),
        ("REPLAYBOOK_TRACKER", "jira", f"REPLAYBOOK_TRACKER is jira, {NOTHING_SET}"),
        ("REPLAYBOOK_TRACKERS", "T1=linear", f"The tracker linear is named for features or workspaces, {NOTHING_SET}"),
        ("REPLAYBOOK_POLICIES", "/nope", "/nope can’t be read: No such file or directory."),
        ("REPLAYBOOK_INTAKE_SENDERS", "/nope", "/nope can’t be read: No such file or directory."),
        ("REPLAYBOOK_POSTMORTEM_FOLDER", "/nope", "There is no folder /nope for post-mortem templates."),
        ("REPLAYBOOK_POSTMORTEM_TEMPLATES", "1=nope", "There is no post-mortem template “nope”"),
        ("REPLAYBOOK_PRESETS", "xx", "“xx” is not a preset; write it like “paying users=plan:paid”."),
        ("REPLAYBOOK_SSO_HEADER", "X-Mail", "REPLAYBOOK_SSO_HEADER is set without REPLAYBOOK_SSO_ADDRESSES"),
    ],
)
def test_the_doctor_says_what_the_bot_would_refuse_at_its_start(
    replaybook: Replaybook, monkeypatch: pytest.MonkeyPatch, name: str, value: str, why: str
) -> None:
    monkeypatch.setenv(name, value)
    said = replaybook("doctor")
    [refused] = [line.partition("]")[2] for line in said.out.splitlines() if line.startswith("[--]")]
    assert (said.code, why in refused) == (2, True)


def test_the_doctor_says_where_pages_are_below_a_path(replaybook: Replaybook, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("PUBLIC_URL", "https://bot.example/below"), ("SLACK_API_URL", "http://127.0.0.1:1/api/")):
        monkeypatch.setenv(f"REPLAYBOOK_{name}", value)
    for name in ("BOT_TOKEN", "SIGNING_SECRET", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.setenv(f"SLACK_{name}", "xapp")
    assert "for people in their channel, at https://bot.example/below" in replaybook("doctor").out


def test_a_bot_whose_owners_are_not_there_does_not_start(
    replaybook: Replaybook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "secret")
    monkeypatch.setenv("REPLAYBOOK_OWNERS", "team.yaml")
    assert replaybook("serve").err.splitlines()[-1] == "REPLAYBOOK_OWNERS is team.yaml, and there is no such file."


@pytest.mark.parametrize("command", [["ask", QUESTION], ["import", RAGE], ["backup", "b.bak"], ["demo", "--no-open"]])
def test_a_data_folder_that_nothing_can_be_kept_in_is_a_mistake_in_its_setting(
    replaybook: Replaybook, monkeypatch: pytest.MonkeyPatch, command: list[object]
) -> None:
    Path("file").touch()
    for folder, why in (("/proc/nope", "No such file or directory"), ("file/data", "Not a directory")):
        monkeypatch.setenv("REPLAYBOOK_DATA", folder)
        said = replaybook(*command)
        assert said.code == 1
        assert said.sentence == f"REPLAYBOOK_DATA can’t be “{folder}”: nothing can be kept there ({why})."


def test_a_file_that_the_system_refuses_is_named_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, replaybook: Replaybook
) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device", "/data/x")

    monkeypatch.setattr(cli, "main", full)
    said = replaybook("ask", QUESTION)
    assert (said.code, said.sentence) == (2, "/data/x can't be used: No space left on device.")
