#!/usr/bin/python3
"""A path over TCP to a MariaDB on a unix socket: it can be slow and lossy, dribble, and frozen it is cut.

Frozen (SIGSTOP), it takes and passes on nothing and closes nothing: the other side sees what it sees
of a cable that was pulled. A handshake of TCP that does not fit into the short queue is not answered.

After SIGUSR1 the server's answers come byte by byte, after SIGUSR2 as they should.
"""

import argparse
import asyncio
import pathlib
import random
import signal

# What TCP waits before it sends a segment again, in seconds; doubled each time.
RETRANSMISSION = 0.2
# How long each byte takes of answers that dribble, in seconds: an answer lasts longer than anybody waits.
DRIBBLE = 0.3


class Path:
    def __init__(self, upstream: str, latency: float, loss: float) -> None:
        self.upstream = upstream
        self.latency = latency
        self.loss = loss
        self.dribbles = False

    def delay(self) -> float:
        """How long one segment takes, in seconds."""
        total, wait = self.latency, RETRANSMISSION
        while random.random() < self.loss:
            total += wait
            wait *= 2
        return total

    async def connect(self, reader, writer) -> None:
        upstream_reader, upstream_writer = await asyncio.open_unix_connection(self.upstream)
        await asyncio.gather(
            self.pass_on(reader, upstream_writer),
            self.pass_on(upstream_reader, writer, may_dribble=True))

    async def pass_on(self, reader, writer, may_dribble=False) -> None:
        try:
            while piece := await reader.read(65536):
                if delay := self.delay():
                    await asyncio.sleep(delay)
                while may_dribble and self.dribbles and len(piece) > 1:
                    writer.write(piece[:1])
                    piece = piece[1:]
                    await asyncio.sleep(DRIBBLE)
                writer.write(piece)
                await writer.drain()
        except OSError:
            pass
        writer.close()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port-file", type=pathlib.Path, required=True)
    parser.add_argument("--upstream", required=True, help="the unix socket of MariaDB")
    parser.add_argument("--latency", type=float, default=0, metavar="SECONDS", help="each way")
    parser.add_argument("--loss", type=float, default=0, metavar="SHARE", help="0 to 1")
    arguments = parser.parse_args()
    path = Path(arguments.upstream, arguments.latency, arguments.loss)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, setattr, path, "dribbles", True)
    loop.add_signal_handler(signal.SIGUSR2, setattr, path, "dribbles", False)
    server = await asyncio.start_server(path.connect, "127.0.0.1", 0, backlog=1)
    hidden = arguments.port_file.with_suffix(".part")
    hidden.write_text(str(server.sockets[0].getsockname()[1]))
    hidden.rename(arguments.port_file)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
