"""The command that runs a design on data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from composer.cli.arguments import design_argument, json_option, size_option
from composer.cli.group import cli
from composer.cli.models import batch_symbol_of, bind_sizes, examine
from composer.cli.output import print_json
from composer.cli.weights import Weights, valued, weights_options
from composer.design.document import Design
from composer.errors import DesignError
from composer.views.wording import clean

if TYPE_CHECKING:
    from composer.engine.data import Sample


@cli.command()
@design_argument
@click.option(
    "--data", type=click.Choice(["digits", "random"]), help="Digits where the input takes images, else random."
)
@click.option("--samples", type=click.IntRange(1, 10_000), default=4, show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True, help="Seed of the data.")
@size_option
@json_option
@weights_options
def run(
    design: Design,
    data: str | None,
    samples: int,
    seed: int,
    sizes: dict[str, int],
    as_json: bool,
    weights: Weights | None,
) -> None:
    """Run the design on a sample of data.

    Its weights are those of --weights, of the bundle that DESIGN is, or its initial values. This runs the code of
    custom layers.
    """
    from composer.engine import preview
    from composer.engine.forward import forward
    from composer.views.exported import load_lines, plain_load
    from composer.views.outputs import output_lines, plain_run

    report, sizes = examine(design, True), bind_sizes(design, {batch_symbol_of(design): samples} | sizes)
    wrong = [each for each in report.problems if not each.notice]
    if wrong:
        raise DesignError(wrong)
    try:
        sample = sample_of(design, data, seed, sizes)
        live, loaded = valued(design, weights)
        done, _ = forward(design, live.model, sample, seed, live.draws)
    except (RuntimeError, ValueError, IndexError, TypeError) as error:  # what torch raises for values it cannot take
        raise click.ClickException(f"The design cannot run on this data: {clean(preview.text_of(error))}") from None
    name = weights.path.name if weights else ""
    if as_json:
        print_json({"name": design.name, "weights": plain_load(loaded, name) if loaded else None, **plain_run(done)})
    else:
        click.echo("\n".join([*(load_lines(loaded, name) if loaded else ()), *output_lines(done)]))


def sample_of(design: Design, data: str | None, seed: int, sizes: dict[str, int]) -> Sample:
    from composer.engine.data import load

    samples = sizes.get(batch_symbol_of(design), 1)
    try:
        return load(data or "digits", design.inputs, samples, seed, sizes)
    except DesignError as error:
        if data or error.problems[0].code != "data-shape":
            raise
        return load("random", design.inputs, samples, seed, sizes)
