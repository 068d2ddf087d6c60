"""The ``bidder`` command: finds the subcommand, loads only that, and turns errors into exit codes."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import IO, NoReturn

import click

from bidder import __version__
from bidder.cli.output import complain, printable
from bidder.errors import BidderError, ExitCode, one_of

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("bidder.cli.init:command", "Write a working example of a plan into a folder."),
    "fit": ("bidder.cli.fit:command", "Fit response curves to past spend and results."),
    "validate": ("bidder.cli.validate:command", "Check a plan's config without solving it."),
    "schema": ("bidder.cli.schema:command", "Print the JSON schema of a plan, experiment or world."),
    "plan": ("bidder.cli.plan:command", "Find the best split of spend and prove how good it is."),
    "frontier": ("bidder.cli.frontier:command", "Show what more or less budget would bring."),
    "compare": ("bidder.cli.compare:command", "Compare two plans: what moved, and what it is worth."),
    "whatif": ("bidder.cli.whatif:command", "Value a hand-made split under the same curves."),
    "replay": ("bidder.cli.replay:command", "Replay past auctions under any strategy, budget and rule."),
    "generate": ("bidder.cli.generate:command", "Make a synthetic market with known truth."),
    "convert": ("bidder.cli.convert:command", "Write an auction log as partitioned Parquet, once."),
}
"""Subcommands: where the code is, and the line in the overview (so that help loads none of them)."""

BROKEN_PIPE = 141
INTERRUPTED = 130


class LazyGroup(click.Group):
    """A group that imports a subcommand only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the overview."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the subcommand."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the subcommand, or say which one may have been meant."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            expected = one_of(COMMANDS, args[0])
            raise click.UsageError(f"unknown command {args[0]!r}; expected {expected}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The overview, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bidder")
def cli() -> None:
    """Plan ad budgets, and replay past auctions before money is spent.

    Plan: the best split of spend over channels, campaigns and days, with a proof
    of how good it is. Start with `bidder init DIR`.

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
