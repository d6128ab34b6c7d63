"""A Galera cluster of MariaDB whose nodes can be killed, frozen and cut off from each other. Needs root.

Each node has a network of its own: a namespace that lives as long as a process in it, with one way to
the service and one to the switch between the nodes. A way that is down is cut without a word.
"""

import collections
import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from parts import wait_for

NODES = (1, 2, 3)
# A node that is not heard of for so long is put out by the others; Galera's own default is 5 s. It must
# say something more than three times meanwhile.
SUSPICION, KEEPALIVE = "PT1.5S", "PT0.4S"
# The transfer of a node's state to another does not work as root.
OWNER = "mysql"
PROVIDER = "/usr/lib/galera/libgalera_smm.so"


def run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class Network:
    """A network namespace, which ends with this process."""

    def __init__(self) -> None:
        self.holder = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", "unshare", "--net", "sleep", "infinity"])
        ours = os.readlink("/proc/self/ns/net")
        wait_for(lambda: os.readlink(f"/proc/{self.holder.pid}/ns/net") != ours, "a network")

    def within(self, *command: str) -> list[str]:
        """The command line that runs a command in this network."""
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", "--", *command]

    def ip(self, *arguments: str) -> None:
        run(*self.within("ip", *arguments))

    def end(self) -> None:
        self.holder.kill()
        self.holder.wait()


