"""What runs during a benchmark: child processes that end with it, and programs compiled for it."""

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "Benchmarks"
COMPILED = ROOT / ".build" / "benchmarks"
PRODUCT = ROOT / ".build" / "release" / "gatereeve"
PEERS = ROOT / ".bench" / "peers" / "bin"


class BenchmarkError(Exception):
    """Why the benchmark cannot go on, for the one who started it."""


def _end_with_parent() -> None:
    """PR_SET_PDEATHSIG: whatever ends the benchmark ends its children."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Programs:
    """Starts programs, and stops them in reverse order when its block ends."""

    def __init__(self) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="gatereeve-bench-")
        self.directory = Path(self._temporary.name)
        # The database may run as another user and has to reach its own part.
        self.directory.chmod(0o755)
        self._running: list[subprocess.Popen] = []

    def __enter__(self) -> "Programs":
        # SIGTERM would end this program and leave the directory.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        return self

    def __exit__(self, *_) -> None:
        for process in reversed(self._running[:]):
            self.stop(process)
        self._temporary.cleanup()

    def start(self, name: str, command: list, environment: dict[str, str] | None = None,
              cwd: Path | None = None) -> subprocess.Popen:
        """Starts a program whose output goes to a log of its name."""
        with open(self.directory / f"{name}.log", "ab") as log:
            process = subprocess.Popen(
                [str(part) for part in command], cwd=cwd, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, env={**os.environ, **(environment or {})},
                preexec_fn=_end_with_parent)
        self._running.append(process)
        return process

    def stop(self, process: subprocess.Popen) -> None:
        """Asks a program to leave; after 20 seconds it is killed."""
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process in self._running:
            self._running.remove(process)

    def wait_until(self, name: str, process: subprocess.Popen, is_ready, interval: float = 0.02,
                   patience: float = 60) -> None:
        """Waits for a condition while the program lives."""
        deadline = time.monotonic() + patience
        while not is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                log = (self.directory / f"{name}.log").read_text(errors="replace")
                raise BenchmarkError(f"{name} did not start:\n{log[-2000:]}")
            time.sleep(interval)


def compile_c(name: str, sources: list[str], libraries: list[str], *flags: str) -> Path:
    """Compiles one of the benchmark's own C programs, unless it is newer than its sources."""
    result = COMPILED / name
    directory = SOURCES / sources[0].split("/")[0]
    newest = max(file.stat().st_mtime for file in directory.iterdir())
    if result.exists() and result.stat().st_mtime > newest:
        return result
    COMPILED.mkdir(parents=True, exist_ok=True)
    include = subprocess.run(["pkg-config", "--cflags", "--libs", "libmariadb"], check=True,
                             capture_output=True, text=True).stdout.split()
    command = ["cc", "-O2", "-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", *flags,
               *(str(SOURCES / source) for source in sources), "-o", str(result), *include,
               *(f"-l{library}" for library in libraries)]
    subprocess.run(command, check=True)
    return result


def compile_load() -> Path:
    files = ("main", "stream", "client", "answer", "report")
    return compile_c("load", [f"load/{file}.c" for file in files], ["m"])


def compile_floor() -> Path:
    files = ("main", "endpoints", "store", "token")
    return compile_c("floor", [f"floor/{file}.c" for file in files],
                     ["fcgi", "crypto", "sodium", "pthread"])


def compile_no_hash() -> Path:
    return compile_c("no-hash.so", ["floor/no-hash.c"], [], "-shared", "-fPIC", "-fno-builtin")
