"""Counts the instructions of requests by callgrind, a tool of valgrind.

A count does not depend on how fast or how busy the machine is. What the kernel does is not in it.
"""

import os
import re
import subprocess
import time
from collections import Counter
from pathlib import Path

import fastcgi

# Libraries choose code by what the processor can do. With these settings they take that for any
# x86-64, so that a count is the same on every machine.
PLAIN_PROCESSOR = {
    "OPENSSL_ia32cap": "0x0:0x0",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX,-AVX2,-AVX512F,-AVX512VL,-AVX512BW,-BMI2,-ERMS,-FSRM,"
    "-SSSE3,-SSE4_1,-SSE4_2,-MOVBE,-Fast_Unaligned_Copy,-AVX_Fast_Unaligned_Load",
    "SWIFT_DETERMINISTIC_HASHING": "1",
}
# Valgrind is some 50 times slower.
PATIENCE = 120.0


class CountedResponder:
    """A responder whose instructions are counted; it has one worker, so that none wakes in vain."""

    def __init__(self, command: list[str], environment: dict[str, str], directory: Path,
                 listener: str):
        self.directory = directory
        self.listener = listener
        self.dumps = 0
        self.process = subprocess.Popen(
            ["valgrind", "--quiet", "--tool=callgrind", f"--log-file={directory}/valgrind.log",
             f"--callgrind-out-file={directory}/callgrind.out", *command],
            env=environment | PLAIN_PROCESSOR, stderr=subprocess.DEVNULL)

    def ask(self, question: bytes) -> bytes:
        """The answer; waits until the responder listens."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return fastcgi.ask(self.listener, question)
            except (FileNotFoundError, ConnectionRefusedError):
                assert self.process.poll() is None, "the responder did not start"
                assert time.monotonic() < deadline, "the responder does not listen"
                time.sleep(0.05)

    def _control(self, option: str) -> None:
        subprocess.run(
            ["callgrind_control", option, str(self.process.pid)], check=True,
            capture_output=True, timeout=PATIENCE)

    def count(self, question: bytes, times: int) -> Counter:
        """The instructions of one request by the file that they lie in, as a mean of some."""
        self._control("--zero")
        for _ in range(times):
            self.ask(question)
        self._control("--dump")
        self.dumps += 1
        counts = by_file(self.directory / f"callgrind.out.{self.dumps}")
        return Counter({name: count / times for name, count in counts.items()})

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)


def by_file(dump: Path) -> Counter:
    """Instructions by the program or library that they lie in, from a file of callgrind."""
    names: dict[str, str] = {}
    counts: Counter = Counter()
    current = "?"
    is_call = False
    with open(dump, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if match := re.match(r"ob=\((\d+)\)(?: (.*))?", line):
                number, name = match.groups()
                if name:
                    names[number] = os.path.basename(name)
                current = names[number]
            elif match := re.match(r"cob=\((\d+)\) (.*)", line):
                names[match[1]] = os.path.basename(match[2])
            elif line.startswith("calls="):
                is_call = True
            elif re.match(r"[+\-*\d]", line):
                # The line after a call has the cost of what was called, which stands there as well.
                if not is_call:
                    counts[current] += int(line.split()[1])
                is_call = False
    return counts
