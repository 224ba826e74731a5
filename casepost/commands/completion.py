"""`casepost completion`: the script that lets a shell complete casepost's commands and options."""

from pathlib import Path

import click
from click.shell_completion import get_completion_class

from casepost.commands.common import config_option

_INSTALL = {
    "bash": "casepost completion bash > ~/.local/share/bash-completion/completions/casepost",
    "zsh": 'casepost completion zsh > "${fpath[1]}/_casepost"',
    "fish": "casepost completion fish > ~/.config/fish/completions/casepost.fish",
}


@click.command()
@click.argument("shell", type=click.Choice(list(_INSTALL)))
@config_option
def completion(shell: str, config_file: Path | None) -> None:  # noqa: ARG001  taken by every command; nothing is opened
    """Print the completion script for a shell. Its first lines say how to install it."""
    found = get_completion_class(shell)
    assert found is not None
    script = found(click.get_current_context().find_root().command, {}, "casepost", "_CASEPOST_COMPLETE").source()
    comment = f"# Install it for new shells:  {_INSTALL[shell]}\n# Try it in this one:         {_TRY[shell]}\n"
    # zsh knows a completion file by its first line.
    first, rest = script.split("\n", 1) if script.startswith("#compdef") else ("", script.lstrip("\n"))
    click.echo((first + "\n" if first else "") + comment + rest, nl=False)


_TRY = {
    "bash": 'eval "$(casepost completion bash)"',
    "zsh": 'eval "$(casepost completion zsh)"',
    "fish": "casepost completion fish | source",
}
