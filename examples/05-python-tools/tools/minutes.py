"""Minutes of a meeting: what can be counted is counted here, what has to be understood is asked of a worker."""

import asyncio
import re
from dataclasses import dataclass
from typing import List

from orket import AsyncContext, tool


@dataclass
class Item:
    title: str
    text: str


@tool
def count(text: str) -> int:
    """Counts the words of a text."""
    return len(re.findall(r"\w+", text))


@tool
async def digest(minutes: str, context: AsyncContext) -> str:
    """Makes a digest of the minutes of a meeting."""
    items = items_of(minutes)
    summariser, *_ = await context.find(tags=["summary"])
    context.log(f"{summariser['name']} has {len(items)} items to summarise")
    asked = [{"task": "Summarise this item.", "input": {"title": item.title, "text": item.text}} for item in items]
    summaries = await asyncio.gather(*(context.call(summariser["name"], one) for one in asked))
    lines = [f"- **{item.title}**: {summary}" for item, summary in zip(items, summaries)]
    return "\n".join([f"# {len(items)} items, {count(minutes)} words", "", *lines])


def items_of(minutes: str) -> List[Item]:
    parts = re.split(r"^## (.+)$", minutes, flags=re.MULTILINE)[1:]
    return [Item(title.strip(), text.strip()) for title, text in zip(parts[::2], parts[1::2])]
