"""A mail address on the command line."""

from typing import Any

import click

from casepost.config import checks


class MailAddress(click.ParamType[str]):
    """A plain mail address."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address, its domain lower-cased; a usage error says what is wrong with it."""
        try:
            return checks.address(value)
        except ValueError as error:
            self.fail(f"{value!r} is no plain mail address: {error}", param, ctx)
