"""Tools for Orket: decorate a function with ``@tool``, and a Toolset of source ``python`` can offer it.

Tools run in a process of their own, which has no environment and sees nothing of the machine but the folder of its code.
Everything else is asked for through the context: files, time, chance, other tools and workers.
"""

from ._context import AsyncContext, Context
from ._errors import CallError
from ._tool import Tool, tool
from ._values import Json

__all__ = ["AsyncContext", "CallError", "Context", "Json", "Tool", "tool"]
