"""JSON Schema from type hints, and values of those types from JSON."""

import dataclasses
import typing
from typing import Any, Dict, List, Literal, Mapping, Sequence, Tuple, Union

try:
    from types import UnionType
except ImportError:  # before Python 3.10
    UnionType = None  # type: ignore[assignment, misc]

from ._values import Json

Schema = Dict[str, Any]

_SIMPLE: Mapping[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
_LISTS = (list, tuple, Sequence, typing.get_origin(Sequence[Any]))
_OBJECTS = (dict, Mapping, typing.get_origin(Mapping[str, Any]))


class SchemaReader:
    """Reads the schemas of types that stand in one schema: a type that contains itself is one of its ``definitions``."""

    def __init__(self) -> None:
        self.definitions: Dict[str, Schema] = {}
        self._open: List[Any] = []
        self._named: Dict[Any, str] = {}

    def read(self, hint: Any, at: str) -> Schema:
        """What lets exactly the values of a type through. Raises TypeError, with the place, for types that have no JSON."""
        if hint is Any or hint is object or hint == Json:
            return {}
        if hint in _SIMPLE:
            return {"type": _SIMPLE[hint]}
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin is Literal:
            return {"enum": list(arguments)}
        if _is_union(origin):
            return {"anyOf": [self.read(argument, at) for argument in arguments]}
        if hint in _LISTS or origin in _LISTS:
            items = _items(hint, origin, arguments, at)
            return {"type": "array"} if items is None else {"type": "array", "items": self.read(items, f"{at}[]")}
        if hint in _OBJECTS or origin in _OBJECTS:
            return self._read_object(arguments, at)
        if typing_is_typed_dict(hint) or dataclasses.is_dataclass(hint):
            return self._read_members(hint, at)
        raise TypeError(f"{at}: {hint!r} has no JSON Schema; use str, int, float, bool, None, list, dict, Literal, Optional, a TypedDict or a dataclass")

    def whole(self, schema: Schema) -> Schema:
        """A schema with the definitions that it refers to."""
        return {**schema, "$defs": self.definitions} if self.definitions else schema

    def _read_object(self, arguments: Tuple[Any, ...], at: str) -> Schema:
        if not arguments:
            return {"type": "object"}
        if arguments[0] is not str:
            raise TypeError(f"{at}: the names of a JSON object are texts: dict[str, ...]")
        return {"type": "object", "additionalProperties": self.read(arguments[1], f"{at}.*")}

    def _read_members(self, hint: Any, at: str) -> Schema:
        if hint in self._named:
            return _reference(self._named[hint])
        if hint in self._open:
            self._named[hint] = self._free_name(hint.__name__)
            return _reference(self._named[hint])
        self._open.append(hint)
        members, required = members_of(hint)
        schema = object_schema({name: self.read(member, f"{at}.{name}") for name, member in members.items()}, required)
        self._open.pop()
        if hint not in self._named:
            return schema
        self.definitions[self._named[hint]] = schema
        return _reference(self._named[hint])

    def _free_name(self, name: str) -> str:
        taken = list(self._named.values())
        return name if name not in taken else f"{name}{len(taken) + 1}"


def schema_of(hint: Any, at: str) -> Schema:
    """The schema of one type, whole."""
    reader = SchemaReader()
    return reader.whole(reader.read(hint, at))


def _reference(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def object_schema(properties: Mapping[str, Schema], required: Sequence[str]) -> Schema:
    schema: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    if required:
        schema["required"] = list(required)
    return schema


def value_of(value: Any, hint: Any) -> Any:
    """JSON as a value of the type that it was checked against: dataclasses are made, at any depth."""
    if hint == Json:
        return value
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if _is_union(origin):
        return value_of(value, next((one for one in arguments if _fits(value, one)), Any))
    if isinstance(value, list):
        items = _items(hint, origin, arguments, "")
        made = value if items is None else [value_of(item, items) for item in value]
        return tuple(made) if hint is tuple or origin is tuple else made
    if isinstance(value, dict):
        if origin in _OBJECTS and len(arguments) == 2:
            return {name: value_of(item, arguments[1]) for name, item in value.items()}
        if typing_is_typed_dict(hint) or dataclasses.is_dataclass(hint):
            members, _ = members_of(hint)
            made_members = {name: value_of(item, members.get(name, Any)) for name, item in value.items()}
            return hint(**made_members)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def members_of(hint: Any) -> Tuple[Dict[str, Any], List[str]]:
    """The members of a TypedDict or a dataclass with their types, and the names of those that have to be there."""
    hints = typing.get_type_hints(hint)
    if typing_is_typed_dict(hint):
        return hints, [name for name in hints if name in hint.__required_keys__]
    fields = [field for field in dataclasses.fields(hint) if field.init]
    required = [
        field.name
        for field in fields
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]
    return {field.name: hints[field.name] for field in fields}, required


def typing_is_typed_dict(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, dict) and hasattr(hint, "__required_keys__")


def _is_union(origin: Any) -> bool:
    return origin is Union or (UnionType is not None and origin is UnionType)


def _items(hint: Any, origin: Any, arguments: Tuple[Any, ...], at: str) -> Any:
    if not arguments:
        return None
    if hint is tuple or origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return arguments[0]
        raise TypeError(f"{at}: a tuple has any number of items of one type: tuple[str, ...]")
    return arguments[0]


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value is of a type at first sight: enough to choose between the members of a union."""
    origin = typing.get_origin(hint)
    if hint is Any:
        return True
    if origin is Literal:
        return value in typing.get_args(hint)
    if isinstance(value, bool) or value is None:
        return hint is type(value)
    if isinstance(value, dict):
        if typing_is_typed_dict(hint) or dataclasses.is_dataclass(hint):
            members, required = members_of(hint)
            return set(required) <= set(value) <= set(members)
        return hint in _OBJECTS or origin in _OBJECTS
    if isinstance(value, list):
        return hint in _LISTS or origin in _LISTS
    if hint is float:
        return isinstance(value, (int, float))
    return isinstance(value, hint) if isinstance(hint, type) else False
