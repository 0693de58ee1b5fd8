"""Ids are safe as names of files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.workspace.ids import is_id, slug


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("LeNet", "lenet"),
        ("GPT-2 small (124M)", "gpt-2-small-124m"),
        ("Café Résumé", "cafe-resume"),
        ("网络", "design"),
        ("", "design"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "con-design"),
        ("x" * 500, "x" * 60),
    ],
)
def test_slugs(name: str, id: str):
    assert slug(name) == id


def test_taken_ids_are_told_apart_in_any_case():
    assert slug("LeNet", ["LENET"]) == "lenet-2"
    assert slug("LeNet", ["lenet", "lenet-2", "Lenet-3"]) == "lenet-4"


@given(st.text(), st.lists(st.text(), max_size=3))
def test_every_name_gives_a_safe_id(name: str, taken: list[str]):
    id = slug(name, taken)
    assert is_id(id)
    assert id not in taken
    assert id.isascii()
    assert id == id.lower()


@pytest.mark.parametrize("text", ["lenet", "My Net", "网络", "a.b", "x-1_2"])
def test_names_that_people_give_files(text: str):
    assert is_id(text)


@pytest.mark.parametrize(
    "text", ["", ".", "..", ".hidden", "a/b", "a\\b", "a:b", "nul", "NUL.x", "a\0", "a\n", "a ", "a.", "x" * 121]
)
def test_names_that_some_system_refuses(text: str):
    assert not is_id(text)
