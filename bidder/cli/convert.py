"""``bidder convert``: any log as partitioned Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bidder.cli.output import json_option, notes, printable, quiet_option, say, say_json, set_option

if TYPE_CHECKING:
    from bidder.jobs.convert import ConvertOutcome

SHOWN_CAMPAIGNS = 10


def _columns(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """``name=header`` options as a mapping."""
    columns: dict[str, str] = {}
    for text in given:
        name, equals, header = text.partition("=")
        if not equals or not name.strip() or not header.strip():
            raise click.BadParameter(f"{text!r} is not NAME=HEADER, such as market_price=price", ctx, param)
        if name.strip() in columns:
            raise click.BadParameter(f"{name.strip()!r} is given twice", ctx, param)
        columns[name.strip()] = header.strip()
    return columns


@click.command()
@click.argument("log")
@click.option("--out", required=True, type=click.Path(file_okay=False), help="Folder for the Parquet files.")
@click.option(
    "--reader", metavar="NAME",
    help="Format of the log: ipinyou_theta, ipinyou_validation, ipinyou_raw, auctionnet, csv or parquet;\n"
    "by default what the file's name says.",
)
@click.option(
    "--columns", multiple=True, metavar="NAME=HEADER", callback=_columns,
    help="Header of a column, such as market_price=price; may be given several times.",
)
@click.option("--unit", metavar="TEXT", help="Name of the money unit of the prices.")
@click.option("--per-currency", type=int, metavar="N", help="How many of the unit make 1 of the currency.")
@click.option("--currency", metavar="CODE", help="ISO 4217 code, such as CNY.")
@click.option("--price-for", type=int, metavar="N", help="Impressions for which a price stands: 1 or 1000.")
@click.option("--censored", is_flag=True, help="Prices are known for won auctions alone.")
@click.option("--bids", metavar="FILE", help="Table of competing bids: auction, bidder, bid, quality.")
@click.option("--visits", metavar="FILE", help="Table of visits to the shop: user, ts.")
@click.option("--campaign", "campaigns", multiple=True, metavar="NAME", help="Keep only these campaigns.")
@click.option("--skip-bad-rows", is_flag=True, help="Leave bad rows out and count them.")
@set_option
@json_option
@quiet_option
def command(
    log: str, out: str, overrides: tuple[str, ...], skip_bad_rows: bool, as_json: bool, quiet: bool,
    censored: bool, campaigns: tuple[str, ...], **options: Any,
) -> None:
    """Write LOG as partitioned Parquet, once, so that replays of it begin at once.

    LOG is a file, a folder, a pattern in quotes, or the YAML of an experiment, whose `log:` is taken.
    """
    from bidder.cli.progress import watching
    from bidder.jobs.convert import run_convert

    options |= {"censored": censored or None, "campaigns": list(campaigns) or None}
    with watching(quiet) as progress:
        outcome = run_convert(
            log, out, options=options, overrides=overrides, skip_bad_rows=skip_bad_rows, progress=progress
        )
    notes(outcome.notes, quiet)
    if as_json:
        say_json(outcome.document)
    elif not quiet:
        _print(outcome)
    if not quiet:
        click.echo(printable(f"written to {outcome.folder}"), err=True)


def _print(outcome: ConvertOutcome) -> None:
    said, info = outcome.document, outcome.info
    names = [printable(name) for name in info.campaigns[:SHOWN_CAMPAIGNS]]
    left = len(info.campaigns) - SHOWN_CAMPAIGNS
    say(f"auctions   {info.rows or 0:,} in {_count(outcome.partitions, 'partition')}")
    say(f"campaigns  {', '.join(names)}{f' and {left:,} more' if left > 0 else ''}")
    times = f"{said['first']} to {said['last']}" if info.timed else "not known, order of rows"
    say(f"time       {times}")
    scale = f", {info.per_currency:,} for 1 {info.currency or 'of the currency'}" if info.per_currency else ""
    say(f"unit       {printable(info.unit)} for {_count(info.price_for, 'impression')}{scale}")
    if outcome.competing_bids is not None:
        say(f"bids       {outcome.competing_bids:,} of competitors")
    say(f"skipped    {_count(outcome.skipped, 'bad row')}")


def _count(number: int, name: str) -> str:
    return f"{number:,} {name}" + "s" * (number != 1)
