"""One nginx in front of all systems: a port for each, the same configuration for each kind."""

import os
import shutil
import socket
from pathlib import Path

from .programs import ROOT, BenchmarkError, Programs


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def fastcgi_location(listener: Path) -> str:
    """How the product's own configuration passes requests on, for whoever speaks FastCGI."""
    return f"include gatereeve/gatereeve-fastcgi.conf; fastcgi_pass unix:{listener};"


def proxy_location(name: str) -> str:
    """Kept connections, as servers of HTTP like it best."""
    return (f'proxy_http_version 1.1; proxy_set_header Connection ""; '
            f"proxy_set_header Host $host; proxy_pass http://{name};")


class Nginx:
    """Two workers, no access log, limits off, requests of one kind treated alike."""

    def __init__(self, programs: Programs, systems: list) -> None:
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
        if program is None:
            raise BenchmarkError("nginx is not installed")
        directory = programs.directory / "nginx"
        directory.mkdir()
        (directory / "gatereeve").symlink_to(ROOT / "nginx")
        (directory / "nginx.conf").write_text(self._configuration(directory, systems))
        self.process = programs.start(
            "nginx", [program, "-c", directory / "nginx.conf", "-e", "stderr"])
        programs.wait_until("nginx", self.process,
                            lambda: all(_listens(system.port) for system in systems))

    @staticmethod
    def _configuration(directory: Path, systems: list) -> str:
        # Workers of an nginx that root started would be another user, who cannot reach the sockets.
        user = "user root;" if os.geteuid() == 0 else ""
        paths = " ".join(f"{kind}_temp_path {directory}/{kind};"
                         for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        servers = "\n".join(
            f"{system.upstream}\nserver {{ listen 127.0.0.1:{system.port} backlog=1024; "
            f"location / {{ {system.location} }} }}" for system in systems)
        return (f"daemon off; worker_processes 2; {user} pid {directory}/pid;\n"
                f"events {{ worker_connections 4096; }}\n"
                f"http {{ access_log off; {paths} keepalive_requests 100000000;\n{servers}\n}}\n")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
