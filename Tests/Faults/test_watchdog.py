"""A worker hangs: the instance tells systemd's watchdog no more that it moves."""

import ctypes
import os
import signal
import socket
import threading
import time
from pathlib import Path

import pytest
from parts import wait_for

# ptrace(2): holds one thread, where SIGSTOP would hold them all.
SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17
WAIT_FOR_THREADS = 0x40000000
# Seconds: see WorkerActivity.workingLimit.
STUCK_AFTER = 30


class Watchdog:
    """What systemd would hear."""

    def __init__(self, path: Path) -> None:
        self.heard = time.monotonic()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while message := self.socket.recv(4096):
            if b"WATCHDOG=1" in message:
                self.heard = time.monotonic()

    @property
    def silence(self) -> float:
        """For how long it has heard nothing, in seconds."""
        return time.monotonic() - self.heard


def trace(request: int, thread: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    library.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    if library.ptrace(request, thread, None, None) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")


def waiting_workers(pid: int) -> list[int]:
    """The workers that wait for an answer of the database."""
    return [
        int(task.name) for task in Path(f"/proc/{pid}/task").iterdir()
        if (task / "comm").read_text().startswith("worker-")
        and "poll" in (task / "wchan").read_text()]


@pytest.mark.slow
def test_a_worker_that_hangs_silences_the_watchdog_until_it_goes_on(rig, accounts, tmp_path):
    """Needs root, to hold a thread of another process."""
    token = accounts.tokens(accounts.active())["refresh"]
    watchdog = Watchdog(tmp_path / "notify")
    rig.restart_responder(NOTIFY_SOCKET=str(tmp_path / "notify"))
    wait_for(lambda: watchdog.silence < 0.5, "a sign of life")
    request = threading.Thread(
        target=lambda: rig.client.post("login/refresh/", {"refresh": token}), daemon=True)
    held = None
    try:
        rig.database.freeze()
        request.start()
        begun = time.monotonic()
        wait_for(lambda: waiting_workers(rig.responder.pid), "a worker at work")
        worker = waiting_workers(rig.responder.pid)[0]
        trace(SEIZE, worker)
        trace(INTERRUPT, worker)
        os.waitpid(worker, WAIT_FOR_THREADS)
        held = worker
        rig.database.thaw()
        # The others answer; only the watchdog knows.
        wait_for(lambda: rig.is_ready, "the other workers")
        wait_for(lambda: watchdog.silence > 2, "silence", 2 * STUCK_AFTER)
        assert STUCK_AFTER - 2 < watchdog.heard - begun < STUCK_AFTER + 2
        trace(DETACH, held)
        held = None
        wait_for(lambda: watchdog.silence < 0.5, "a sign of life after it goes on")
    finally:
        rig.database.thaw()
        if held:
            os.kill(rig.responder.pid, signal.SIGKILL)
        rig.restart_responder()
