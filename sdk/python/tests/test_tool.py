import inspect
import typing
import unittest
from dataclasses import dataclass
from typing import Any, Callable, List, Optional

import orket
from orket import AsyncContext, Context, Tool, tool


@dataclass
class Item:
    name: str


@dataclass
class Branch:
    twigs: List["Branch"]


class Decorated(unittest.TestCase):
    def test_functions_say_themselves_what_they_are(self) -> None:
        @tool(risk="network")
        def order(article: str, context: Context, count: int = 1, note: Optional[str] = None) -> List[str]:
            """Orders an article,
            or several.

            This is not told.
            """
            return [article] * count

        self.assertEqual((order.name, order.description, order.risk), ("order", "Orders an article, or several.", "network"))
        self.assertEqual(order.context_name, "context")
        self.assertEqual(set(order.input_schema["properties"]), {"article", "count", "note"})
        self.assertEqual(order.input_schema["required"], ["article"])
        self.assertEqual(order.output_schema, {"type": "array", "items": {"type": "string"}})
        self.assertFalse(order.is_async)

    def test_functions_refer_to_types_that_contain_themselves_from_one_schema(self) -> None:
        @tool
        def count(left: Branch, right: Optional[Branch] = None) -> Branch:
            return left

        reference = {"$ref": "#/$defs/Branch"}
        properties = count.input_schema["properties"]
        self.assertEqual(properties, {"left": reference, "right": {"anyOf": [reference, {"type": "null"}]}})
        self.assertEqual(set(count.input_schema["$defs"]), {"Branch"})
        assert count.output_schema is not None
        self.assertEqual(count.output_schema["$defs"], count.input_schema["$defs"])

    def test_functions_are_called_as_they_are(self) -> None:
        @tool
        def double(number: int) -> int:
            return number * 2

        self.assertEqual(double(4), 8)
        self.assertEqual(double.risk, "read")

    def test_functions_get_their_arguments_as_the_types_they_name(self) -> None:
        @tool
        def first(items: List[Item], ctx: Context) -> str:
            return items[0].name

        context: Any = object()
        arguments = first.arguments({"items": [{"name": "a"}]}, context)
        self.assertEqual(arguments, {"items": [Item("a")], "ctx": context})

    def test_functions_that_no_schema_describes_are_refused(self) -> None:
        def untyped(a):  # type: ignore[no-untyped-def]
            pass

        def rest(*names: str) -> None:
            pass

        def only_by_place(a: str, /) -> None:
            pass

        def asks_for_the_wrong_context(context: AsyncContext) -> None:
            pass

        async def asks_for_the_other(context: Context) -> None:
            pass

        for function in (untyped, rest, only_by_place, asks_for_the_wrong_context, asks_for_the_other):
            with self.subTest(function=function.__name__), self.assertRaises(TypeError):
                tool(function)

    def test_names_and_risks_are_those_that_a_toolset_may_have(self) -> None:
        for name in ("", "a b", "a.b", "ä", "a" * 62):
            with self.subTest(name=name), self.assertRaisesRegex(TypeError, "no name of a tool"):
                Tool(lambda: None, name, "read")
        wrong: Any = "harmless"
        with self.assertRaisesRegex(TypeError, "risk is one of"):
            Tool(lambda: None, "a", wrong)


class Everything(unittest.TestCase):
    def test_public_is_typed_and_the_two_contexts_offer_the_same(self) -> None:
        for name in orket.__all__:
            value = getattr(orket, name)
            for member in _functions_of(value) if inspect.isclass(value) else []:
                hints = typing.get_type_hints(member)
                with self.subTest(name=f"{name}.{member.__name__}"):
                    self.assertIn("return", hints)
                    self.assertEqual(set(inspect.signature(member).parameters) - set(hints) - {"self"}, set())
        for name in _public(Context):
            plain, other = getattr(Context, name), getattr(AsyncContext, name)
            if callable(plain):
                self.assertEqual(list(inspect.signature(plain).parameters), list(inspect.signature(other).parameters))
        self.assertEqual(_public(Context), _public(AsyncContext))


def _public(kind: type) -> List[str]:
    return [name for name in dir(kind) if not name.startswith("_")]


def _functions_of(kind: type) -> List[Callable[..., Any]]:
    return [member for name, member in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")]
