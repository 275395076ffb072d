"""The decorator that makes a function a tool."""

import inspect
import re
import typing
from typing import Any, Callable, Dict, Literal, Optional, Union, overload

from ._context import AsyncContext, Context
from ._schema import Schema, SchemaReader, object_schema, schema_of, value_of

Risk = Literal["read", "write", "network", "destructive"]
Function = Callable[..., Any]

_NAME = re.compile(r"^[A-Za-z0-9_-]{1,61}$")
_RISKS = typing.get_args(Risk)


class Tool:
    """A function that a host can offer. Called itself it is the function, which is how a test calls it."""

    def __init__(self, function: Function, name: Optional[str], risk: Risk) -> None:
        self.function = function
        self.name = function.__name__ if name is None else name
        if not _NAME.match(self.name):
            raise TypeError(f"no name of a tool: {self.name!r}")
        if risk not in _RISKS:
            raise TypeError(f"{self.name}: risk is one of {', '.join(_RISKS)}")
        self.risk = risk
        self.is_async = inspect.iscoroutinefunction(function)
        self.description = _description_of(function)
        self.context_name: Optional[str] = None
        self.hints: Dict[str, Any] = {}
        self.input_schema = self._read_parameters()
        self.output_schema = self._read_result()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def arguments(self, given: Dict[str, Any], context: Union[Context, AsyncContext]) -> Dict[str, Any]:
        """The arguments of the function for an input that its schema accepts."""
        arguments = {name: value_of(value, self.hints.get(name, Any)) for name, value in given.items()}
        if self.context_name is not None:
            arguments[self.context_name] = context
        return arguments

    def _read_parameters(self) -> Schema:
        hints = typing.get_type_hints(self.function)
        expected = AsyncContext if self.is_async else Context
        reader = SchemaReader()
        properties: Dict[str, Schema] = {}
        required = []
        for name, parameter in inspect.signature(self.function).parameters.items():
            at = f"{self.name}({name})"
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
                raise TypeError(f"{at}: arguments of a tool have names")
            if name not in hints:
                raise TypeError(f"{at}: say its type")
            if hints[name] in (Context, AsyncContext):
                if hints[name] is not expected:
                    raise TypeError(f"{at}: a tool {'with' if self.is_async else 'without'} async takes {expected.__name__}")
                self.context_name = name
                continue
            self.hints[name] = hints[name]
            properties[name] = reader.read(hints[name], at)
            if parameter.default is parameter.empty:
                required.append(name)
        return reader.whole(object_schema(properties, required))

    def _read_result(self) -> Optional[Schema]:
        hints = typing.get_type_hints(self.function)
        if "return" not in hints:
            return None
        return schema_of(hints["return"], f"{self.name}()") or None


@overload
def tool(function: Function) -> Tool: ...
@overload
def tool(*, name: Optional[str] = None, risk: Risk = "read") -> Callable[[Function], Tool]: ...
def tool(
    function: Optional[Function] = None, *, name: Optional[str] = None, risk: Risk = "read"
) -> Union[Tool, Callable[[Function], Tool]]:
    """Makes a function a tool: its name, its description (the docstring) and its schemas (the type hints) are taken
    from it. Plain functions run in threads and get a ``Context``, ``async`` ones get an ``AsyncContext``. ``risk`` is
    what it may do at most: a hint, as the Toolset may say more, never less.
    """
    if function is not None:
        return Tool(function, name, risk)
    return lambda decorated: Tool(decorated, name, risk)


def _description_of(function: Function) -> str:
    text = inspect.getdoc(function) or ""
    return " ".join(text.split("\n\n", 1)[0].split())
