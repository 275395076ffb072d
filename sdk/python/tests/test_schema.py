import unittest
from dataclasses import dataclass, field
from typing import Any, Dict, List, Literal, Mapping, Optional, Sequence, Tuple, TypedDict, Union

from orket import Json
from orket._schema import schema_of, value_of


@dataclass
class Point:
    x: int
    y: float = 0.0
    names: List[str] = field(default_factory=list)


class Named(TypedDict):
    name: str


class Described(Named, total=False):
    text: str


@dataclass
class Line:
    points: Tuple[Point, ...]
    label: Optional[str] = None


@dataclass
class Tree:
    name: str
    branches: List["Tree"] = field(default_factory=list)


class Ping(TypedDict):
    pong: Optional["Pong"]


class Pong(TypedDict):
    ping: Optional[Ping]


TEXT = {"type": "string"}


class Schemas(unittest.TestCase):
    def test_come_from_type_hints(self) -> None:
        cases: List[Tuple[Any, Dict[str, Any]]] = [
            (str, TEXT),
            (int, {"type": "integer"}),
            (float, {"type": "number"}),
            (bool, {"type": "boolean"}),
            (None, {"type": "null"}),
            (type(None), {"type": "null"}),
            (Any, {}),
            (Json, {}),
            (list, {"type": "array"}),
            (List[str], {"type": "array", "items": TEXT}),
            (Sequence[str], {"type": "array", "items": TEXT}),
            (Tuple[str, ...], {"type": "array", "items": TEXT}),
            (dict, {"type": "object"}),
            (Dict[str, Any], {"type": "object", "additionalProperties": {}}),
            (Mapping[str, str], {"type": "object", "additionalProperties": TEXT}),
            (Literal["a", 1], {"enum": ["a", 1]}),
            (Optional[str], {"anyOf": [TEXT, {"type": "null"}]}),
            (Union[str, int], {"anyOf": [TEXT, {"type": "integer"}]}),
        ]
        for hint, expected in cases:
            with self.subTest(hint=str(hint)):
                self.assertEqual(schema_of(None.__class__ if hint is None else hint, "x"), expected)

    def test_of_dataclasses_and_typed_dicts_name_what_has_to_be_there(self) -> None:
        point = schema_of(Point, "x")
        self.assertEqual(point["required"], ["x"])
        self.assertEqual(point["additionalProperties"], False)
        self.assertEqual(set(point["properties"]), {"x", "y", "names"})
        described = schema_of(Described, "x")
        self.assertEqual((described["required"], set(described["properties"])), (["name"], {"name", "text"}))

    def test_of_types_that_contain_themselves_refer_to_definitions(self) -> None:
        tree = schema_of(Tree, "x")
        reference = {"$ref": "#/$defs/Tree"}
        self.assertEqual((tree["$ref"], set(tree["$defs"])), ("#/$defs/Tree", {"Tree"}))
        self.assertEqual(tree["$defs"]["Tree"]["properties"], {"name": TEXT, "branches": {"type": "array", "items": reference}})
        ping = schema_of(Ping, "x")
        self.assertEqual((ping["$ref"], set(ping["$defs"])), ("#/$defs/Ping", {"Ping"}))
        self.assertNotIn("$defs", schema_of(Line, "x"))

    def test_of_what_json_cannot_hold_are_refused_with_their_place(self) -> None:
        for hint in (bytes, complex, Dict[int, str], Tuple[str, int], List[bytes]):
            with self.subTest(hint=str(hint)), self.assertRaisesRegex(TypeError, r"^f\(x\)"):
                schema_of(hint, "f(x)")


class Values(unittest.TestCase):
    def test_become_what_the_hint_says_at_any_depth(self) -> None:
        given = {"points": [{"x": 1}, {"x": 2, "y": 3, "names": ["a"]}], "label": None}
        self.assertEqual(value_of(given, Line), Line((Point(1), Point(2, 3.0, ["a"]))))
        self.assertEqual(value_of({"a": [{"x": 1}]}, Dict[str, List[Point]]), {"a": [Point(1)]})
        self.assertEqual(value_of({"name": "a"}, Described), {"name": "a"})

    def test_of_a_type_that_contains_itself_become_that_at_any_depth(self) -> None:
        given = {"name": "a", "branches": [{"name": "b", "branches": [{"name": "c", "branches": []}]}]}
        self.assertEqual(value_of(given, Tree), Tree("a", [Tree("b", [Tree("c")])]))

    def test_of_a_union_become_the_member_that_fits(self) -> None:
        either = Union[Point, Line, List[Point], str, None]
        self.assertEqual(value_of({"x": 1}, either), Point(1))
        self.assertEqual(value_of({"points": []}, either), Line(()))
        self.assertEqual(value_of([{"x": 1}], either), [Point(1)])
        self.assertEqual(value_of("a", either), "a")
        self.assertIsNone(value_of(None, either))

    def test_that_are_whole_become_floats_where_those_are_meant_and_booleans_never_do(self) -> None:
        for hint in (float, Optional[float]):
            self.assertIsInstance(value_of(3, hint), float)
        self.assertIs(value_of(True, Union[float, bool]), True)
        self.assertIsInstance(value_of(3, Union[int, float]), int)