class Node:
    """One server of the cluster."""

    def __init__(self, number: int, directory: Path, switch: Network) -> None:
        self.number = number
        self.directory = directory
        self.switch = switch
        self.network = Network()
        # Where the service finds it.
        self.host = f"10.79.{number}.2"
        self.process: subprocess.Popen | None = None
        self.ending = contextlib.ExitStack()
        self.ending.callback(self.network.end)
        directory.joinpath("data").mkdir(parents=True)
        for path in (directory, directory / "data"):
            shutil.chown(path, OWNER, OWNER)
        directory.joinpath("my.cnf").write_text(self._configuration())

    def lay_ways(self) -> None:
        """To the service and to the switch."""
        holder = str(self.network.holder.pid)
        run("ip", "link", "add", self._device, "type", "veth", "peer", "name", "service", "netns",
            holder)
        # A connection that was not ended properly keeps a network, and so the device, for a while.
        self.ending.callback(run, "ip", "link", "del", self._device)
        run("ip", "address", "add", f"10.79.{self.number}.1/30", "dev", self._device)
        run("ip", "link", "set", self._device, "up")
        self.switch.ip(
            "link", "add", self._port, "type", "veth", "peer", "name", "nodes", "netns", holder)
        self.switch.ip("link", "set", self._port, "master", "switch", "up")
        self.network.ip("address", "add", f"{self.host}/30", "dev", "service")
        self.network.ip("address", "add", f"{address(self.number)}/24", "dev", "nodes")
        for device in ("lo", "service", "nodes"):
            self.network.ip("link", "set", device, "up")

    @property
    def _device(self) -> str:
        return f"gatereeve{self.number}"

    @property
    def _port(self) -> str:
        return f"node{self.number}"

    def _configuration(self) -> str:
        return f"""\
[mariadbd]
datadir = {self.directory}/data
socket = {self.socket}
pid-file = {self.directory}/pid
tmpdir = {self.directory}
bind-address = 0.0.0.0
skip-name-resolve
performance-schema = OFF
innodb-buffer-pool-size = 96M
innodb-log-file-size = 48M
binlog-format = ROW
innodb-autoinc-lock-mode = 2
wsrep-on = ON
wsrep-provider = {PROVIDER}
wsrep-cluster-name = gatereeve
wsrep-cluster-address = gcomm://{",".join(address(number) for number in NODES)}
wsrep-node-address = {address(self.number)}
wsrep-node-name = node{self.number}
wsrep-sst-method = rsync
wsrep-provider-options = gcache.size=64M;evs.suspect_timeout={SUSPICION};evs.keepalive_period={KEEPALIVE}
"""

    @property
    def socket(self) -> str:
        return f"{self.directory}/socket"

    def install(self) -> None:
        run("mariadb-install-db", "--no-defaults", f"--user={OWNER}", "--skip-test-db",
            f"--datadir={self.directory}/data", "--auth-root-authentication-method=socket")

    def start(self, *arguments: str) -> None:
        """As Debian's unit starts it: one that was killed is told what it had committed (`galera_recovery`).

        Otherwise no node knew after the death of all, and one that lacks the last writes could hand its state on.
        """
        if self.process:
            arguments += self._recovered_position()
        with open(self.directory / "log", "ab") as log:
            self.process = subprocess.Popen(
                self.network.within(*self._server(*arguments)),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    def _server(self, *arguments: str) -> list[str]:
        return ["setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--clear-groups",
                "--pdeathsig", "KILL", "--", "mariadbd",
                f"--defaults-file={self.directory}/my.cnf", *arguments]

    def _recovered_position(self) -> tuple[str, ...]:
        told = subprocess.run(
            self._server("--wsrep-recover"), stdin=subprocess.DEVNULL, capture_output=True, text=True,
            errors="replace", check=True, timeout=60).stderr
        position = re.findall(r"WSREP: Recovered position: *(\S+)", told)[-1]
        return (f"--wsrep-start-position={position}",)

    def wait_until_synced(self) -> None:
        def is_synced():
            assert self.process.poll() is None, (self.directory / "log").read_text()[-2000:]
            return self.state == "Synced"

        wait_for(is_synced, f"node {self.number} takes part")

    @property
    def state(self) -> str | None:
        """What the node says of its part in the cluster; None when it says nothing."""
        with contextlib.suppress(subprocess.SubprocessError, IndexError):
            return self.status("local_state_comment")
        return None

    def status(self, name: str) -> str:
        """What the server says of replication (`wsrep_…`)."""
        return self.sql(f"SHOW STATUS LIKE 'wsrep_{name}'")[0][1]

    def report(self) -> str:
        """What it says of the cluster, and the end of its log."""
        said = []
        for name in ("local_state_comment", "cluster_status", "cluster_size", "cluster_conf_id",
                     "incoming_addresses", "evs_state", "evs_delayed"):
            with contextlib.suppress(subprocess.SubprocessError, IndexError):
                said.append(f"{name} {self.status(name)}")
        log = (self.directory / "log").read_text(errors="replace").splitlines()
        return "\n".join([f"node {self.number}: " + ", ".join(said), *log[-60:]])

    @property
    def view(self) -> tuple[str, int] | None:
        """Of the cluster: which one it is, and how many nodes it has; None when the node says nothing."""
        with contextlib.suppress(subprocess.SubprocessError, IndexError):
            return self.status("cluster_conf_id"), int(self.status("cluster_size"))
        return None

    def sql(self, text: str, database: str = "") -> list[list[str]]:
        """Rows of a query, asked as the owner of the server."""
        done = subprocess.run(
            ["mariadb", "--no-defaults", f"--socket={self.socket}", "--connect-timeout=2",
             "--batch", "--skip-column-names", *([database] if database else [])],
            input=text, capture_output=True, text=True, check=True, timeout=20)
        return [line.split("\t") for line in done.stdout.splitlines()]

    # --- Faults --------------------------------------------------------------------------------

    def kill(self) -> None:
        """The server, and what it started to copy the state of another."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def cut_off(self) -> None:
        """From the other nodes; the service still reaches it."""
        self.switch.ip("link", "set", self._port, "down")

    def join(self) -> None:
        self.switch.ip("link", "set", self._port, "up")

    def end(self) -> None:
        if self.process and self.process.poll() is None:
            self.kill()
        self.ending.close()


def address(number: int) -> str:
    """Where the other nodes find a node."""
    return f"10.79.100.{number}"


class Cluster:
    """Three nodes; all of them take part in the `with` block."""

    def __enter__(self) -> "Cluster":
        assert os.geteuid() == 0, "networks of their own are root's to make"
        with contextlib.ExitStack() as ending:
            # The directory of the tests is closed to everybody but root.
            directory = Path(ending.enter_context(
                tempfile.TemporaryDirectory(prefix="gatereeve-cluster-", dir="/var/tmp")))
            directory.chmod(0o711)
            switch = Network()
            ending.callback(switch.end)
            switch.ip("link", "add", "switch", "type", "bridge")
            switch.ip("link", "set", "switch", "up")
            self.nodes: list[Node] = []
            for number in NODES:
                self.nodes.append(Node(number, directory / str(number), switch))
                ending.callback(self.nodes[-1].end)
                self.nodes[-1].lay_ways()
            first, *others = self.nodes
            first.install()
            first.start("--wsrep-new-cluster")
            first.wait_until_synced()
            for node in others:
                node.start()
                node.wait_until_synced()
            self.ending = ending.pop_all()
        return self

    def __exit__(self, *_) -> None:
        self.ending.close()

    def wait_until_whole(self) -> int:
        """Waits until all nodes see each other; gives how many had to be started anew.

        Now and then a node takes part after a fault, alone or with one other, and does not find the rest: whoever
        runs the cluster has to start it anew.
        """
        restarts = 0
        while True:
            for node in self.nodes:
                node.wait_until_synced()
            try:
                wait_for(
                    lambda: all((node.view or ("", 0))[1] == 3 for node in self.nodes),
                    "all nodes see each other", 60 if restarts == len(NODES) else 30)
                return restarts
            except AssertionError:
                # Shown when the test fails.
                for node in self.nodes:
                    print(node.report())
                if restarts == len(NODES):
                    raise
            lonely = self._lonely_node()
            lonely.kill()
            lonely.start()
            restarts += 1

    def _lonely_node(self) -> Node:
        """The one that sees what no other does, which may be all three: one that was frozen may not know better.

        Another one must not be stopped: with it the majority would go.
        """
        views = {node: node.view for node in self.nodes}
        shared = collections.Counter(views.values())

        def company(node: Node) -> tuple[int, int]:
            view = views[node]
            return (shared[view], view[1]) if view else (0, 0)

        return min(self.nodes, key=company)
