"""`casepost verify`: proof that every mail, part and event is there and unaltered."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from casepost.commands.common import config_option, json_option, open_app, print_json
from casepost.heads import noted_heads, parse_head
from casepost.plain import inert_line
from casepost.progress import progress
from store.verify import Extent, measure, verify
from store.verify_finding import Finding, Head

_KEPT = 10_000  # findings that JSON lists; all are counted


class HeadOfChain(click.ParamType[Head]):
    """A head as `verify` prints it."""

    name = "head"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Head:
        """The head; a usage error says what one looks like."""
        if isinstance(value, Head):
            return value
        try:
            return parse_head(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command("verify")
@click.option(
    "--expect",
    "expected",
    type=HeadOfChain(),
    multiple=True,
    help="A head of an earlier day, from the log or from what this printed: it must be in the chain still.",
)
@json_option
@config_option
@click.pass_context
def verify_store(ctx: click.Context, expected: tuple[Head, ...], as_json: bool, config_file: Path | None) -> None:
    """Prove that every mail, part and event is there and unaltered.

    Works beside a running service; what is in work is no fault. Exit code 1 when a row is not what it was, and each
    such row is named.
    """
    app = open_app(config_file)
    extent = measure(app.store)
    heads = (*expected, *noted_heads(app.config.data_dir))
    found: list[Finding] = []
    count = 0
    with progress("Verifying", lambda: extent.rows) as advance:
        for one in verify(app.store, expected=heads, advance=advance):
            count += 1
            if as_json:
                found = [*found, one] if count <= _KEPT else found
            else:
                _print(one)
    if as_json:
        print_json(_document(extent, found, count))
    else:
        _sum_up(extent, count)
    if count:
        ctx.exit(1)


def _print(one: Finding) -> None:
    click.echo(inert_line(f"FAULT  {one.table} {one.row}: {one.says}"))
    click.echo(f"       mend: {inert_line(one.mend)}")


def _sum_up(extent: Extent, faults: int) -> None:
    rows = sum(extent.records_unsealed.values())
    click.echo(f"{extent.mails} mails and {extent.events} events looked at, {faults or 'no'} faults")
    if rows or extent.events_unsealed:
        click.echo(f"not chained yet: {rows} rows and {extent.events_unsealed} events of the last moments")
    if extent.head is not None:
        click.echo(f"head: {extent.head}  (keep it elsewhere; `casepost verify --expect` proves it later)")


def _document(extent: Extent, found: list[Finding], count: int) -> dict[str, Any]:
    return {
        "whole": not count,
        "mails": extent.mails,
        "events": extent.events,
        "head": str(extent.head) if extent.head else None,
        "unsealed": {"events": extent.events_unsealed, **{k.value: n for k, n in extent.records_unsealed.items()}},
        "faults": count,
        "findings": [asdict(one) for one in found],
    }
