"""What went wrong in the code of a tool, for whoever reads the record: the error, and where in the Toolset it was."""

import os
from typing import Optional, Tuple

from ._errors import CallError

_LONGEST = 4096


def failure_of(error: BaseException, tree: str) -> Tuple[str, str]:
    """The reason and the message. Files are named from the folder of the Toolset, never by where that is."""
    if isinstance(error, CallError):
        return error.reason, _text(str(error), "")
    place = _place_of(error, tree)
    # Its text has a place as well, in other words.
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    return "ToolFailed", _text(_within(f"{type(error).__name__}: {said}", tree), "" if place is None else f" ({place})")


def _place_of(error: BaseException, tree: str) -> Optional[str]:
    """The innermost line of the Toolset's own code."""
    place = None
    step = error.__traceback__
    while step is not None:
        place = _place(step.tb_frame.f_code.co_filename, step.tb_lineno, tree) or place
        step = step.tb_next
    if isinstance(error, SyntaxError) and error.filename is not None and error.lineno is not None:
        place = _place(error.filename, error.lineno, tree) or place
    return place


def _place(file: str, line: int, tree: str) -> Optional[str]:
    inside = os.path.join(os.path.abspath(tree), "")
    path = os.path.abspath(file)
    return f"{path[len(inside):].replace(os.sep, '/')}:{line}" if path.startswith(inside) else None


def _within(text: str, tree: str) -> str:
    return text.replace(os.path.join(os.path.abspath(tree), ""), "")


def _text(message: str, place: str) -> str:
    said = message[: _LONGEST - len(place)] + place
    return said.encode("utf-8", "replace").decode("utf-8")
