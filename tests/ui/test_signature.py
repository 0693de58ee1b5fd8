"""The options of a definition are read from one line of text, and written as it."""

from __future__ import annotations

import pytest

from composer import templates
from composer.design.edits import apply
from composer.ui.signature import signature_of, written
from composer.ui.values import FieldError


def test_options_are_written_and_read_again() -> None:
    design = templates.load("resnet18")
    for each in design.definitions:
        (field,) = signature_of(design, f".{each.name}")
        assert field.value == written(each)
        assert apply(design, field.set(field.value)) == design


def test_new_options_and_defaults() -> None:
    design = templates.load("nested_blocks")
    name = design.definitions[0].name
    (field,) = signature_of(design, f".{name}")
    design = apply(design, field.set("cin, stride = 1"))
    assert [(each.name, each.default) for each in design.definitions[0].options] == [("cin", None), ("stride", 1)]
    (field,) = signature_of(design, f".{name}")
    assert field.reset is not None
    assert apply(design, field.reset).definitions[0].options == ()


def test_one_name_in_the_place_of_another_renames_it_in_expressions_and_uses() -> None:
    design = templates.load("resnet18")
    definition = next(each for each in design.definitions if each.options)
    first = definition.options[0].name
    (field,) = signature_of(design, f".{definition.name}")
    renamed = apply(design, field.set(str(field.value).replace(first, "renamed", 1)))
    assert renamed == apply(
        design, {"edit": "rename_definition_option", "name": definition.name, "option": first, "new": "renamed"}
    )


@pytest.mark.parametrize("text", ["1x", "cin cout", "cin = many", "cin,,stride", "a = "])
def test_what_is_no_list_of_options_is_refused(text: str) -> None:
    design = templates.load("resnet18")
    (field,) = signature_of(design, f".{design.definitions[0].name}")
    with pytest.raises(FieldError, match="expects names"):
        field.set(text)


def test_other_places_have_no_options() -> None:
    design = templates.load("resnet18")
    assert signature_of(design, "") == signature_of(design, "stem") == signature_of(design, ".Nothing") == ()
