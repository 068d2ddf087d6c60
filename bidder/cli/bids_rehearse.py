"""``bidder bids rehearse``: nights on a synthetic market."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bidder.cli.output import json_option, printable, quiet_option, say, say_json, set_option
from bidder.cli.plan import lang_option

if TYPE_CHECKING:
    from bidder.jobs.rehearse import RehearseOutcome


@click.command()
@click.argument("config", type=click.Path(dir_okay=False))
@click.option(
    "--world", required=True, type=click.Path(dir_okay=False),
    help="YAML of the market; its first search channel is played.",
)
@click.option("--nights", type=click.IntRange(1, 700), default=30, show_default=True, help="Nights to play.")
@click.option(
    "--history", type=click.IntRange(1, 700), default=40, show_default=True,
    help="Days before the first night, on which nobody touches the bids.",
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Seed of the market in place of the YAML's.")
@click.option(
    "--out", type=click.Path(file_okay=False),
    help="Folder for rehearsal.csv, summary.json and report.html; by default runs/rehearsals/ and the job's "
    "name.",
)
@set_option
@lang_option
@click.option("--no-report", is_flag=True, help="Leave out report.html.")
@json_option
@quiet_option
def rehearse(
    config: str, world: str, nights: int, history: int, seed: int | None, out: str | None,
    overrides: tuple[str, ...], lang: Any, no_report: bool, as_json: bool, quiet: bool,
) -> None:
    """Play nights of the job CONFIG on a synthetic market that answers.

    Every night the job reads what the market would have reported by then, and its bids are played against
    competitors that react. The bids of the beginning and those of an oracle are played beside it. Neither
    the config's reports nor its ledger are touched.
    """
    from bidder.cli.progress import watching
    from bidder.jobs.rehearse import run_rehearse

    with watching(quiet) as progress:
        outcome = run_rehearse(
            config, world, out, nights=nights, history=history, seed=seed, overrides=overrides, lang=lang,
            report=not no_report, progress=progress,
        )
    if as_json:
        say_json(outcome.summary)
    elif not quiet:
        _print(outcome)
    if not quiet:
        click.echo(printable(f"written to {outcome.folder}"), err=True)


def _print(outcome: RehearseOutcome) -> None:
    from bidder.cli import tables

    rehearsal, summary = outcome.rehearsal, outcome.summary
    headers = ("alpha", "budget", "spend", "true\nROAS", "off\ntarget", "measured\nROAS", "revenue")
    table = tables.new_table([("night", "right"), ("day", "left"), *((h, "right") for h in headers)])
    for number, n in enumerate(rehearsal.nights, 1):
        cells = (
            str(number), f"{n.day} {n.phase}".strip(), tables.ratio(n.alpha),
            "" if n.budget is None else tables.money(n.budget, 0), tables.money(n.loop.spend, 0),
            tables.ratio(n.loop.roas), f"{rehearsal.off(n):+.1%}", tables.ratio(n.measured_roas),
            tables.money(n.loop.revenue, 0),
        )
        table.add_row(*map(tables.cell, cells))
    tables.show(table)
    settled = summary["settled"]
    say(
        f"on target from night {settled} on" if settled else "never stayed within 5% of the target"
    )
    over = summary["over_budget"]
    say(f"expected spend above the budget: {over} of {summary['nights']} days" if over else "budget kept")
    for side, name in (
        ("fixed", "the bids of the beginning"), ("fixed_alike", "the same at the target"),
        ("oracle", "an oracle"),
    ):
        say(f"revenue {summary[f'revenue_to_{side}']:.1%} of that of {name}")
