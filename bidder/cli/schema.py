"""``bidder schema``."""

from __future__ import annotations

import click

from bidder.cli.output import say


@click.command()
@click.argument("kind", metavar="KIND")
@click.option("--out", type=click.Path(dir_okay=False), help="Write to this file instead of stdout.")
def command(kind: str, out: str | None) -> None:
    """Print the JSON schema of a file: plan, fit, curves, experiment, world or bids."""
    from bidder.jobs.schema import save_schema, schema_text

    if out is None:
        say(schema_text(kind).rstrip("\n"))
    else:
        save_schema(kind, out)
