"""What a tool may use while it works. Whatever is refused is raised as a CallError."""

import asyncio
import base64
import threading
from concurrent.futures import Future
from typing import Any, Awaitable, Dict, List, Optional, Protocol, Union, cast

from ._values import Json, to_json

Schema = Dict[str, Any]

_WHOLE_FILE = 1024 * 1024


class Wire(Protocol):
    """The way to the runtime."""

    def request(self, method: str, params: Dict[str, Any]) -> "Future[Any]": ...

    def notify(self, method: str, params: Dict[str, Any]) -> None: ...


class _Asking:
    """One call's requests, sent in the order in which they are made."""

    def __init__(self, wire: Wire, call: int, path: str, key: str) -> None:
        self._wire = wire
        self._call = call
        self._calls = 0
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        #: Of this call in its Session.
        self.path = path
        #: The same in every attempt of this call: what an outside service can tell a repeat by.
        self.key = key

    def log(self, text: str) -> None:
        """A line for whoever watches; not recorded."""
        self._wire.notify("ctx/log", {"call": self._call, "text": to_json(str(text), "log")})

    def progress(self, fraction: Optional[float], text: str = "") -> None:
        """How far it has come, 0 to 1, or None for not known; not recorded."""
        self._wire.notify("ctx/progress", {"call": self._call, "fraction": fraction, "text": text})

    @property
    def cancelled(self) -> bool:
        """Whether the call is to stop; a tool that goes on is ended with its process."""
        return self._stopped.is_set()

    def _stop(self) -> None:
        self._stopped.set()

    def _ask(self, method: str, **params: Any) -> "Future[Any]":
        return self._wire.request(method, {"call": self._call, **params})

    def _ask_call(self, name: str, given: object, timeout_seconds: Optional[float]) -> "Future[Any]":
        params: Dict[str, Any] = {"name": name, "input": to_json(given, "input")}
        if timeout_seconds is not None:
            params["timeoutMs"] = round(timeout_seconds * 1000)
        # The number and its place on the wire belong together.
        with self._lock:
            self._calls += 1
            return self._ask("ctx/call", k=self._calls, **params)

    def _ask_find(self, wanted: Dict[str, Any]) -> "Future[Any]":
        names = {"input_schema": "inputSchema", "output_schema": "outputSchema"}
        return self._ask("ctx/find", **{names.get(key, key): value for key, value in wanted.items() if value is not None})

    def _ask_artifact(self, name: str, media_type: str, content: Union[bytes, str]) -> "Future[Any]":
        raw = content.encode("utf-8") if isinstance(content, str) else content
        return self._ask("ctx/artifact", name=name, mediaType=media_type, content=base64.b64encode(raw).decode("ascii"))


class Context(_Asking):
    """For plain functions: everything waits until it is there."""

    def call(self, name: str, input: object, *, timeout_seconds: Optional[float] = None) -> Json:
        """Calls a worker or another tool. Only for tools that their Toolset declares ``reentrant``."""
        return cast(Json, self._ask_call(name, input, timeout_seconds).result())

    def find(self, *, kind: Optional[str] = None, tags: Optional[List[str]] = None, risk: Optional[str] = None,
             input_schema: Optional[Schema] = None, output_schema: Optional[Schema] = None) -> List[Dict[str, Any]]:
        """What there is to call with all these properties."""
        wanted = {
            "kind": kind, "tags": tags, "risk": risk, "input_schema": input_schema, "output_schema": output_schema,
        }
        return cast(List[Dict[str, Any]], self._ask_find(wanted).result())

    def approve(self, message: str, about: object = None) -> None:
        """Asks people, and waits until they allow it."""
        self._ask("ctx/approve", message=message, about=to_json(about, "about")).result()

    def now(self) -> float:
        """Milliseconds since 1970, recorded: the same when this call is run again."""
        return cast(float, self._ask("ctx/now").result())

    def random(self) -> float:
        """At least 0, below 1; the same when this call is run again."""
        return cast(float, self._ask("ctx/random").result())

    def uuid(self) -> str:
        return cast(str, self._ask("ctx/uuid").result())

    def artifact(self, name: str, media_type: str, content: Union[bytes, str]) -> str:
        """Keeps bytes as an artifact of the Session; gives their digest."""
        return cast(str, self._ask_artifact(name, media_type, content).result())

    def read_file(self, path: str, *, offset: int = 0, bytes: int = _WHOLE_FILE) -> Dict[str, Any]:
        return cast(Dict[str, Any], self._ask("ctx/files.read", path=path, offset=offset, bytes=bytes).result())

    def list_files(self, path: str, *, recursive: bool = False, max: int = 1000) -> Dict[str, Any]:
        return cast(Dict[str, Any], self._ask("ctx/files.list", path=path, recursive=recursive, max=max).result())

    def search_files(self, path: str, pattern: str, *, max: int = 1000, glob: str = "**") -> Dict[str, Any]:
        asked = self._ask("ctx/files.search", path=path, pattern=pattern, max=max, glob=glob)
        return cast(Dict[str, Any], asked.result())

    def write_file(self, path: str, text: str) -> Dict[str, Any]:
        return cast(Dict[str, Any], self._ask("ctx/files.write", path=path, text=to_json(text, "text")).result())

    def get_state(self, key: str) -> Dict[str, Any]:
        """``{value, version}`` of what outlives the Session, by Flow; version 0 for what is not there."""
        return cast(Dict[str, Any], self._ask("ctx/state.get", key=key).result())

    def put_state(self, key: str, value: object, version: int) -> int:
        """Puts a value where ``version`` still is the one that is there, and gives the new version."""
        return cast(int, self._ask("ctx/state.put", key=key, value=to_json(value, "value"), version=version).result())


