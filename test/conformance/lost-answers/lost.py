"""Tools that lose their answer the first time that they are called; ``lost.ts`` has the same."""

import json
import os
import time
import urllib.request
from typing import Any, Dict

from orket import Context, tool


def _ask(port: int, path: str, body: Dict[str, Any]) -> Any:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


@tool(risk="network")
def send(port: int, way: str, context: Context) -> str:
    """Has it done."""
    is_first = _ask(port, "/begin", {"path": context.path}) == 1
    if is_first and way == "dies before":
        os._exit(3)
    _ask(port, "/do", {"key": context.key, "path": context.path})
    if is_first and way == "dies":
        os._exit(3)
    while is_first and way == "hangs":
        pass
    while is_first and way == "stops" and not context.cancelled:
        time.sleep(0.01)
    if context.cancelled:
        raise RuntimeError("I stopped as I was told")
    return "sent"


@tool
def look(key: str, input: Any) -> Any:
    """Whether it was done."""
    return _ask(input["port"], "/was-it-done", {"key": key})
