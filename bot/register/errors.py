"""What can go wrong with the register, said in one line that names the place."""

from __future__ import annotations


class RegisterError(Exception):
    """Nothing was written; the message is fit to be shown as it is."""


class NumberError(ValueError):
    """Not a telephone number; the message is a reason that never repeats what was written."""
