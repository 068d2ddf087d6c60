"""``bidder generate``: a synthetic market with known truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bidder.cli.output import json_option, printable, quiet_option, say_json, set_option

if TYPE_CHECKING:
    from bidder.jobs.generate import GenerateOutcome


@click.command()
@click.argument("world", type=click.Path(dir_okay=False))
@click.option(
    "--out", type=click.Path(file_okay=False),
    help="Folder of the world; by default runs/worlds/ and its name.",
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Seed in place of the YAML's.")
@set_option
@json_option
@quiet_option
def command(
    world: str, out: str | None, seed: int | None, overrides: tuple[str, ...], as_json: bool, quiet: bool
) -> None:
    """Make the synthetic market that WORLD describes: users, keywords, auctions, competitors.

    Writes a log for each channel (without our own bids, so that any strategy can be replayed on it),
    keyword and hour reports, a history for `bidder fit`, and, apart in truth/, what is true of it.
    """
    from bidder.cli.progress import watching
    from bidder.jobs.generate import run_generate

    with watching(quiet) as progress:
        outcome = run_generate(world, out, overrides=overrides, seed=seed, progress=progress)
    if as_json:
        say_json(outcome.summary)
    elif not quiet:
        _print(outcome)
    if not quiet:
        click.echo(printable(f"written to {outcome.folder}"), err=True)


def _print(outcome: GenerateOutcome) -> None:
    from bidder.cli import tables

    headers = ("auctions", "impressions", "clicks", f"spend {outcome.spec.currency}", "conversions")
    table = tables.new_table([("channel", "left"), *((header, "right") for header in headers)])
    for name, channel in outcome.summary["channels"].items():
        figures = (
            f"{channel['auctions']:,}", f"{channel['impressions']:,}", f"{channel['clicks']:,}",
            f"{channel['cost_micros'] / 1e6:,.2f}", f"{channel['conversions']:,}",
        )
        table.add_row(*map(tables.cell, (name, *figures)))
    tables.show(table)
