"""Who asks a product and reads its mail: fixtures on top of a fixture `product`."""

import pytest
from accounts import Accounts
from client import Client
from mailboxes import Mailbox


@pytest.fixture(scope="session")
def client(product):
    return Client(product.base_url)


@pytest.fixture(scope="session")
def mailbox(product):
    return Mailbox(product.mail_directory)


@pytest.fixture(scope="session")
def accounts(client, mailbox):
    return Accounts(client, mailbox)