class AsyncContext(_Asking):
    """For ``async`` functions. Each method asks at once and gives what to await."""

    def call(self, name: str, input: object, *, timeout_seconds: Optional[float] = None) -> Awaitable[Json]:
        """Calls a worker or another tool. Only for tools that their Toolset declares ``reentrant``."""
        return asyncio.wrap_future(self._ask_call(name, input, timeout_seconds))

    def find(self, *, kind: Optional[str] = None, tags: Optional[List[str]] = None, risk: Optional[str] = None,
             input_schema: Optional[Schema] = None, output_schema: Optional[Schema] = None) -> Awaitable[List[Dict[str, Any]]]:
        """What there is to call with all these properties."""
        wanted = {
            "kind": kind, "tags": tags, "risk": risk, "input_schema": input_schema, "output_schema": output_schema,
        }
        return asyncio.wrap_future(self._ask_find(wanted))

    def approve(self, message: str, about: object = None) -> Awaitable[None]:
        """Asks people, and waits until they allow it."""
        return asyncio.wrap_future(self._ask("ctx/approve", message=message, about=to_json(about, "about")))

    def now(self) -> Awaitable[float]:
        """Milliseconds since 1970, recorded: the same when this call is run again."""
        return asyncio.wrap_future(self._ask("ctx/now"))

    def random(self) -> Awaitable[float]:
        """At least 0, below 1; the same when this call is run again."""
        return asyncio.wrap_future(self._ask("ctx/random"))

    def uuid(self) -> Awaitable[str]:
        return asyncio.wrap_future(self._ask("ctx/uuid"))

    def artifact(self, name: str, media_type: str, content: Union[bytes, str]) -> Awaitable[str]:
        """Keeps bytes as an artifact of the Session; gives their digest."""
        return asyncio.wrap_future(self._ask_artifact(name, media_type, content))

    def read_file(self, path: str, *, offset: int = 0, bytes: int = _WHOLE_FILE) -> Awaitable[Dict[str, Any]]:
        return asyncio.wrap_future(self._ask("ctx/files.read", path=path, offset=offset, bytes=bytes))

    def list_files(self, path: str, *, recursive: bool = False, max: int = 1000) -> Awaitable[Dict[str, Any]]:
        return asyncio.wrap_future(self._ask("ctx/files.list", path=path, recursive=recursive, max=max))

    def search_files(
        self, path: str, pattern: str, *, max: int = 1000, glob: str = "**"
    ) -> Awaitable[Dict[str, Any]]:
        return asyncio.wrap_future(self._ask("ctx/files.search", path=path, pattern=pattern, max=max, glob=glob))

    def write_file(self, path: str, text: str) -> Awaitable[Dict[str, Any]]:
        return asyncio.wrap_future(self._ask("ctx/files.write", path=path, text=to_json(text, "text")))

    def get_state(self, key: str) -> Awaitable[Dict[str, Any]]:
        """``{value, version}`` of what outlives the Session, by Flow; version 0 for what is not there."""
        return asyncio.wrap_future(self._ask("ctx/state.get", key=key))

    def put_state(self, key: str, value: object, version: int) -> Awaitable[int]:
        """Puts a value where ``version`` still is the one that is there, and gives the new version."""
        return asyncio.wrap_future(self._ask("ctx/state.put", key=key, value=to_json(value, "value"), version=version))
