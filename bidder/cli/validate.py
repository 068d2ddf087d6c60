"""``bidder validate``."""

from __future__ import annotations

import click

from bidder.cli.output import json_option, notes, problems_as_json, quiet_option, say, say_json, set_option
from bidder.errors import InputError


@click.command()
@click.argument("config", type=click.Path(dir_okay=False))
@set_option
@json_option
@quiet_option
def command(config: str, overrides: tuple[str, ...], as_json: bool, quiet: bool) -> None:
    """Check a plan's CONFIG, and every file it names, without solving it."""
    from bidder.jobs.validate import validate

    try:
        summary = validate(config, overrides)
    except InputError as error:
        if as_json:
            problems = problems_as_json(error.problems)
            say_json({"schema_version": 1, "valid": False, "problems": problems})
        raise
    notes(summary.notes, quiet)
    if as_json:
        say_json(summary.as_dict())
    elif not quiet:
        say("\n".join(summary.lines()))
