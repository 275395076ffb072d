import math
import unittest
from dataclasses import dataclass
from typing import Any, List, Tuple

from orket._values import to_json


@dataclass
class Result:
    title: str
    parts: Tuple[int, ...]


class Outputs(unittest.TestCase):
    def test_become_json(self) -> None:
        cases: List[Tuple[Any, Any]] = [
            (None, None),
            (True, True),
            ((1, 2), [1, 2]),
            ({"a": {"b": (None,)}}, {"a": {"b": [None]}}),
            (Result("ä", (1,)), {"title": "ä", "parts": [1]}),
            (2**53 - 1, 2**53 - 1),
        ]
        for value, expected in cases:
            with self.subTest(value=str(value)):
                self.assertEqual(to_json(value), expected)

    def test_that_two_readers_could_understand_differently_are_refused_with_their_place(self) -> None:
        cases: List[Tuple[Any, str]] = [
            (2**53, "integer beyond"),
            (math.nan, "not finite"),
            (math.inf, "not finite"),
            ("\ud800", "well-formed"),
            ({1: "a"}, "not a text"),
            ({"\ud800": 1}, "well-formed"),
            (b"bytes", "bytes is no JSON"),
            ({1, 2}, "set is no JSON"),
            (Result, "type is no JSON"),
        ]
        for value, message in cases:
            with self.subTest(value=repr(value)), self.assertRaisesRegex((TypeError, ValueError), message) as caught:
                to_json({"a": [value]})
            self.assertIn("the output.a[0]", str(caught.exception))
