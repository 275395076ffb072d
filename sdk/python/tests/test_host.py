import json
import socket
import struct
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path
from typing import Any, Dict, List

PACKAGE = str(Path(__file__).parent.parent)
START = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
sys.path.insert(0, sys.argv[2])
from orket._host import main
main(*sys.argv[3:])
"""

TOOLS = """
    import asyncio, sys, time
    from orket import AsyncContext, CallError, Context, tool
    import beside

    @tool
    def add(a: int, b: int = beside.ONE) -> int:
        "Adds."
        return a + b

    @tool
    def ask(names: list, context: Context) -> list:
        return [context.call(name, {"n": n}) for n, name in enumerate(names)]

    @tool
    async def ask_at_once(names: list, context: AsyncContext) -> list:
        calls = [context.call(name, {"n": n}, timeout_seconds=1.5) for n, name in enumerate(names)]
        return list(await asyncio.gather(*calls))

    @tool
    def careful(context: Context) -> str:
        try:
            context.call("other", None)
        except CallError as error:
            return f"{error.reason}: {error}"
        return "nothing"

    @tool
    async def sleeps(context: AsyncContext) -> None:
        await asyncio.sleep(60)

    @tool
    def polls(context: Context) -> str:
        while not context.cancelled:
            time.sleep(0.01)
        return "stopped"

    @tool
    def large(context: Context) -> str:
        try:
            context.call("other", "x" * (17 * 1024 * 1024))
        except ValueError as error:
            refused = str(error)
        context.call("other", "short", timeout_seconds=2, limits={"calls": 3, "cost": "0.50"})
        return refused

    @tool
    def leaves() -> None:
        sys.exit("bye")

    @tool
    def reads() -> str:
        return beside.read()
"""

BESIDE = """ONE = 1

def read() -> str:
    return open(__file__.replace("beside.py", "none.txt")).read()
