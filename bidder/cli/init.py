"""``bidder init``."""

from __future__ import annotations

import click

from bidder.cli.output import printable, quiet_option


@click.command()
@click.argument("folder", type=click.Path(file_okay=False), default=".")
@quiet_option
def command(folder: str, quiet: bool) -> None:
    """Write a working, commented example into FOLDER (by default, here).

    Nothing that is already there is overwritten.
    """
    from bidder.jobs.init import write_example

    written = write_example(folder)
    if not quiet:
        for path in written:
            click.echo(printable(f"written: {path}"), err=True)
        click.echo(printable(f"now run: bidder plan {written[0]}"), err=True)
