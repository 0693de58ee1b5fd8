"""Texts of fields: what a person types becomes the value, and every value can be typed again."""

from __future__ import annotations

import pytest

from composer.catalog import LAYERS, NODES, OPS
from composer.catalog.optimizers import OPTIMIZERS
from composer.catalog.options import Bool, Choice, DType, Option
from composer.catalog.schedules import SCHEDULES
from composer.ui.values import FieldError, read, show

CONV = LAYERS["Conv2d"].by_name


@pytest.mark.parametrize(
    ("option", "text", "value"),
    [
        (CONV["out_channels"], " 6 ", 6),
        (CONV["out_channels"], "=2*channels", "=2*channels"),
        (CONV["kernel_size"], "3", 3),
        (CONV["kernel_size"], "3, 5", (3, 5)),
        (CONV["kernel_size"], "(3, =min(a, b))", (3, "=min(a, b)")),
        (CONV["padding"], "same", "same"),
        (LAYERS["AdaptiveAvgPool2d"].by_name["output_size"], "none, 7", (None, 7)),
        (LAYERS["BatchNorm2d"].by_name["momentum"], "none", None),
        (LAYERS["BatchNorm2d"].by_name["eps"], "1e-5", 1e-05),
        (OPS["Reshape"].by_name["sizes"], "=d0, -1", ("=d0", -1)),
        (OPS["Reshape"].by_name["sizes"], "-1", (-1,)),
        (OPS["Squeeze"].by_name["dim"], "1", 1),
        (OPS["Squeeze"].by_name["dim"], "1,", (1,)),
        (OPS["Squeeze"].by_name["dim"], "1, 2", (1, 2)),
        (OPS["Slice"].by_name["index"], "0, ..., 1:3, ::2, none", (0, "...", (1, 3, None), (None, None, 2), None)),
        (OPS["Pad"].by_name["value"], "-inf", "-inf"),
        (OPTIMIZERS["AdamW"].by_name["betas"], "0.8, 0.99", (0.8, 0.99)),
        (OPTIMIZERS["Adafactor"].by_name["eps"], "none, 1e-3", (None, 1e-3)),
    ],
)
def test_reads(option: Option, text: str, value: object) -> None:
    assert read(option, text) == value
    assert read(option, show(option, value)) == value


@pytest.mark.parametrize(
    ("option", "text", "message"),
    [
        (CONV["out_channels"], "0", "expects an integer ≥ 1, received '0'"),
        (CONV["out_channels"], "many", "expects an integer ≥ 1, received 'many'"),
        (CONV["out_channels"], "", "expects an integer ≥ 1"),
        (CONV["out_channels"], "=2*", "'=2*' is no integer expression"),
        (CONV["kernel_size"], "3, 3, 3", "expects an integer ≥ 1, or a tuple of 2, received '3, 3, 3'"),
        (LAYERS["Dropout"].by_name["p"], "2", "expects a number from 0.0 to 1.0, received '2'"),
        (LAYERS["Dropout"].by_name["p"], "nan", "expects a number from 0.0 to 1.0, received 'nan'"),
    ],
)
def test_says_what_is_wrong(option: Option, text: str, message: str) -> None:
    with pytest.raises(FieldError) as error:
        read(option, text)
    assert str(error.value) == message


def test_every_default_can_be_typed() -> None:
    for spec in (*NODES.values(), *OPTIMIZERS.values(), *SCHEDULES.values()):
        for option in spec.options:
            if not option.required and not isinstance(option, Bool | Choice | DType):
                assert read(option, show(option, option.default)) == option.normalize(option.default), (
                    spec.kind,
                    option,
                )
