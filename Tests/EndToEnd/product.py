"""Starts the whole product by scripts/run, as `make run` does, and stops it."""

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The first start may build the program.
PATIENCE = 900.0


@dataclass
class Product:
    base_url: str
    mail_directory: Path
    signing_secret: str
    run_dir: Path | None = None
    process: subprocess.Popen | None = None

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)

    def pid(self, name: str) -> int:
        return int((self.run_dir / "pids" / f"{name}.pid").read_text())

    def log(self, name: str) -> str:
        return (self.run_dir / "logs" / f"{name}.log").read_text(errors="replace")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start(run_dir: Path, secret: str, **environment: str) -> Product:
    """Runs scripts/run with a free port; waits for its ready line."""
    port = environment.pop("PORT", None) or free_port()
    output = run_dir.with_name(run_dir.name + ".output")
    with open(output, "wb") as file:
        process = subprocess.Popen(
            [ROOT / "scripts" / "run"],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env={
                **os.environ,
                "PORT": str(port),
                "RUN_DIR": str(run_dir),
                "SIGNING_SECRET": secret,
                **environment,
            },
        )
    product = Product(
        f"http://127.0.0.1:{port}", run_dir / "mail", secret, run_dir, process
    )
    deadline = time.monotonic() + PATIENCE
    while f"ready: {product.base_url}\n" not in (text := output.read_text()):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise RuntimeError(f"scripts/run did not become ready:\n{text}")
        time.sleep(0.05)
    return product
