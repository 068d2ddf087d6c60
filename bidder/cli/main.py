"""The ``bidder`` command: finds the subcommand, loads only that, and turns errors into exit codes."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from typing import IO, NoReturn

import click

from bidder import __version__
from bidder.cli.lazy import LazyGroup
from bidder.cli.output import complain, printable
from bidder.errors import BidderError, ExitCode

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("bidder.cli.init:command", "Write a working example of a plan into a folder."),
    "fit": ("bidder.cli.fit:command", "Fit response curves to past spend and results."),
    "validate": ("bidder.cli.validate:command", "Check a plan's config without solving it."),
    "schema": ("bidder.cli.schema:command", "Print the JSON schema of a config, for editors."),
    "plan": ("bidder.cli.plan:command", "Find the best split of spend and prove how good it is."),
    "frontier": ("bidder.cli.frontier:command", "Show what more or less budget would bring."),
    "compare": ("bidder.cli.compare:command", "Compare two plans: what moved, and what it is worth."),
    "whatif": ("bidder.cli.whatif:command", "Value a hand-made split under the same curves."),
    "replay": ("bidder.cli.replay:command", "Replay past auctions under any strategy, budget and rule."),
    "generate": ("bidder.cli.generate:command", "Make a synthetic market with known truth."),
    "convert": ("bidder.cli.convert:command", "Write an auction log as partitioned Parquet, once."),
    "bids": ("bidder.cli.bids:command", "Keyword bids and time slots, every night."),
}
"""Subcommands: where the code is, and the line in the overview (so that help loads none of them)."""

BROKEN_PIPE = 141
INTERRUPTED = 130


@click.command(cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bidder")
def cli() -> None:
    """Plan ad budgets, set keyword bids every night, and replay past auctions.

    Plan: the best split of spend over channels, campaigns and days, with a proof
    of how good it is. Start with `bidder init DIR`.

    Bid: new keyword bids and time slots towards the plan's target, every night,
    each change explained and undone with one command. Start with
    `bidder bids nightly configs/nightly.yaml --date 2026-10-12`.

    Replay: what any bidding strategy, budget and auction rule would have brought
    in a log of past auctions. Start with `bidder replay simulations/pacing.yaml`.

    \b
    Exit codes:
      0  done
      1  a bug in bidder (BIDDER_DEBUG=1 shows where)
      2  bad input or usage, or a strategy of your own that fails
      3  the limits of a plan contradict each other
      4  locked by another run, or stale
      5  stopped by a guardrail
    """


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # never fail over a terminal's encoding
    code = run(args)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = BROKEN_PIPE
    except OSError as error:
        code = _cannot_write(error)
        _detach(sys.stdout)
    if code == BROKEN_PIPE:
        _detach(sys.stdout)
    sys.exit(code)


def run(args: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    try:
        given = None if args is None else list(args)
        result = cli.main(args=given, prog_name="bidder", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return int(ExitCode.BAD_INPUT)
    except BidderError as error:
        complain(error)
        if error.__cause__ is not None:
            _show(error.__cause__)
        return int(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except SystemExit as end:  # click's own answer to a broken pipe is 1
        return BROKEN_PIPE if end.code == 1 else int(end.code or 0)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            return _cannot_write(error)
        _report_bug(error)
        return int(ExitCode.BUG)
    return result if isinstance(result, int) else int(ExitCode.DONE)


def _cannot_write(error: OSError) -> int:
    click.echo(f"cannot write the output: {error.strerror}", err=True)
    return int(ExitCode.BAD_INPUT)


def _show(error: BaseException) -> None:
    """Where an error came from, for those who write strategies or debug."""
    if os.environ.get("BIDDER_DEBUG") == "1":
        import traceback

        click.echo("".join(traceback.format_exception(error)), err=True)


def _report_bug(error: Exception) -> None:
    _show(error)
    said = " ".join(printable(str(error)).split())[:500]
    click.echo(
        f"this is a bug in bidder: {type(error).__name__}: {said} (BIDDER_DEBUG=1 shows where)", err=True
    )


def _detach(stream: IO[str]) -> None:
    """Let the interpreter's last flush go nowhere instead of failing again."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
