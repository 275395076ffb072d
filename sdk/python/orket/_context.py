"""What a tool may use while it works. Whatever is refused is raised as a CallError."""

import asyncio
import base64
import functools
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Awaitable, Callable, Dict, List, Optional, Protocol, TypeVar, Union

from ._values import Json, to_json

if TYPE_CHECKING:
    from typing_extensions import Concatenate, ParamSpec

    P = ParamSpec("P")

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])
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
        self._number = call
        self._calls = 0
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        #: Of this call in its Session.
        self.path = path
        #: The same in every attempt of this call: what an outside service can tell a repeat by.
        self.key = key

    def log(self, text: str) -> None:
        """A line for whoever watches; not recorded."""
        self._wire.notify("ctx/log", {"call": self._number, "text": to_json(str(text), "log")})

    def progress(self, fraction: Optional[float], text: str = "") -> None:
        """How far it has come, 0 to 1, or None for not known; not recorded."""
        self._wire.notify("ctx/progress", {"call": self._number, "fraction": fraction, "text": text})

    @property
    def cancelled(self) -> bool:
        """Whether the call is to stop; a tool that goes on is ended with its process."""
        return self._stopped.is_set()

    def _stop(self) -> None:
        self._stopped.set()

    def _ask(self, method: str, **params: Any) -> "Future[Any]":
        return self._wire.request(method, {"call": self._number, **params})

    def _call(self, name: str, input: object, *, timeout_seconds: Optional[float] = None,
              limits: Optional[Dict[str, Union[int, str]]] = None) -> "Future[Json]":
        """Calls a worker or another tool. Only for tools that their Toolset declares ``reentrant``.

        ``limits`` bounds what the call does and calls: ``calls``, ``tokens``, ``cost`` as a decimal text, ``activeSeconds``.
        """
        params: Dict[str, Any] = {"name": name, "input": to_json(input, "input")}
        if timeout_seconds is not None:
            params["timeoutMs"] = round(timeout_seconds * 1000)
        if limits is not None:
            params["limits"] = to_json(limits, "limits")
        # The number and its place on the wire belong together; what cannot be sent has none.
        with self._lock:
            asked = self._ask("ctx/call", k=self._calls + 1, **params)
            self._calls += 1
        return asked

    def _find(self, *, kind: Optional[str] = None, tags: Optional[List[str]] = None, risk: Optional[str] = None,
              input_schema: Optional[Schema] = None, output_schema: Optional[Schema] = None) -> "Future[List[Dict[str, Any]]]":
        """What there is to call with all these properties."""
        wanted = {"kind": kind, "tags": tags, "risk": risk, "inputSchema": input_schema, "outputSchema": output_schema}
        return self._ask("ctx/find", **{name: value for name, value in wanted.items() if value is not None})

    def _approve(self, message: str, about: object = None) -> "Future[None]":
        """Asks people, and waits until they allow it."""
        return self._ask("ctx/approve", message=message, about=to_json(about, "about"))

    def _now(self) -> "Future[float]":
        """Milliseconds since 1970, recorded: the same when this call is run again."""
        return self._ask("ctx/now")

    def _random(self) -> "Future[float]":
        """At least 0, below 1; the same when this call is run again."""
        return self._ask("ctx/random")

    def _uuid(self) -> "Future[str]":
        """The same when this call is run again."""
        return self._ask("ctx/uuid")

    def _artifact(self, name: str, media_type: str, content: Union[bytes, str]) -> "Future[str]":
        """Keeps bytes as an artifact of the Session; gives their digest."""
        raw = content.encode("utf-8") if isinstance(content, str) else content
        return self._ask("ctx/artifact", name=name, mediaType=media_type, content=base64.b64encode(raw).decode("ascii"))

    def _read_file(self, path: str, *, offset: int = 0, bytes: int = _WHOLE_FILE) -> "Future[Dict[str, Any]]":
        """``{path, text, offset, bytes, sizeBytes, truncated}`` of a file of the Session."""
        return self._ask("ctx/files.read", path=path, offset=offset, bytes=bytes)

    def _list_files(self, path: str, *, recursive: bool = False, max: int = 1000) -> "Future[Dict[str, Any]]":
        """``{entries: [{path, kind, bytes}], truncated}`` of a folder."""
        return self._ask("ctx/files.list", path=path, recursive=recursive, max=max)

    def _search_files(self, path: str, pattern: str, *, max: int = 1000, glob: str = "**") -> "Future[Dict[str, Any]]":
        """``{matches: [{path, line, text}], truncated}`` of a pattern in RE2 syntax."""
        return self._ask("ctx/files.search", path=path, pattern=pattern, max=max, glob=glob)

    def _write_file(self, path: str, text: str) -> "Future[Dict[str, Any]]":
        """Writes a text file of the Workspace; gives ``{path, bytes, digest}``."""
        return self._ask("ctx/files.write", path=path, text=to_json(text, "text"))

    def _get_state(self, key: str) -> "Future[Dict[str, Any]]":
        """``{value, version}`` of what outlives the Session, by Flow; version 0 for what is not there."""
        return self._ask("ctx/state.get", key=key)

    def _put_state(self, key: str, value: object, version: int) -> "Future[int]":
        """Puts a value where ``version`` still is the one that is there, and gives the new version: a call of ``state.put``."""
        return self._ask("ctx/state.put", key=key, value=to_json(value, "value"), version=version)


def _waits(ask: "Callable[Concatenate[_Asking, P], Future[T]]") -> "Callable[Concatenate[Context, P], T]":
    def wait(self: "Context", /, *args: "P.args", **named: "P.kwargs") -> T:
        return ask(self, *args, **named).result()

    return _told(wait, ask)


def _awaits(ask: "Callable[Concatenate[_Asking, P], Future[T]]") -> "Callable[Concatenate[AsyncContext, P], Awaitable[T]]":
    def later(self: "AsyncContext", /, *args: "P.args", **named: "P.kwargs") -> Awaitable[T]:
        return asyncio.wrap_future(ask(self, *args, **named))

    return _told(later, ask)


def _told(method: F, ask: Callable[..., Any]) -> F:
    """A method with the words and parameters of the request that it makes."""
    functools.update_wrapper(method, ask)
    method.__name__ = ask.__name__.lstrip("_")
    return method


class Context(_Asking):
    """For plain functions: everything waits until it is there."""

    call = _waits(_Asking._call)
    find = _waits(_Asking._find)
    approve = _waits(_Asking._approve)
    now = _waits(_Asking._now)
    random = _waits(_Asking._random)
    uuid = _waits(_Asking._uuid)
    artifact = _waits(_Asking._artifact)
    read_file = _waits(_Asking._read_file)
    list_files = _waits(_Asking._list_files)
    search_files = _waits(_Asking._search_files)
    write_file = _waits(_Asking._write_file)
    get_state = _waits(_Asking._get_state)
    put_state = _waits(_Asking._put_state)


class AsyncContext(_Asking):
    """For ``async`` functions. Each method asks at once and gives what to await."""

    call = _awaits(_Asking._call)
    find = _awaits(_Asking._find)
    approve = _awaits(_Asking._approve)
    now = _awaits(_Asking._now)
    random = _awaits(_Asking._random)
    uuid = _awaits(_Asking._uuid)
    artifact = _awaits(_Asking._artifact)
    read_file = _awaits(_Asking._read_file)
    list_files = _awaits(_Asking._list_files)
    search_files = _awaits(_Asking._search_files)
    write_file = _awaits(_Asking._write_file)
    get_state = _awaits(_Asking._get_state)
    put_state = _awaits(_Asking._put_state)
