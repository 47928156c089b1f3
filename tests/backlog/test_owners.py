"""The owner of what was clicked is found, and a mistake in owners.yaml is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.backlog.feature import Contact, Feature, Owner
from bot.backlog.owners import Owners
from bot.backlog.owners_file import read
from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.signals.answer import TargetMatch

ROOT = Path(__file__).parents[2]
FILE = """
features:
  - name: Buy
    aliases: [구매]
    selectors: ["#buy"]
    engineering: dev@example.com
    product: U12345678
    tracker: jira/SHOP
    parent: SHOP-100
  - name: Buy gift card
    views: [/gifts]
    engineering: S0123ABC
    product: pm@example.com
    escalation: W12345
    deputies: [lead@example.com, S0456DEF]
"""


@pytest.fixture
def owners() -> Owners:
    return Owners(read(FILE))


@pytest.mark.parametrize(
    ("name", "selector", "view", "feature"),
    [
        ("Buy now", "", "", "Buy"),
        ("buy gift card now", "", "", "Buy gift card"),
        ("Buy gift card", "main > #buy", "", "Buy"),
        ("구매하기", "", "", "Buy"),
        ("Buyer protection", "", "", None),
        ("?", "", "/gifts/42", "Buy gift card"),
        ("?", "", "/giftshop", None),
        ("?", "#buyer", "", None),
        ("", "", "", None),
    ],
)
def test_the_most_specific_feature_owns_a_target(
    owners: Owners, name: str, selector: str, view: str, feature: str | None
) -> None:
    found = owners.owner_of([TargetMatch("something else"), TargetMatch(name, selector)], view)
    assert (found.name if found else None) == feature


def test_nobody_owns_anything_where_there_is_no_file(tmp_path: Path) -> None:
    assert Owners.load(tmp_path / "owners.yaml").owner_of([TargetMatch("Buy")]) is None


def test_the_file_says_who_and_where(owners: Owners) -> None:
    buy, gift = owners.features
    assert (buy.tracker, buy.project, buy.product) == ("jira", "SHOP", Owner(Contact.USER, "U12345678"))
    assert (gift.tracker, gift.project) == ("", "OPS")  # the tracker of the settings
    assert (gift.engineering.contact, gift.escalation) == (Contact.GROUP, Owner(Contact.USER, "W12345"))
    assert [deputy.contact for deputy in gift.deputies] == [Contact.EMAIL, Contact.GROUP]
    assert (buy.parent, gift.parent) == ("SHOP-100", "")
    assert owners.aliases()["Buy"] == ("구매", "#buy")
    assert owners.named("Buy") is buy


def test_the_sample_file_of_the_project_is_right() -> None:
    features: tuple[Feature, ...] = Owners.load(ROOT / "owners.yaml").features
    assert features[0].name == "Buy button"


ROW = "features:\n  - name: x\n    product: a@b.co\n    engineering: a@b.co\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("features: 3", "line 1, features: it must be a list"),
        ("- a", "line 1, the file: it must hold fields"),
        ("other: []", "line 1, the file: there is no field “other”"),
        ("{}", "line 1, the file: it needs a list called features"),
        ("features:\n  - name: x", "line 2, features[0].engineering: it is missing"),
        (ROW + "    nmae: y", "line 5, features[0]: there is no field “nmae”"),
        (ROW + "    name: y", "line 5, features[0].name: it is there twice"),
        (ROW + "    aliases: [a, [b]]", "line 5, features[0].aliases[1]: it must be a text"),
        (ROW + "    aliases: buy", "line 5, features[0].aliases: it must be a list"),
        (ROW + "    views: [cart]", "line 5, features[0].views: “cart” must begin with a slash"),
        (ROW + "    tracker: 'a b'", "line 5, features[0].tracker: “a b” is not of the form"),
        (ROW + "    escalation: bob", "line 5, features[0].escalation: “bob” is neither an e-mail address"),
        (ROW + "    deputies: bob@example.com", "line 5, features[0].deputies: it must be a list"),
        (ROW + "    deputies: [a@example.com, bob]", "line 5, features[0].deputies[1]: “bob” is neither"),
        (ROW + ROW[10:], "line 5, features[1].name: “x” is there twice"),
        ("a: [", "line 1: this is not YAML"),
        ("a: \x01", "is not YAML"),
        ("!!python/object:os.system {}", "it needs a list called features"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_line_and_field(text: str, sentence: str) -> None:
    with pytest.raises(Misunderstood) as mistake:
        read(text, "owners.yaml")
    assert mistake.value.sentence.startswith("owners.yaml")
    assert sentence in mistake.value.sentence
    assert "\n" not in mistake.value.sentence


def test_a_repository_is_a_project_too() -> None:
    feature = read(ROW + "    tracker: github/acme/shop")[0]
    assert (feature.tracker, feature.project) == ("github", "acme/shop")


def test_a_project_alone_is_in_the_tracker_of_the_settings() -> None:
    feature = read(ROW + "    tracker: SHOP")[0]
    assert (feature.tracker, feature.project) == ("", "SHOP")


def test_a_tracker_that_nobody_has_is_refused_with_its_line_and_field(tmp_path: Path) -> None:
    path = tmp_path / "owners.yaml"
    path.write_text(ROW + "    tracker: jria/SHOP")
    with pytest.raises(Misunderstood) as mistake:
        Owners.load(path, ["local", "jira"])
    assert mistake.value.sentence == (
        "owners.yaml, line 5, features[0].tracker: there is no tracker “jria”; there are jira, local."
    )
    path.write_text(
        ROW + "    tracker: jira/SHOP\n" + "  - name: y\n    engineering: a@b.example\n    product: a@b.example\n"
    )
    assert Owners.load(path, ["local", "jira"]).trackers == {"jira"}


def test_a_feature_may_name_an_event_that_shows_what_an_incident_costs() -> None:
    text = "features:\n  - {name: Buy, engineering: U123, product: U123, business: %s}\n"
    assert read(text % '{event: "order placed"}')[0].business == "order placed"
    for wrong, complaint in (("{}", "business.event"), ("orders", "must hold fields"), ("{events: x}", "events")):
        with pytest.raises(Misunderstood) as said:
            read(text % wrong)
        assert complaint in said.value.text(Locale.of())
