"""The tool host for Python: loads a file and runs its tools until the wire to the runtime ends."""

import asyncio
import importlib.util
import os
import sys
import threading
from typing import Any, Dict, Optional, Union

from ._context import AsyncContext, Context
from ._failure import failure_of
from ._tool import Tool
from ._values import to_json
from ._wire import SocketWire

PROTOCOL = 1


def main(tree: str, entry: str) -> None:
    # Nothing that a tool prints may ever reach a reader that expects something else.
    os.dup2(2, 1)
    sys.argv[1:] = []
    loop = asyncio.new_event_loop()
    host = Host(SocketWire(), loop)
    threading.Thread(target=host.read, daemon=True).start()
    # Whatever the runtime asks meanwhile waits for the loop.
    host.load(tree, entry)
    loop.run_forever()


class Host:
    """The tools of one file, and the calls of them that are open."""

    def __init__(self, wire: SocketWire, loop: asyncio.AbstractEventLoop) -> None:
        self._wire = wire
        self._loop = loop
        self._tools: Dict[str, Tool] = {}
        self._failed: Optional[BaseException] = None
        self._tree = ""
        self._contexts: Dict[int, Union[Context, AsyncContext]] = {}
        self._tasks: "Dict[int, asyncio.Task[None]]" = {}

    def read(self) -> None:
        try:
            self._wire.read(lambda message: self._later(message))
        finally:
            # The runtime is gone, or wants nothing more; whatever a tool is doing is for nobody.
            os._exit(0)

    def load(self, tree: str, entry: str) -> None:
        self._tree = tree
        try:
            self._tools = load_tools(tree, entry)
        except BaseException as error:  # the code of others may raise anything, SystemExit too
            self._failed = error

    def _later(self, message: Dict[str, Any]) -> None:
        self._loop.call_soon_threadsafe(self._take, message)

    def _take(self, message: Dict[str, Any]) -> None:
        number, params = message.get("id"), message["params"]
        if message["method"] == "initialize":
            self._initialize(number)
        elif message["method"] == "call":
            self._call(number, params)
        elif message["method"] == "cancel":
            self._cancel(params["call"])

    def _initialize(self, number: Any) -> None:
        if self._failed is not None:
            self._refuse(number, self._failed)
            return
        described = [
            {
                "name": tool.name,
                "description": tool.description,
                "inputSchema": tool.input_schema,
                "outputSchema": tool.output_schema,
                "risk": tool.risk,
            }
            for tool in self._tools.values()
        ]
        self._wire.answer(number, {"protocol": PROTOCOL, "tools": described})

    def _call(self, number: Any, params: Dict[str, Any]) -> None:
        tool = self._tools.get(params["tool"])
        if tool is None:
            self._refuse(number, LookupError(f"there is no tool {params['tool']!r}"))
            return
        call, path, key = params["call"], params["path"], params["key"]
        if tool.is_async:
            self._contexts[call] = context = AsyncContext(self._wire, call, path, key)
            self._tasks[call] = task = self._loop.create_task(self._run_async(number, call, tool, params["input"], context))
            task.add_done_callback(lambda ended: self._ended(number, call, ended))
        else:
            self._contexts[call] = plain = Context(self._wire, call, path, key)
            run = (number, call, tool, params["input"], plain)
            threading.Thread(target=self._run, args=run, daemon=True).start()

    def _run(self, number: Any, call: int, tool: Tool, given: Any, context: Context) -> None:
        try:
            self._finish(number, tool.function(**tool.arguments(given, context)))
        except BaseException as error:  # the code of others may raise anything
            self._refuse(number, error)
        finally:
            self._contexts.pop(call, None)

    async def _run_async(self, number: Any, call: int, tool: Tool, given: Any, context: AsyncContext) -> None:
        try:
            self._finish(number, await tool.function(**tool.arguments(given, context)))
        except BaseException as error:  # the code of others may raise anything, CancelledError too
            self._refuse(number, error)

    def _ended(self, number: Any, call: int, task: "asyncio.Task[None]") -> None:
        self._contexts.pop(call, None)
        self._tasks.pop(call, None)
        # It was stopped before it began, and answered nothing.
        if task.cancelled():
            self._refuse(number, asyncio.CancelledError("cancelled"))

    def _finish(self, number: Any, output: Any) -> None:
        self._wire.answer(number, {"output": to_json(output)})

    def _refuse(self, number: Any, error: BaseException) -> None:
        self._wire.refuse(number, *failure_of(error, self._tree))

    def _cancel(self, call: int) -> None:
        context = self._contexts.get(call)
        if context is not None:
            context._stop()
        task = self._tasks.get(call)
        if task is not None:
            task.cancel()


def load_tools(tree: str, entry: str) -> Dict[str, Tool]:
    """The tools of a file, by name. What lies beside it can be imported."""
    file = os.path.join(tree, entry)
    for folder in (tree, os.path.dirname(file)):
        if folder not in sys.path:
            sys.path.insert(0, folder)
    name = os.path.splitext(os.path.basename(file))[0]
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{entry} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    tools: Dict[str, Tool] = {}
    for value in vars(module).values():
        if isinstance(value, Tool) and tools.setdefault(value.name, value) is not value:
            raise TypeError(f"two tools have the name {value.name!r}")
    return tools