"""


def line_of(text: str) -> int:
    return next(n for n, line in enumerate(TOOLS.split("\n"), 1) if text in line)


class HostProcess:
    """A host as the runtime starts it, with this end of its wire."""

    def __init__(self, code: str, entry: str = "tools.py") -> None:
        self.folder = tempfile.TemporaryDirectory()
        Path(self.folder.name, entry).write_text(textwrap.dedent(code), encoding="utf-8")
        Path(self.folder.name, "beside.py").write_text(BESIDE, encoding="utf-8")
        self.wire, theirs = socket.socketpair()
        self.wire.settimeout(30)
        with theirs:
            inherited = theirs.fileno()
            command = [sys.executable, "-I", "-B", "-c", START, str(inherited), PACKAGE, self.folder.name, entry]
            quiet = subprocess.DEVNULL
            self.process = subprocess.Popen(command, env={}, stdin=quiet, stderr=quiet, pass_fds=[inherited])

    def close(self) -> None:
        self.wire.close()
        self.process.wait(10)
        self.folder.cleanup()

    def send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.wire.sendall(struct.pack(">I", len(body)) + body)

    def next(self) -> Dict[str, Any]:
        (length,) = struct.unpack(">I", self._exactly(4))
        message: Dict[str, Any] = json.loads(self._exactly(length))
        return message

    def _exactly(self, length: int) -> bytes:
        body = b""
        while len(body) < length:
            part = self.wire.recv(length - len(body))
            if not part:
                raise EOFError("the host has ended")
            body += part
        return body

    def call(self, tool: str, given: Any, call: int = 1) -> None:
        params = {"call": call, "tool": tool, "path": "a#1~1", "key": "sha256:0", "input": given, "timeoutMs": None}
        self.send(id=call, method="call", params=params)


class Hosts(unittest.TestCase):
    def setUp(self) -> None:
        self.host = HostProcess(TOOLS)
        self.addCleanup(self.host.close)

    def test_tell_what_they_offer(self) -> None:
        self.host.send(id=1, method="initialize", params={"protocol": 1})
        result = self.host.next()["result"]
        self.assertEqual(result["protocol"], 1)
        add = next(tool for tool in result["tools"] if tool["name"] == "add")
        self.assertEqual((add["description"], add["outputSchema"], add["risk"]), ("Adds.", {"type": "integer"}, "read"))

    def test_answer_calls_and_go_on_after_one_that_fails(self) -> None:
        self.host.call("add", {"a": 2})
        self.assertEqual(self.host.next()["result"], {"output": 3})
        cases = (
            ("leaves", {}, f"SystemExit: bye (tools.py:{line_of('sys.exit')})"),
            ("reads", {}, f"No such file or directory: 'none.txt' (beside.py:{BESIDE.count(chr(10))})"),
            ("none", {}, "no tool"),
            ("add", {"x": 1}, "TypeError"),
        )
        for name, given, message in cases:
            self.host.call(name, given)
            error = self.host.next()["error"]
            self.assertEqual(error["data"], {"reason": "ToolFailed"})
            self.assertIn(message, error["message"])
            self.assertNotIn(self.host.folder.name, error["message"])
        self.host.call("add", {"a": 2, "b": 3})
        self.assertEqual(self.host.next()["result"], {"output": 5})

    def test_number_calls_of_others_as_they_are_made(self) -> None:
        for name in ("ask", "ask_at_once"):
            self.host.call(name, {"names": ["x", "y"]})
            asked: List[Dict[str, Any]] = []
            if name == "ask":
                for answer in ("first", "second"):
                    asked.append(self.host.next())
                    self.host.send(id=asked[-1]["id"], result=answer)
            else:
                asked = [self.host.next(), self.host.next()]
                self.host.send(id=asked[1]["id"], result="second")
                self.host.send(id=asked[0]["id"], result="first")
                self.assertEqual(asked[0]["params"]["timeoutMs"], 1500)
            self.assertEqual([(one["params"]["k"], one["params"]["name"]) for one in asked], [(1, "x"), (2, "y")])
            self.assertEqual(self.host.next()["result"], {"output": ["first", "second"]})

    def test_give_a_tool_the_reason_of_a_refusal(self) -> None:
        self.host.call("careful", {})
        refused = {"code": -32000, "message": "not today", "data": {"reason": "CallDenied"}}
        self.host.send(id=self.host.next()["id"], error=refused)
        self.assertEqual(self.host.next()["result"], {"output": "CallDenied: not today"})

    def test_stop_what_is_cancelled_and_nothing_beside(self) -> None:
        self.host.call("sleeps", {}, call=1)
        self.host.call("polls", {}, call=2)
        self.host.send(method="cancel", params={"call": 1})
        self.assertEqual((self.host.next()["id"]), 1)
        self.host.send(method="cancel", params={"call": 2})
        self.assertEqual(self.host.next(), {"jsonrpc": "2.0", "id": 2, "result": {"output": "stopped"}})

    def test_refuse_to_ask_for_more_than_a_message_holds_and_count_only_what_is_sent(self) -> None:
        self.host.call("large", {})
        asked = self.host.next()
        bounds = {"timeoutMs": 2000, "limits": {"calls": 3, "cost": "0.50"}}
        self.assertEqual(asked["params"], {"call": 1, "k": 1, "name": "other", "input": "short", **bounds})
        self.host.send(id=asked["id"], result=None)
        self.assertIn("at most", self.host.next()["result"]["output"])

    def test_end_with_their_wire_whatever_a_tool_does(self) -> None:
        self.host.call("polls", {})
        self.host.wire.close()
        self.assertEqual(self.host.process.wait(10), 0)


class Files(unittest.TestCase):
    def test_that_cannot_be_loaded_are_an_answer_and_no_crash(self) -> None:
        twice = "from orket import tool\n@tool(name='a')\ndef one() -> None: ...\n@tool(name='a')\ndef two() -> None: ...\n"
        cases = (
            ("1\ndef", "SyntaxError: invalid syntax (tools.py:2)"),
            ("import sys; sys.exit(3)", "SystemExit: 3 (tools.py:1)"),
            ("\n1 / 0", "ZeroDivisionError: division by zero (tools.py:2)"),
            (twice, "two tools"),
        )
        for code, message in cases:
            with self.subTest(message=message):
                host = HostProcess(code)
                self.addCleanup(host.close)
                host.send(id=1, method="initialize", params={"protocol": 1})
                self.assertIn(message, host.next()["error"]["message"])
