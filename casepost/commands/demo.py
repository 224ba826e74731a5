"""`casepost demo`: plays a whole conversation on the real parts, then serves until Ctrl-C."""

from pathlib import Path

import click


@click.command()
@click.option("--exit", "stop_after", is_flag=True, help="Stop after the play.")
def demo(stop_after: bool) -> None:
    """Play a conversation over real SMTP, told while it happens; then serve until Ctrl-C.

    All is kept in the folder .demo, which is emptied at the next start. Exits 1 when something did not happen.
    """
    from casepost.demo.folder import NAME
    from casepost.demo.stage import run_demo

    ctx = click.get_current_context()
    if ctx.find_root().obj is not None:
        raise click.UsageError("demo makes a configuration of its own; it takes no --config")
    ctx.exit(run_demo(Path(NAME), stop_after=stop_after))
