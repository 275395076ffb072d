"""The wire to the runtime: JSON-RPC 2.0, one message a frame, a frame being its length as four bytes and then itself."""

import json
import os
import socket
import struct
import threading
from concurrent.futures import Future
from typing import Any, Callable, Dict

from ._errors import CallError

FRAME_BYTES = 16 * 1024 * 1024
DESCRIPTOR = 3
_FAILED = -32000


class SocketWire:
    """One end of the wire, used from any thread."""

    def __init__(self, descriptor: int = DESCRIPTOR) -> None:
        os.set_inheritable(descriptor, False)
        self._socket = socket.socket(fileno=descriptor)
        self._socket.setblocking(True)
        self._writing = threading.Lock()
        self._waiting: "Dict[int, Future[Any]]" = {}
        self._next = 1

    def request(self, method: str, params: Dict[str, Any]) -> "Future[Any]":
        answer: "Future[Any]" = Future()
        with self._writing:
            number = self._next
            self._next += 1
            self._waiting[number] = answer
            try:
                self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
            except (TypeError, ValueError):
                # Nothing was sent, so nothing will be answered.
                del self._waiting[number]
                raise
        return answer

    def notify(self, method: str, params: Dict[str, Any]) -> None:
        with self._writing:
            self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def answer(self, number: Any, result: Any) -> None:
        with self._writing:
            self._send({"jsonrpc": "2.0", "id": number, "result": result})

    def refuse(self, number: Any, reason: str, message: str) -> None:
        with self._writing:
            body = {"code": _FAILED, "message": message, "data": {"reason": reason}}
            self._send({"jsonrpc": "2.0", "id": number, "error": body})

    def read(self, take: Callable[[Dict[str, Any]], None]) -> None:
        """Gives what the runtime asks to ``take``, and its answers to who waits for them, until the wire ends."""
        while True:
            header = self._exactly(4)
            (length,) = struct.unpack(">I", header) if header else (0,)
            body = self._exactly(length)
            if not header or not body:
                return
            message = json.loads(body)
            if "method" in message:
                take(message)
            else:
                self._answered(message)

    def _answered(self, message: Dict[str, Any]) -> None:
        answer = self._waiting.pop(message["id"], None)
        if answer is None or not answer.set_running_or_notify_cancel():
            return
        error = message.get("error")
        if error is None:
            answer.set_result(message.get("result"))
        else:
            answer.set_exception(CallError(error["message"], error.get("data", {}).get("reason", "ToolFailed")))

    def _exactly(self, length: int) -> bytes:
        parts = []
        while length > 0:
            part = self._socket.recv(min(length, 1 << 20))
            if not part:
                return b""
            parts.append(part)
            length -= len(part)
        return b"".join(parts)

    def _send(self, message: Dict[str, Any]) -> None:
        body = json.dumps(message, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
        if len(body) > FRAME_BYTES:
            raise ValueError(f"a message of {len(body)} bytes, at most {FRAME_BYTES}")
        self._socket.sendall(struct.pack(">I", len(body)) + body)
