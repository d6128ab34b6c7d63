"""Tokens that nobody should have signed, and some that are odd but right.

Made by hand rather than by a library, which would refuse to make most of them.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
import uuid

DIGESTS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
HEADER = {"alg": "HS256", "typ": "JWT"}


def encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def compact(value) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()


def sign(claims, key: str, header=None, digest: str = "HS256") -> str:
    """A token of exactly these claims (a dictionary, or the bytes of the JSON)."""
    signed = f"{encode(compact(header or HEADER))}.{encode(compact(claims))}"
    signature = hmac.new(key.encode(), signed.encode(), DIGESTS[digest]).digest()
    return f"{signed}.{encode(signature)}"


def claims(user_id, token_type: str = "refresh", **changes) -> dict:
    """The claims of a good token; a change to None leaves the claim out."""
    now = int(time.time())
    good = {
        "token_type": token_type,
        "exp": now + 3600,
        "iat": now,
        "jti": secrets.token_hex(16),
        "user_id": user_id,
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def forged(name: str, user_id: str, key: str) -> str:
    """The token of this name, made anew for a user."""
    return TOKENS[name](user_id, key)


def _changed(**changes):
    return lambda user_id, key: sign(claims(user_id, **changes), key)


def _shifted(**seconds):
    def make(user_id, key):
        now = int(time.time())
        return sign(claims(user_id, **{name: now + s for name, s in seconds.items()}), key)

    return make


def _headed(digest="HS256", **changes):
    def make(user_id, key):
        header = {name: v for name, v in {**HEADER, **changes}.items() if v is not None}
        return sign(claims(user_id), key, header, digest)

    return make


def _edited(edit):
    return lambda user_id, key: edit(sign(claims(user_id), key))


def _raw(edit):
    """A rightly signed token over JSON text that a dictionary cannot express."""
    return lambda user_id, key: sign(edit(compact(claims(user_id)).decode()).encode(), key)


def _unsigned(alg):
    def make(user_id, key):
        return f"{encode(compact({'alg': alg, 'typ': 'JWT'}))}.{encode(compact(claims(user_id)))}."

    return make


def _other_last_character(token: str) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]


TOKENS = {
    "good": _changed(),
    "number user id": lambda user_id, key: sign(claims(int(user_id)), key),
    "no user id": lambda user_id, key: sign(claims(None), key),
    "unknown user": lambda user_id, key: sign(claims("999999999"), key),
    "user id text": lambda user_id, key: sign(claims("abc"), key),
    "user id float": lambda user_id, key: sign(claims(1.5), key),
    "user id list": lambda user_id, key: sign(claims([1]), key),
    "user id true": lambda user_id, key: sign(claims(True), key),
    "user id negative": lambda user_id, key: sign(claims("-1"), key),
    "user id huge": lambda user_id, key: sign(claims("9" * 40), key),
    "user id blank": lambda user_id, key: sign(claims(""), key),
    "expired": _shifted(exp=-10),
    "expires now": _shifted(exp=0),
    "issued in future": _shifted(iat=3600),
    "not before future": _shifted(nbf=3600),
    "not before past": _shifted(nbf=-3600),
    "not before text": _changed(nbf="x"),
    "access": _changed(token_type="access"),
    "access unknown user": lambda user_id, key: sign(claims("999999999", "access"), key),
    "access no user": lambda user_id, key: sign(claims(None, "access"), key),
    "access user text": lambda user_id, key: sign(claims("abc", "access"), key),
    "verification no user": lambda user_id, key: sign(claims(None, "email_verification"), key),
    "verification unknown user": lambda user_id, key: sign(
        claims("999999999", "email_verification"), key
    ),
    "verification expired": lambda user_id, key: sign(
        claims(user_id, "email_verification", exp=int(time.time()) - 10), key
    ),
    "sliding": _changed(token_type="sliding"),
    "type in other case": _changed(token_type="Refresh"),
    "type number": _changed(token_type=1),
    "no type": lambda user_id, key: sign(claims(user_id, token_type=None), key),
    "no exp": _changed(exp=None),
    "exp text": _changed(exp="tomorrow"),
    "exp numeric text": lambda user_id, key: sign(
        claims(user_id, exp=str(int(time.time()) + 3600)), key
    ),
    "exp float": lambda user_id, key: sign(claims(user_id, exp=time.time() + 3600.5), key),
    "exp huge": _raw(lambda text: text.replace('"exp":', '"exp":1e400,"was":')),
    "exp true": _changed(exp=True),
    "exp negative": _changed(exp=-5),
    "no iat": _changed(iat=None),
    "iat text": _changed(iat="x"),
    "iat float": lambda user_id, key: sign(claims(user_id, iat=time.time() - 0.5), key),
    "no jti": _changed(jti=None),
    "jti number": _changed(jti=5),
    "jti of 200 characters": lambda user_id, key: sign(
        claims(user_id, jti=secrets.token_hex(100)), key
    ),
    "jti of 300 characters": lambda user_id, key: sign(
        claims(user_id, jti=secrets.token_hex(150)), key
    ),
    "jti with hyphens": lambda user_id, key: sign(claims(user_id, jti=str(uuid.uuid4())), key),
    "jti not ASCII": lambda user_id, key: sign(
        claims(user_id, jti="é" + secrets.token_hex(8)), key
    ),
    "jti null": _raw(lambda text: text.replace('"jti":"', '"jti":null,"was":"')),
    "sub number": _changed(sub=5),
    "sub text": _changed(sub="somebody"),
    "audience": _changed(aud="somebody else"),
    "issuer": _changed(iss="somebody else"),
    "extra claim": _changed(role="admin"),
    "other key": lambda user_id, key: sign(claims(user_id), key + "x"),
    "empty key": lambda user_id, key: sign(claims(user_id), ""),
    "alg none": _unsigned("none"),
    "alg None": _unsigned("None"),
    "alg nOnE": _unsigned("nOnE"),
    "alg none signed": _headed(alg="none"),
    "alg missing": _headed(alg=None),
    "alg number": _headed(alg=256),
    "alg lower case": _headed(alg="hs256"),
    "alg HS384": _headed(digest="HS384", alg="HS384"),
    "alg HS512": _headed(digest="HS512", alg="HS512"),
    "alg HS512 named HS256": _headed(digest="HS512"),
    "alg RS256": _headed(alg="RS256"),
    "typ missing": _headed(typ=None),
    "typ other": _headed(typ="at+jwt"),
    "kid": _headed(kid="../../dev/null"),
    "kid number": _headed(kid=1),
    "jwk": _headed(jwk={"kty": "oct", "k": "AA"}),
    "crit": _headed(crit=["exp"]),
    "crit unknown": _headed(crit=["x"]),
    "b64 false": _headed(b64=False),
    "zip": _headed(zip="DEF"),
    "header list": lambda user_id, key: sign(claims(user_id), key, b"[]"),
    "header not JSON": lambda user_id, key: sign(claims(user_id), key, b"{"),
    "header duplicate alg": lambda user_id, key: sign(
        claims(user_id), key, b'{"alg":"none","alg":"HS256","typ":"JWT"}'
    ),
    "claims list": lambda user_id, key: sign(b"[]", key),
    "claims text": lambda user_id, key: sign(b'"x"', key),
    "claims null": lambda user_id, key: sign(b"null", key),
    "claims empty": lambda user_id, key: sign(b"", key),
    "claims not JSON": lambda user_id, key: sign(b"{", key),
    "claims invalid UTF-8": lambda user_id, key: sign(b'{"a":"\xff"}', key),
    "claims with BOM": _raw(lambda text: "\ufeff" + text),
    "claims with blanks": _raw(lambda text: " \n" + text.replace(",", " ,\t") + " "),
    "claims duplicate type": _raw(lambda text: '{"token_type":"access",' + text[1:]),
    "claims duplicate exp": _raw(lambda text: text[:-1] + ',"exp":1}'),
    "claims NaN": _raw(lambda text: text[:-1] + ',"x":NaN}'),
    "claims deep": _raw(lambda text: text[:-1] + ',"x":' + "[" * 200 + "]" * 200 + "}"),
    "claims very deep": _raw(lambda text: text[:-1] + ',"x":' + "[" * 5000 + "]" * 5000 + "}"),
    "signature empty": _edited(lambda token: token.rpartition(".")[0] + "."),
    "signature missing": _edited(lambda token: token.rpartition(".")[0]),
    "signature cut": _edited(lambda token: token[:-4]),
    "signature extended": _edited(lambda token: token + "AAAA"),
    "signature padded": _edited(lambda token: token + "="),
    "signature padded twice": _edited(lambda token: token + "=="),
    "signature other last bits": _edited(_other_last_character),
    "signature line feed": _edited(lambda token: token + "\n"),
    "signature inner blank": _edited(lambda token: token[:-3] + " " + token[-3:]),
    "signature invalid character": _edited(lambda token: token[:-3] + "!" + token[-3:]),
    "outer blanks": _edited(lambda token: f"  {token} "),
    "four parts": _edited(lambda token: token + ".AAAA"),
    "five parts": _edited(lambda token: token + ".AAAA.AAAA"),
    "two tokens": _edited(lambda token: f"{token} {token}"),
    "upper case": _edited(str.upper),
    "bearer in front": _edited(lambda token: "Bearer " + token),
    "standard base64 alphabet": lambda user_id, key: (
        sign(claims(user_id, note="???>>>"), key).replace("-", "+").replace("_", "/")
    ),
    "only dots": lambda user_id, key: "..",
    "one dot": lambda user_id, key: ".",
    "not a token": lambda user_id, key: "abc",
    "not ASCII": lambda user_id, key: "é.é.é",
    "huge": lambda user_id, key: "A" * 30000 + "." + "A" * 10 + ".A",
}
