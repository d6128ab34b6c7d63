"""The memory of a process, searched for texts."""

import re
from collections.abc import Iterable


def writable_memory(pid: int) -> Iterable[tuple[str, bytes]]:
    """Every mapping that the process can write to: its name and its content."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps.read().splitlines():
            span, rights, *rest = line.split(maxsplit=5)
            if not re.match("rw", rights):
                continue
            start, end = (int(part, 16) for part in span.split("-"))
            name = rest[3] if len(rest) > 3 else "anonymous"
            try:
                memory.seek(start)
                yield name, b"".join(pieces(memory, end - start))
            except OSError:
                # Given back since the list was read; what was in it is gone.
                continue


def pieces(memory, length: int) -> Iterable[bytes]:
    while length > 0 and (piece := memory.read(min(length, 1 << 24))):
        length -= len(piece)
        yield piece


def found_in(pid: int, texts: Iterable[str]) -> list[str]:
    """Which of the texts are in the memory, each with the mapping, as often as it is there."""
    wanted = [(text, text.encode()) for text in texts]
    return sorted(
        f"{text} in {name}"
        for name, content in writable_memory(pid)
        for text, spelt in wanted
        for _ in range(content.count(spelt))
    )
