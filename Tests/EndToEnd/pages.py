"""The code blocks of a page of documentation, to be run and compared as they stand."""

import re
from dataclasses import dataclass
from pathlib import Path

from product import ROOT


@dataclass(frozen=True)
class Block:
    language: str
    text: str
    #: The comment `<!-- name: … -->` on the line before, or nothing.
    name: str = ""


def blocks(page: str, heading: str) -> list[Block]:
    """The fenced blocks below a heading of the second level, in order."""
    text = (ROOT / page).read_text()
    sections = re.split(r"^## ", text, flags=re.MULTILINE)
    section = next(part for part in sections if part.startswith(heading + "\n"))
    pattern = r"(?:^<!-- name: ([\w-]+) -->\n)?^```(\w*)\n(.*?)^```$"
    found = re.findall(pattern, section, flags=re.MULTILINE | re.DOTALL)
    assert found, f"{page} has no code below {heading}"
    return [Block(language, text, name) for name, language, text in found]


def named(page: str, heading: str) -> dict[str, Block]:
    """The blocks that have a name."""
    return {block.name: block for block in blocks(page, heading) if block.name}


def matches(documented: str, actual: str) -> bool:
    """Whether an output is the documented one; `…` stands for something on its line."""
    pattern = re.escape(documented.strip()).replace("…", r"[^\n]+")
    return re.fullmatch(pattern, actual.strip()) is not None


def documents() -> list[Path]:
    """Every page of the repository."""
    hidden = {
        ".bench", ".build", ".build-address", ".build-fuzz", ".build-thread", ".run", ".git", "dist"}
    return sorted(
        path for path in ROOT.rglob("*.md") if not hidden & set(path.relative_to(ROOT).parts)
    )
