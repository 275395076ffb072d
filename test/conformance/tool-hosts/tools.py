"""What the conformance suite calls, well and badly behaved; ``tools.ts`` has the same."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from typing import Any, List

from orket import AsyncContext, CallError, Context, Json, tool

_count = 0


@tool
def repeat(text: str, times: int = 2) -> str:
    """Repeats a text.

    More of this is not told.
    """
    return text * times


@tool
def echo(value: Json = None) -> Any:
    """Does echo."""
    return value


@tool
def count() -> Any:
    """Does count."""
    global _count
    _count += 1
    return _count


@tool
async def wait(ms: int) -> Any:
    """Does wait."""
    await asyncio.sleep(ms / 1000)
    return ms


@tool
def fail() -> Any:
    """Does fail."""
    raise ValueError("it did not work out")


@tool
def pretend() -> Any:
    """Does pretend."""
    raise CallError("believe me", "JournalCorrupt")


@tool
def ask(name: str, context: Context, input: Any = None) -> Any:
    """Does ask."""
    return context.call(name, input)


@tool
async def askAll(names: List[str], context: AsyncContext) -> Any:
    """Does askAll."""
    return await asyncio.gather(*(context.call(name, {"name": name}) for name in names))


@tool
def askCarefully(name: str, context: Context) -> Any:
    """Does askCarefully."""
    try:
        return context.call(name, {})
    except CallError as error:
        return {"reason": error.reason, "message": str(error)}


@tool
def use(context: Context) -> Any:
    """Does use."""
    context.log("a line")
    context.progress(0.5, "half")
    version = context.get_state("seen")["version"]
    put = context.put_state("seen", {"times": 1}, version)
    written = context.write_file("notes/a.md", "# Notes\n")
    read = context.read_file("notes/a.md")
    found = context.list_files("", recursive=True)
    search = context.search_files("", "Notes")
    artifact = context.artifact("report.txt", "text/plain", "done")
    times: List[Any] = [context.now(), context.random(), context.uuid()]
    return {
        "put": put, "written": written, "read": read, "list": found, "search": search, "artifact": artifact,
        "times": times, "found": context.find(kind="role"), "key": context.key, "path": context.path,
    }


@tool
def refused(path: str, context: Context) -> Any:
    """Does refused."""
    return context.read_file(path)


@tool
async def stops() -> Any:
    """Does stops."""
    try:
        await asyncio.sleep(600)
    except asyncio.CancelledError:
        raise ValueError("I stopped as I was told") from None


@tool
def hang() -> Any:
    """Does hang."""
    while True:
        pass


@tool
def exit() -> Any:
    """Does exit."""
    os._exit(3)


@tool
def abort() -> Any:
    """Does abort."""
    os.abort()


@tool
def memory() -> Any:
    """Does memory."""
    kept = []
    while True:
        kept.append(bytearray(b"x" * (64 * 1024 * 1024)))


@tool(name="print")
def print_() -> Any:
    """Does print."""
    print('{"jsonrpc":"2.0"}', flush=True)
    os.write(1, b"out\n")
    os.write(2, b"err\n")
    return "printed"


@tool
def floodOutput() -> Any:
    """Does floodOutput."""
    while True:
        os.write(1, b"x" * 65536)


@tool
def floodErrors() -> Any:
    """Does floodErrors."""
    while True:
        os.write(2, b"x" * 65536)


@tool
def floodFrames(method: str, context: Context) -> Any:
    """Does floodFrames."""
    while True:
        if method == "log":
            context.log("x")
        else:
            context._ask("ctx/now")


@tool
def huge() -> Any:
    """Does huge."""
    return "x" * (17 * 1024 * 1024)


@tool
def large() -> Any:
    """Does large."""
    return "x" * (4 * 1024 * 1024)


@tool
def inexact() -> Any:
    """Does inexact."""
    return {"number": 2**60}


@tool
def breakFrame(hex: str) -> Any:
    """Does breakFrame."""
    os.write(3, bytes.fromhex(hex))
    time.sleep(10)


@tool
def children() -> Any:
    """Does children."""
    started = 0
    for _ in range(200):
        try:
            if os.fork() == 0:
                os.setsid()
                time.sleep(300)
        except OSError:
            break
        started += 1
    return started


@tool
def look(paths: List[str]) -> Any:
    """Does look."""
    return [_attempt(lambda path=path: len(open(path, "rb").read())) for path in paths]


@tool(name="list")
def list_(path: str) -> Any:
    """Does list."""
    return _attempt(lambda: sorted(os.listdir(path)))


@tool
def put(path: str) -> Any:
    """Does put."""
    return _attempt(lambda: open(path, "w").write("x") and "written")


@tool
def environment() -> Any:
    """Does environment."""
    return dict(os.environ)


@tool
def arguments() -> Any:
    """Does arguments."""
    return sys.argv


@tool
def signal(pid: int) -> Any:
    """Does signal."""
    return _attempt(lambda: os.kill(pid, 0))


@tool
def run(command: str) -> Any:
    """Does run."""
    return _attempt(lambda: len(subprocess.check_output([command])))


@tool
def connect(host: str, port: int) -> Any:
    """Does connect."""
    return _attempt(lambda: socket.create_connection((host, port), 5) and "connected")


def _attempt(work: Any) -> Any:
    try:
        return work()
    except Exception as error:
        return f"refused: {error}"


