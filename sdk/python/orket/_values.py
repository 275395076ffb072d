"""JSON, as far as Orket can hold it: what two readers could understand differently is refused here, with its place."""

import dataclasses
import math
from typing import Any, Dict, List, Union

Json = Union[None, bool, int, float, str, List["Json"], Dict[str, "Json"]]

_LARGEST = 2**53 - 1


def to_json(value: Any, at: str = "the output") -> Json:
    """A value of a tool as JSON: dataclasses and tuples too. Raises TypeError or ValueError with the place."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise ValueError(f"{at}: an integer beyond 2^53 - 1; return it as a text")
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{at}: a number that is not finite")
        return float(value)
    if isinstance(value, str):
        return _text(value, at)
    if isinstance(value, (list, tuple)):
        return [to_json(item, f"{at}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, dict):
        return {_key(key, at): to_json(item, f"{at}.{key}") for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {field.name: to_json(getattr(value, field.name), f"{at}.{field.name}") for field in fields}
    raise TypeError(f"{at}: {type(value).__name__} is no JSON")


def _key(key: Any, at: str) -> str:
    if isinstance(key, str):
        return _text(key, at)
    raise TypeError(f"{at}: a name that is {type(key).__name__}, not a text")


def _text(text: str, at: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError(f"{at}: a text that is not well-formed Unicode") from None
    return str(text)
