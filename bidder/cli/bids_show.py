"""``bidder bids show`` and ``history``."""

from __future__ import annotations

from typing import Any

import click

from bidder.cli.output import json_option, printable, say, say_json, set_option


@click.command()
@click.argument("run", type=click.Path())
@click.option("--top", type=click.IntRange(0, 10_000), default=20, show_default=True,
              help="How many of the biggest movers to show.")
@click.option(
    "--keyword", metavar="TEXT", help="Say why, for every keyword that contains TEXT (case does not count)."
)
@json_option
def show(run: str, top: int, keyword: str | None, as_json: bool) -> None:
    """What RUN changes: the biggest movers, and why for single keywords."""
    from bidder.cli.bids_table import print_proposal
    from bidder.cli.tables import cell, new_table
    from bidder.cli.tables import show as print_table
    from bidder.jobs.bids.runs import find_run
    from bidder.jobs.bids.showing import look

    folder = find_run(run)
    found = look(folder, top, keyword)
    if as_json:
        say_json({**folder.summary, "movers": found.records})
        return
    print_proposal(folder.summary)
    if keyword is not None:
        say(printable("\n".join(_why(row, folder.summary["currency"]) for row in found.records)
                      or f"no keyword contains {keyword!r}"))
        return
    table = new_table([
        ("campaign / keyword", "left"), ("match", "left"), ("bid", "right"), ("new", "right"),
        ("change", "right"), ("clicks", "right"), ("click\nworth", "right"), ("why", "left"),
    ])
    for row in found.records:
        table.add_row(*map(cell, _cells(row, folder.summary["currency"])))
    print_table(table)


def _cells(row: dict[str, Any], currency: str) -> list[str]:
    return [
        f"{row['campaign']} / {row['keyword']}", row["match_type"], _money(row["old"], currency),
        _money(row["new"], currency), f"{row['new'] / row['old'] - 1:+.0%}", f"{row['clicks']:,}",
        f"{row['value_per_click']:,.2f}", (row["bound_by"] or row["reason"]).replace("_", " "),
    ]


def _money(micros: int, currency: str) -> str:
    from bidder.money import MICROS, format_money

    return format_money(micros / MICROS, currency)


def _why(row: dict[str, Any], currency: str) -> str:
    from bidder.cli.bids_table import BOUND_WORDS, REASON_WORDS

    lines = [
        f"{row['campaign']} / {row['ad_group']} / {row['keyword']} ({row['match_type'] or 'no match type'})",
        f"  clicks {row['clicks']:,}, conversions so far {row['conversions']:,.6g}; shrunk, "
        f"{row['cvr']:.2%} of clicks convert",
        f"  a conversion is worth {row['order_value']:,.2f} {currency}, so a click is worth "
        f"{row['value_per_click']:,.2f}",
        f"  at this alpha and target that supports a bid of {_money(row['supported'], currency)}",
        f"  wanted {_money(row['wanted'], currency)}: {REASON_WORDS[row['reason']]}",
    ]
    bound = f": {BOUND_WORDS[row['bound_by']]}" if row["bound_by"] else ""
    old = _money(row["old"], currency) if row["old"] is not None else "unknown"
    new = _money(row["new"], currency) if row["new"] is not None else "unknown"
    return "\n".join([*lines, f"  bid {old} -> {new}{bound}"])


@click.command()
@click.argument("config", type=click.Path(dir_okay=False))
@click.option("--limit", type=click.IntRange(1, 10_000), default=30, show_default=True, help="Most nights.")
@set_option
@json_option
def history(config: str, limit: int, overrides: tuple[str, ...], as_json: bool) -> None:
    """The nights of CONFIG's account so far, newest first."""
    from bidder.cli.tables import new_table
    from bidder.cli.tables import show as print_table
    from bidder.jobs.bids.showing import nights

    runs = nights(config, limit, overrides)
    if as_json:
        say_json([
            {"run_id": r.run_id, "state": r.state.value, "created": r.created.isoformat(),
             "moved": {s.value: t.isoformat() for s, t in r.moved.items()},
             "who": {s.value: w for s, w in r.who.items()}, "summary": r.summary}
            for r in runs
        ])
        return
    table = new_table([
        ("run", "left"), ("state", "left"), ("changed", "right"), ("alpha", "right"), ("spend", "right"),
        ("ROAS", "right"),
    ])
    for run in runs:
        said = run.summary
        table.add_row(
            run.run_id, run.state.value.replace("_", " "), f"{said['changed']:,}",
            f"{said['alpha']['chosen']:.3f}", f"{said['expected']['spend']['mean']:,.2f}",
            f"{said['expected']['roas']['mean']:.2f}",
        )
    print_table(table)
