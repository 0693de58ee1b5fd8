"""Rules that rename keys: what each kind does, in which order, and what is wrong with a rule."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.matching.rename import LENGTH, RULES, Rename, Renamed, problem, rename


def names(keys: list[str], *rules: Rename) -> list[str]:
    renaming = rename(keys, rules)
    assert renaming.problems == {}
    return [renaming.names[key].name for key in keys]


def test_a_prefix_is_taken_away_put_before_and_exchanged() -> None:
    keys = ["module.fc.weight", "fc.bias"]
    assert names(keys, Rename("prefix", "module.", "")) == ["fc.weight", "fc.bias"]
    assert names(keys, Rename("prefix", "", "net.")) == ["net.module.fc.weight", "net.fc.bias"]
    assert names(keys, Rename("prefix", "module.", "body.")) == ["body.fc.weight", "fc.bias"]


def test_a_regular_expression_has_groups_by_number_and_by_name() -> None:
    keys = ["h.10.attn.weight", "wte.weight"]
    assert names(keys, Rename("regex", r"^h\.(\d+)\.", r"blocks.\1.")) == ["blocks.10.attn.weight", "wte.weight"]
    assert names(keys, Rename("regex", r"(?P<last>weight)$", r"\g<last>_\g<1>")) == [
        "h.10.attn.weight_weight",
        "wte.weight_weight",
    ]
    assert names(["größe.0"], Rename("regex", "(ö)ß", r"\1ü")) == ["größe.0".replace("ß", "ü")]
    assert names(["ab"], Rename("regex", "(a)|(b)", r"<\2>")) == ["<><b>"]


def test_rules_apply_in_order_to_what_the_ones_before_made() -> None:
    rules = Rename("prefix", "transformer.", ""), Rename("regex", r"^h\.", "blocks.")
    assert names(["transformer.h.0.w"], *rules) == ["blocks.0.w"]
    assert names(["transformer.h.0.w"], *rules[::-1]) == ["h.0.w"]


def test_pairs_name_keys_as_the_file_has_them_so_two_can_change_places() -> None:
    rules = Rename("prefix", "a", "c"), Rename("pair", "a", "b"), Rename("pair", "b", "a")
    assert names(["a", "b", "ab"], *rules) == ["b", "a", "cb"]


def test_transposed_twice_is_not_transposed() -> None:
    rule = Rename("regex", "c_attn", "c_attn", transpose=True)
    once, twice = (rename(["c_attn.weight", "wte"], [rule] * count).names for count in (1, 2))
    assert once == {"c_attn.weight": Renamed("c_attn.weight", True), "wte": Renamed("wte")}
    assert twice["c_attn.weight"] == Renamed("c_attn.weight")


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (Rename("regex", "(a", ""), "Expected a regular expression that RE2 knows: missing ): (a."),
        (
            Rename("regex", r"(a)\1", ""),
            r"Expected a regular expression that RE2 knows: invalid escape sequence: \1.",
        ),
        (Rename("regex", "a", r"\1"), "The new name refers to group 1; the pattern has 0."),
        (Rename("regex", "a", r"\g<x>"), "The new name refers to the group 'x', which the pattern does not have."),
        (Rename("regex", "a", "b\\"), r"Expected a group such as \1 after a backslash, received nothing."),
        (Rename("regex", "a", r"\n"), r"Expected a group such as \1 after a backslash, received 'n'."),
        (Rename("regex", "\ud800", "a"), "Expected a regular expression that RE2 knows: it has half a character."),
        (Rename("regex", "", "a"), "Expected a regular expression, received nothing."),
        (Rename("pair", "", "a"), "Expected a key of the file, received nothing."),
        (Rename("pair", "a", ""), "Expected a name of the model, received nothing."),
        (Rename("prefix", "", ""), "Expected a prefix to take away or to add, received neither."),
        (Rename("prefix", "a" * (LENGTH + 1), ""), f"Expected at most {LENGTH} characters, received {LENGTH + 1}."),
    ],
)
def test_a_wrong_rule_says_so_at_its_number_and_meets_nothing(rule: Rename, text: str) -> None:
    assert problem(rule) == text
    renaming = rename(["a"], [Rename("prefix", "z", ""), rule])
    assert renaming.problems == {1: text} and renaming.names["a"] == Renamed("a")


def test_rules_beyond_the_limit_are_said_to_do_nothing() -> None:
    rules = [Rename("pair", f"{number}", "x") for number in range(RULES + 1)]
    renaming = rename([f"{RULES}"], rules)
    assert list(renaming.problems) == [RULES] and renaming.names[f"{RULES}"].name == f"{RULES}"


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*$", ".*.*.*.*.*.*x", "(a?){300}a{300}", "(((a*)*)*)*b"])
def test_no_pattern_takes_long(pattern: str) -> None:
    """Python's own `re` would take longer than anybody lives for some of these."""
    start = time.process_time()
    rename(["a" * 1000 + "!"] * 20, [Rename("regex", pattern, "")])
    assert time.process_time() - start < 1


def test_a_key_with_half_a_character_keeps_its_name() -> None:
    assert names(["a\ud800"], Rename("regex", "a", "b")) == ["a\ud800"]


def test_rules_cannot_blow_a_name_up() -> None:
    renaming = rename(["a" * 100], [Rename("regex", "(.*)", r"\1\1\1\1")] * 50)
    assert len(renaming.names["a" * 100].name) <= 1000


@given(st.text(max_size=50), st.text(max_size=20), st.text(max_size=20), st.lists(st.text(max_size=50), max_size=5))
def test_any_rule_is_applied_or_said_to_be_wrong(old: str, new: str, more: str, keys: list[str]) -> None:
    rules = [Rename("regex", old, new), Rename("prefix", more, new), Rename("pair", more, old)]
    renaming = rename(keys, rules)
    assert renaming.names.keys() == set(keys)
    assert set(renaming.problems) == {number for number, rule in enumerate(rules) if problem(rule)}
