#!/usr/bin/python3
"""Tries, from inside of a service's sandbox, what the service must not be able to do.

    probe.py MEMORY TASKS FILES [network] [priority]

The numbers are the limits of the unit: MiB of memory, threads, open files; the words are what it needs
besides. Prints a line for each attempt and ends with 1 when one of them succeeded that must not, or when
one failed that the service needs.
"""

import ctypes
import mmap
import os
import resource
import socket
import subprocess
import sys
import threading
import time

CLONE_NEWNS = 0x00020000
ADDR_NO_RANDOMIZE = 0x0040000
# The number of init_module(2), for which the C library has no function.
INIT_MODULE = {"x86_64": 175, "aarch64": 105}[os.uname().machine]


def write_file(path: str) -> None:
    with open(path, "w") as file:
        file.write("x")
    os.unlink(path)


def read_file(path: str) -> None:
    with open(path, "rb") as file:
        file.read(1)


def call(name: str, *arguments) -> None:
    """Calls a function of the C library that answers 0, or above, when it has done it."""
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)


def set_clock() -> None:
    time.clock_settime(time.CLOCK_REALTIME, time.time())


def make_set_user_id_file() -> None:
    with open("/tmp/probe", "w") as file:
        os.fchmod(file.fileno(), 0o4755)


def see_other_processes() -> None:
    if not os.path.exists("/proc/1"):
        raise OSError("only its own processes are visible")


def connect_to_database() -> None:
    with socket.socket(socket.AF_UNIX) as database:
        database.connect("/run/mysqld/mysqld.sock")


def yield_to_others() -> None:
    os.setpriority(os.PRIO_PROCESS, 0, 10)


def take_memory(mebibytes: int) -> None:
    child = os.fork()
    if child == 0:
        try:
            kept = [b"x" * 2**20 for _ in range(mebibytes)]
            os._exit(len(kept) != mebibytes)
        finally:
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status != 0:
        raise OSError(f"ended with {status}")


def start_threads(count: int) -> None:
    end, threads = threading.Event(), []
    try:
        for _ in range(count):
            threads.append(threading.Thread(target=end.wait))
            threads[-1].start()
    except RuntimeError as refusal:
        threads.pop()
        raise OSError(str(refusal)) from refusal
    finally:
        end.set()
        for thread in threads:
            thread.join()


def open_files(count: int) -> None:
    files = []
    try:
        for _ in range(count):
            files.append(os.open("/dev/null", os.O_RDONLY))
    finally:
        for file in files:
            os.close(file)


def allow_core() -> None:
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (1, 1))
    except ValueError as refusal:
        raise OSError(str(refusal)) from refusal


MEMORY, TASKS, FILES = (int(number) for number in sys.argv[1:4])
# A key of System V under which the machine has shared memory for everybody.
SHARED_MEMORY = 0x67617465
NETWORK = {
    "open an IPv4 socket": lambda: socket.socket(socket.AF_INET),
    "open an IPv6 socket": lambda: socket.socket(socket.AF_INET6),
}
PRIORITY = {"lower its priority": yield_to_others}

FORBIDDEN = {
    "open a netlink socket": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "write into /etc": lambda: write_file("/etc/gatereeve/probe"),
    "write into /var": lambda: write_file("/var/lib/probe"),
    "write into /run": lambda: write_file("/run/gatereeve/probe"),
    "write into /run/lock": lambda: write_file("/run/lock/probe"),
    "write into /dev/shm": lambda: write_file("/dev/shm/probe"),
    "write into /usr": lambda: write_file("/usr/share/gatereeve/probe"),
    "read the secrets of the installation":
        lambda: read_file("/etc/gatereeve/credentials/tokens.signing_secret"),
    "read /etc/shadow": lambda: read_file("/etc/shadow"),
    "run a shell": lambda: subprocess.run(["/bin/sh", "-c", "true"], check=True),
    "run a shell through the loader":
        lambda: subprocess.run(["/lib64/ld-linux-x86-64.so.2", "/bin/sh", "-c", "true"], check=True),
    "make memory writable and executable":
        lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC),
    "make a namespace": lambda: call("unshare", CLONE_NEWNS),
    "set the clock": set_clock,
    "change the host name": lambda: call("sethostname", b"probe", 5),
    "write into /proc/sys": lambda: write_file("/proc/sys/kernel/domainname"),
    "load a module into the kernel": lambda: call("syscall", INIT_MODULE, None, 0, b""),
    "read the log of the kernel": lambda: read_file("/dev/kmsg"),
    "make a control group": lambda: os.mkdir("/sys/fs/cgroup/probe"),
    "open a device": lambda: read_file("/dev/mem"),
    "run before all others": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
    "choose its processors": lambda: os.sched_setaffinity(0, {0}),
    "make a file that runs as its owner": make_set_user_id_file,
    "change its personality": lambda: call("personality", ADDR_NO_RANDOMIZE),
    "read the home of root": lambda: os.listdir("/root"),
    "see other processes": see_other_processes,
    "become root": lambda: os.setuid(0),
    "reach shared memory of others": lambda: call("shmget", SHARED_MEMORY, 0, 0),
    f"take {MEMORY + 64} MiB of memory": lambda: take_memory(MEMORY + 64),
    f"start {TASKS} more threads": lambda: start_threads(TASKS),
    f"open {FILES} more files": lambda: open_files(FILES),
    "allow itself a core": allow_core,
}

NEEDED = {
    "read its own secret":
        lambda: read_file(os.environ["CREDENTIALS_DIRECTORY"] + "/tokens.signing_secret"),
    "read the settings": lambda: read_file("/etc/gatereeve/gatereeve.yaml"),
    "reach the database": connect_to_database,
    "write into its own /tmp": lambda: write_file("/tmp/probe"),
    f"take {MEMORY // 2} MiB of memory": lambda: take_memory(MEMORY // 2),
}
for attempts, word in ((NETWORK, "network"), (PRIORITY, "priority")):
    (NEEDED if word in sys.argv else FORBIDDEN).update(attempts)


def succeeds(attempt) -> tuple[bool, str]:
    try:
        attempt()
    except (OSError, subprocess.SubprocessError) as refusal:
        return False, str(refusal)
    return True, ""


def main() -> None:
    faults = 0
    for wanted, attempts in ((False, FORBIDDEN), (True, NEEDED)):
        for name, attempt in attempts.items():
            happened, refusal = succeeds(attempt)
            faults += happened != wanted
            verdict = "as it should be" if happened == wanted else "WRONG"
            print(f"{verdict}: {'can' if happened else 'cannot'} {name} {refusal}".rstrip())
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
