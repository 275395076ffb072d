"""What Sessions that are killed have done outside."""

import json
from http.client import HTTPConnection
from typing import Any, Dict

from orket import Context, tool


@tool
def send(port: int, id: str, context: Context) -> Dict[str, Any]:
    """Has it done."""
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/do", json.dumps({"key": context.key, "path": context.path, "id": id}))
    answer: Dict[str, Any] = json.loads(connection.getresponse().read())
    return answer
