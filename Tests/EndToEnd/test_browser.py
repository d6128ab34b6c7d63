"""What a person sees who follows a link of a mail with a browser."""

import re

import pytest
from reference_cases import POSTS

BROWSER = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
}


def assert_page(answer, status):
    assert answer.status == status
    assert answer.header("Content-Type") == "text/html; charset=utf-8"
    assert answer.header("Cache-Control") == "no-store"
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert answer.header("Referrer-Policy") == "no-referrer"
    policy = answer.header("Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy and "unsafe-eval" not in policy
    assert "Accept" in answer.header("Vary")
    text = answer.text
    assert text.lower().startswith("<!doctype html>")
    assert re.search(r"<html[^>]* lang=", text)
    assert re.search(r"<title>[^<]+</title>", text)
    # Nothing comes from elsewhere.
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", text)
    return text


def test_a_verified_address_gets_a_page(accounts, client):
    account = accounts.inactive()
    token = accounts.verification_token(account)
    text = assert_page(client.get(f"verify-email/?token={token}", BROWSER), 200)
    assert token not in text
    assert accounts.login(account).status == 200


@pytest.mark.parametrize("query", ["", "?token=abc", "?token=%3Cscript%3Ealert(1)%3C/script%3E"])
def test_a_bad_verification_link_gets_a_page_too(client, query):
    text = assert_page(client.get(f"verify-email/{query}", BROWSER), 400)
    assert "<script>alert" not in text


def test_a_reset_link_opens_a_page_whose_form_sends_the_patch(accounts, client, account):
    uid, token = accounts.reset_link(account)
    text = assert_page(client.get(f"password-reset-confirm/{uid}/{token}/", BROWSER), 200)
    assert "<form" in text
    assert re.search(r"<input[^>]*type=[\"']?password", text)
    assert "new-password" in text
    assert "PATCH" in text
    # Looking at the page spends nothing.
    answer = client.patch(
        f"password-reset-confirm/{uid}/{token}/", {"password": "another horse battery"}
    )
    assert answer.status == 200


def test_the_page_does_not_tell_whether_the_link_is_good(accounts, client, account):
    uid, token = accounts.reset_link(account)
    good = client.get(f"password-reset-confirm/{uid}/{token}/", BROWSER)
    bad = client.get(f"password-reset-confirm/{uid}/wrong-token/", BROWSER)
    assert good.status == bad.status == 200


def test_a_link_of_scripts_runs_none(client):
    answer = client.get("password-reset-confirm/%3Cscript%3E/%22%3E%3Cscript%3Ealert(1)/", BROWSER)
    assert b"<script>alert" not in answer.content


@pytest.mark.parametrize(
    "accept",
    ["application/json", "*/*", None, "application/json, text/html;q=0.5", "text/html;q=0, */*"],
)
def test_any_other_get_of_a_reset_link_is_a_405(client, accept):
    headers = {} if accept is None else {"Accept": accept}
    answer = client.get("password-reset-confirm/MQ/x/", headers)
    assert answer.status == 405
    assert answer.header("Allow") == "PATCH, OPTIONS"
    assert answer.json == {"detail": 'Method "GET" not allowed.'}


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/json, text/html;q=0.9"])
def test_a_program_gets_json_for_a_verification(client, accept):
    answer = client.get("verify-email/?token=x", {"Accept": accept})
    assert (answer.status, answer.text) == (400, '{"detail":"Invalid or expired token."}')


@pytest.mark.parametrize("path", POSTS)
def test_the_other_routes_speak_json_to_browsers_too(client, path):
    answer = client.send(
        "POST", path, b"{}", {"Content-Type": "application/json", **BROWSER}
    )
    assert answer.status == 400
    assert answer.header("Content-Type") == "application/json"


def test_a_patch_of_a_browser_is_answered_in_json(accounts, client, account):
    uid, token = accounts.reset_link(account)
    answer = client.patch(
        f"password-reset-confirm/{uid}/{token}/", {"password": "short"}, {"Accept": "*/*"}
    )
    assert answer.header("Content-Type") == "application/json"
    assert list(answer.json) == ["password"]
