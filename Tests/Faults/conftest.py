"""One product for each file of tests, and the table of figures at the end."""

import os
import secrets
import socket

import pytest
from accounts import Accounts
from figures import Figures
from load import Load
from parts import Rig, wait_for
from secrecy import test_no_secret_is_written_down
from secret_search import summary
from slack import SLACK

all_figures = Figures()


@pytest.fixture(scope="session")
def figures():
    return all_figures


def pytest_terminal_summary(terminalreporter):
    if all_figures.rows:
        terminalreporter.section(f"figures, judged with {SLACK:.0f} times the goals")
        for line in all_figures.table():
            terminalreporter.write_line(line)
    for line in summary():
        terminalreporter.write_line(line)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Every module whose tests have a rig ends with a search, whichever tests were chosen."""
    with_a_rig = {item.getparent(pytest.Module): item for item in items if "rig" in item.fixturenames}
    for module, last in with_a_rig.items():
        items.insert(items.index(last) + 1, pytest.Function.from_parent(
            module, name=test_no_secret_is_written_down.__name__,
            callobj=test_no_secret_is_written_down))


@pytest.fixture(scope="module")
def rig(tmp_path_factory):
    started = Rig(tmp_path_factory.mktemp("rig") / "run", secrets.token_hex(32))
    yield started
    started.stop()


@pytest.fixture
def pair(rig):
    """Two instances on one listening socket that outlives both, as systemd holds it."""
    first, second = rig.responder, rig.add_twin("responder", "responder-2")
    first.end()
    os.unlink(rig.socket_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(rig.socket_path)
        listener.listen(4096)
        for instance in (first, second):
            instance.start(stdin=listener)
        wait_for(lambda: rig.is_ready, "two instances")
        yield first, second, listener
    rig.remove("responder-2")
    first.end()
    os.unlink(rig.socket_path)
    first.start()
    wait_for(lambda: rig.is_ready, "the responder")


@pytest.fixture
def start_rig():
    """Starts another product, for a test that needs one in a place of its own."""
    started = []

    def start(run_dir):
        started.append(Rig(run_dir, secrets.token_hex(32)))
        return started[-1]

    yield start
    for one in started:
        if one.product.process.poll() is None:
            one.stop()


@pytest.fixture
def load_on():
    """Clients of a product that the test started."""
    return lambda rig: Load(rig, Accounts(rig.client, rig.mailbox).active())


@pytest.fixture(scope="module")
def accounts(rig):
    return Accounts(rig.client, rig.mailbox)


@pytest.fixture(scope="module")
def account(accounts):
    """An active account that nothing happens to."""
    return accounts.active()


@pytest.fixture
def load(rig, account):
    return Load(rig, account)
