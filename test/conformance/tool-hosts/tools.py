"""What the conformance suite calls, well and badly behaved; ``tools.ts`` has the same."""

import asyncio
import mmap
import os
import time
from typing import Any, List

from orket import AsyncContext, CallError, Context, Json, tool

# The rest of what this file offers.
from reach import (  # noqa: F401
    arguments, attach, connect, descriptors, environment, escape, fill, hunt, list_, litter, look, put, run, signal,
)

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
def askBounded(limits: Any, context: Context) -> Any:
    """Does askBounded."""
    try:
        return context.call("writer", {}, timeout_seconds=1.5, limits=limits)
    except CallError as error:
        return {"reason": error.reason, "message": str(error)}


@tool
def askTooMuch(context: Context) -> Any:
    """Does askTooMuch."""
    failed = 0
    for unsendable in ("x" * (17 * 1024 * 1024), 2**60, "\ud800"):
        try:
            context.call("writer", unsendable)
        except (TypeError, ValueError):
            failed += 1
    return [failed, context.call("writer", "short")]


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
def change(what: str, context: Context) -> Any:
    """Does change."""
    if what == "write":
        context.write_file("a.md", "a")
    else:
        context.put_state("a", 1, 0)


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


@tool
def share() -> Any:
    """Does share."""
    shared = mmap.mmap(-1, 1500 * 1024 * 1024)
    for at in range(0, len(shared), 4096):
        shared[at] = 1
    return len(shared)


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
        elif method == "large":
            context.log("x" * (8 * 1024 * 1024))
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
def bomb() -> Any:
    """Does bomb."""
    while True:
        try:
            if os.fork() == 0:
                os.setsid()
        except OSError:
            pass


@tool
def closeWire() -> Any:
    """Does closeWire."""
    os.close(3)
    time.sleep(600)
