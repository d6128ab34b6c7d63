"""The requests whose answers are measured on the replaced system and expected of this one.

A case is a request as plain data. Its texts may hold placeholders, filled in for each run:

    ${user} ${email} ${password}     an active account     ${inactive}   the name of one that is not
    ${unique}                        a word that no account of this run holds yet
    ${uid}                           uidb64 of the active account
    ${token:NAME}                    a token of forgery.py, made for the active account

A body is a text; a list of [text, times] for long ones; or {"base64": …} where it is not UTF-8.
"""

import base64
import json

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MULTIPART = {"Content-Type": "multipart/form-data; boundary=B"}

POSTS = {
    "register/": ("username", "email", "password"),
    "login/": ("username", "password"),
    "login/refresh/": ("refresh",),
    "logout/": ("refresh",),
    "password-reset/": ("email",),
}
CONFIRM = "password-reset-confirm/${uid}/d8ary8-648ff2bf8bc1f896d013f9c2996b6e6b/"
VERIFY = "verify-email/?token=x"
ROUTES = {
    **{path: "POST" for path in POSTS},
    VERIFY: "GET",
    CONFIRM: "PATCH",
}

GOOD = {
    "username": "fresh${unique}",
    "email": "fresh${unique}@example.test",
    "password": "correct horse battery",
    "refresh": "${token:good}",
}


def case(name, method, path, body=None, headers=None):
    if isinstance(body, bytes):
        try:
            body = body.decode()
        except UnicodeDecodeError:
            body = {"base64": base64.b64encode(body).decode()}
    return {
        "name": name,
        "method": method,
        "path": path,
        "headers": headers or {},
        "body": body,
    }


def post_json(name, path, value, method="POST"):
    text = value if isinstance(value, (str, bytes, list)) else json.dumps(value)
    return case(name, method, path, text, JSON)


MALFORMED = {
    "nothing but a blank": " ",
    "an opening brace": "{",
    "a brace and a blank": "{ ",
    "a brace and a line feed": "{\n",
    "only a closing brace": "}",
    "an opening bracket": "[",
    "a bracket and a number": "[1",
    "a bracket and a comma": "[1,",
    "a trailing comma in a list": "[1,]",
    "a key alone": '{"a"',
    "a key and a blank": '{"a" ',
    "a key and a colon": '{"a":',
    "a key, a colon and a blank": '{"a": ',
    "a member alone": '{"a":1',
    "a member and a comma": '{"a":1,',
    "a trailing comma": '{"a":1,}',
    "a trailing comma and a blank": '{"a":1, }',
    "two commas": '{"a":1,,"b":2}',
    "a leading comma": '{,"a":1}',
    "a missing comma": '{"a":1 "b":2}',
    "a missing comma after text": '{"a":"x" "b":2}',
    "a missing colon": '{"a" 1}',
    "two colons": '{"a"::1}',
    "a missing value": '{"a":,"b":1}',
    "a single-quoted key": "{'a':1}",
    "a single-quoted value": "{\"a\":'x'}",
    "a bare key": "{a:1}",
    "a number as key": "{1:1}",
    "a comment": '{"a":1}//x',
    "a comment inside": '{/*x*/"a":1}',
    "data after the object": '{"a":1}x',
    "two objects": '{"a":1}{"b":2}',
    "a brace too many": '{"a":1}}',
    "data on a later line": '{"a":1}\n\n x',
    "an error on a later line": '{\n  "a": 1,\n  b: 2\n}',
    "an error after a tab": '{\t"a":\tx}',
    "an error after non-ASCII text": '{"ä€😀": x}',
    "a carriage return before the error": '{\r\n"a":\r\nx}',
    "a cut text": '{"a":"x',
    "a cut text in a list": '["x',
    "a cut escape": '{"a":"x\\',
    "an unknown escape": '{"a":"\\x"}',
    "an unknown escape of a digit": '{"a":"\\0"}',
    "a short unicode escape": '{"a":"\\u12"}',
    "a unicode escape of no hex digits": '{"a":"\\uzzzz"}',
    "a unicode escape with a sign": '{"a":"\\u+123"}',
    "a unicode escape with 0x": '{"a":"\\u0x12"}',
    "a unicode escape with underscore": '{"a":"\\u1_23"}',
    "a cut unicode escape": '{"a":"\\u1',
    "a cut low surrogate": '{"a":"\\ud83d\\u"}',
    "a raw line feed in text": '{"a":"x\ny"}',
    "a raw tab in text": '{"a":"x\ty"}',
    "a raw NUL in text": '{"a":"x\x00y"}',
    "a raw 0x1f in text": '{"a":"x\x1fy"}',
    "a raw line feed in a key": '{"a\nb":1}',
    "a raw NUL outside": '{"a":1}\x00',
    "a form feed as blank": '{\x0c"a":1}',
    "a no-break space as blank": '{\u00a0"a":1}',
    "a vertical tab in front": '\x0b{"a":1}',
    "a word": "hello",
    "a wrong true": "True",
    "a cut true": '{"a":tru}',
    "a word after true": '{"a":truex}',
    "a cut null": "nul",
    "a leading zero": '{"a":01}',
    "a leading plus": '{"a":+1}',
    "a point alone": '{"a":.5}',
    "a number that ends in a point": '{"a":1.}',
    "an exponent without digits": '{"a":1e}',
    "a minus alone": '{"a":-}',
    "hex digits": '{"a":0x10}',
    "an underscore in a number": '{"a":1_000}',
    "a minus and Infinity cut": '{"a":-Infinit}',
    "NaN": '{"username":NaN,"password":"x"}',
    "Infinity": '{"username":Infinity,"password":"x"}',
    "minus Infinity": '{"username":-Infinity,"password":"x"}',
    "nan in lower case": '{"a":nan}',
    "a byte order mark": "\ufeff{}",
    "a byte order mark alone": "\ufeff",
    "two byte order marks": "\ufeff\ufeff{}",
    "invalid UTF-8": b'{"username":"\xff"}',
    "invalid UTF-8 further on": b'{"username":"abc\xc3(","password":"x"}',
    "invalid UTF-8 after an error": b'{x "\xff"}',
    "a cut UTF-8 sequence": b'{"username":"\xe2\x82',
    "an overlong UTF-8 sequence": b'{"username":"\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"username":"\xed\xa0\x80"}',
    "a code point too high": b'{"username":"\xf4\x90\x80\x80"}',
    "a stray continuation byte": b'{"username":"\x80"}',
    "a five-byte lead": b'{"username":"\xf8\x88\x80\x80\x80"}',
    "UTF-16 with mark, little": b"\xff\xfe" + '{"username":"a"}'.encode("utf-16-le"),
    "UTF-16 with mark, big": b"\xfe\xff" + '{"username":"a"}'.encode("utf-16-be"),
    "UTF-16 without mark": '{"username":"a"}'.encode("utf-16-le"),
    "UTF-32 with mark": b"\xff\xfe\x00\x00" + '{"username":"a"}'.encode("utf-32-le"),
}

ODD_BUT_READ = {
    "an empty body": "",
    "an empty object": "{}",
    "a list": "[]",
    "a list of an object": '[{"username":"a"}]',
    "null": "null",
    "true": "true",
    "false": "false",
    "zero": "0",
    "a number": "12",
    "a float": "1.5",
    "a float with exponent": "1e3",
    "a big number": "123456789012345678901234567890",
    "a text": '"text"',
    "an empty text": '""',
    "blanks around": ' \r\n\t{ "username" : "a" , "password" : "b" } \n',
    "unknown fields": '{"username":"a","password":"b","admin":true,"x":[{}]}',
    "duplicate keys, the last bad": '{"username":"a","password":"b","password":null}',
    "duplicate keys, the first bad": '{"username":"a","password":null,"password":"b"}',
    "an escaped key": '{"\\u0075sername":"a","password":"b"}',
    "a key in other case": '{"Username":"a","password":"b"}',
    "a key with a blank": '{"username ":"a","password":"b"}',
    "an empty key": '{"":"a"}',
    "escapes": '{"username":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9","password":"b"}',
    "a surrogate pair": '{"username":"\\ud83d\\ude00","password":"b"}',
    "DEL in text": '{"username":"a\x7fb","password":"b"}',
    "nested 100 deep": [['{"x":', 1], ["[", 100], ["]", 100], ["}", 1]],
    "nested 900 deep": [['{"x":', 1], ["[", 900], ["]", 900], ["}", 1]],
    "nested 100000 deep": [["[", 30000], ["]", 30000]],
    "objects nested 20000 deep": [['{"a":', 6000], ["1", 1], ["}", 6000]],
    "an unclosed nest 60000 deep": [["[", 60000]],
    "a number of 5000 digits": [['{"username":', 1], ["1", 5000], [',"password":"x"}', 1]],
    "a number of 4300 digits": [['{"username":', 1], ["1", 4300], [',"password":"x"}', 1]],
    "many members": [["{", 1], ['"a":1,', 5000], ['"b":1}', 1]],
}

# How DRF's CharField takes values that are no plain text.
ODD_VALUES = {
    "null": "null",
    "blank": '""',
    "only blanks": '"   "',
    "only a line feed": '"\\n"',
    "only a no-break space": '"\\u00a0"',
    "only a zero-width space": '"\\u200b"',
    "only 0x1f": '"\\u001f"',
    "true": "true",
    "false": "false",
    "a list": '["a"]',
    "an empty list": "[]",
    "an object": '{"a":1}',
    "zero": "0",
    "a number": "12345678901",
    "a negative number": "-7",
    "minus zero": "-0",
    "a float": "1.5",
    "a float of whole value": "1.0",
    "a float with exponent": "1e3",
    "a big float": "1e22",
    "a small float": "1e-7",
    "a long float": "0.1000000000000000055511151231257827",
    "minus zero float": "-0.0",
    "a float beyond range": "1e400",
    "a big number": "123456789012345678901234567890",
    "a NUL": '"a\\u0000b"',
    "a NUL alone": '"\\u0000"',
    "two NULs and blanks": '" \\u0000\\u0000 "',
    "a high surrogate": '"a\\ud800b"',
    "a low surrogate": '"\\udfff"',
    "two lone surrogates": '"\\ud800\\ud800"',
    "a reversed pair": '"\\ude00\\ud83d"',
    "a NUL and a surrogate": '"\\u0000\\ud800"',
}


def odd_value_cases():
    for path, fields in POSTS.items():
        for field in fields:
            others = {name: GOOD[name] for name in fields if name != field}
            if path == "register/":
                others = {name: "" for name in others}
            for name, text in {"absent": None, **ODD_VALUES}.items():
                members = [f'"{other}":{json.dumps(value)}' for other, value in others.items()]
                if text is not None:
                    members.append(f'"{field}":{text}')
                yield post_json(
                    f"{path} {field} {name}", path, "{" + ",".join(members) + "}"
                )
    for name, text in ODD_VALUES.items():
        yield post_json(f"confirm password {name}", CONFIRM, f'{{"password":{text}}}', "PATCH")
    yield post_json("confirm password absent", CONFIRM, "{}", "PATCH")


def json_cases():
    for name, body in {**MALFORMED, **ODD_BUT_READ}.items():
        yield post_json(name, "login/", body)
    for path in (*POSTS, CONFIRM):
        for name in ("an opening brace", "a list", "null", "a text", "an empty body", "zero"):
            body = {**MALFORMED, **ODD_BUT_READ}[name]
            yield post_json(f"{path} {name}", path, body, ROUTES[path])


def form_cases():
    bodies = {
        "good names": b"username=a&password=b",
        "plus and percent": b"username=a+b%20c&password=%C3%A9",
        "a bad percent sequence": b"username=%zz&password=%",
        "a cut percent sequence": b"username=%4&password=x",
        "invalid UTF-8 by percent": b"username=%ff&password=x",
        "invalid raw UTF-8": b"username=\xff&password=x",
        "raw UTF-8": "username=é&password=x".encode(),
        "a NUL by percent": b"username=a%00b&password=x",
        "a name without value": b"username&password",
        "a name with empty value": b"username=&password=",
        "only blanks": b"username=++&password=%20",
        "the last of two": b"username=&username=a&password=x&password=",
        "a semicolon between": b"username=a;password=b",
        "empty parts": b"&&username=a&&password=b&",
        "an equals sign in the value": b"username=a=b&password==",
        "an escaped name": b"%75sername=a&password=b",
        "a bracketed name": b"username[]=a&password=b",
        "nothing": b"",
        "only JSON": b'{"username":"a","password":"b"}',
        "a surrogate by percent": b"username=%ed%a0%80&password=x",
        "a line feed at the end": b"username=a&password=\n",
        "999 other fields": b"&".join([b"x=1"] * 998) + b"&username=a&password=",
        "1001 fields": b"&".join([b"x=1"] * 1001),
    }
    for name, body in bodies.items():
        yield case(f"form: {name}", "POST", "login/", body, FORM)
    yield case("form: no body at all", "POST", "login/", None, FORM)
    for charset in ("utf-8", "UTF-8", "iso-8859-1", "utf-16", "nonsense", ""):
        yield case(
            f"form: charset {charset!r}",
            "POST",
            "login/",
            b"username=%e9&password=",
            {"Content-Type": f"application/x-www-form-urlencoded; charset={charset}"},
        )
    for path in (*POSTS, CONFIRM):
        yield case(f"form: {path} nothing", ROUTES[path], path, b"", FORM)


def part(name, value, extra="", head=None):
    line = head or f'Content-Disposition: form-data; name="{name}"'
    return f"--B\r\n{line}\r\n{extra}\r\n{value}\r\n"


def multipart_cases():
    user, end = part("username", "a"), "--B--\r\n"
    bodies = {
        "good parts": user + part("password", "") + end,
        "no body": "",
        "only the end": end,
        "no end": user + part("password", ""),
        "a cut part": user + '--B\r\nContent-Disposition: form-data; name="password"\r\n\r\nb',
        "a cut head": user + "--B\r\nContent-Disposition: form-data; na",
        "no parts, other text": "hello",
        "text in front": "preamble\r\n" + user + end,
        "text behind": user + end + "epilogue",
        "line feeds only": (user + end).replace("\r\n", "\n"),
        "the last of two": part("username", "") + user + end,
        "a file": part(
            "", "content", "", 'Content-Disposition: form-data; name="username"; filename="f.txt"'
        )
        + part("password", "")
        + end,
        "a file without name of file": part(
            "", "content", "", 'Content-Disposition: form-data; name="username"; filename=""'
        )
        + end,
        "no name": part("", "a", "", "Content-Disposition: form-data") + end,
        "an empty name": part("", "a") + end,
        "a name without quotes": part("", "a", "", "Content-Disposition: form-data; name=username")
        + end,
        "an attachment": part("", "a", "", 'Content-Disposition: attachment; name="username"')
        + end,
        "no disposition": part("", "a", "", "Content-Type: text/plain") + end,
        "head in other case": part("", "a", "", 'content-disposition: FORM-DATA; NAME="username"')
        + end,
        "a part with a type": part("username", "a", "Content-Type: text/plain; charset=utf-8\r\n")
        + end,
        "a part in base64": part("username", "", "")
        + part("password", "ICA=", "Content-Transfer-Encoding: base64\r\n")
        + end,
        "a part in broken base64": part("username", "")
        + part("password", "!", "Content-Transfer-Encoding: base64\r\n")
        + end,
        "non-ASCII text": part("username", "é") + part("password", "") + end,
        "invalid UTF-8": (part("username", "@") + part("password", "") + end)
        .encode()
        .replace(b"@", b"\xff"),
        "a NUL": part("username", "a\x00b") + end,
        "a line feed at the end of a value": part("username", "a\r\n") + part("password", "")
        + end,
        "only blanks": part("username", "  ") + part("password", " ") + end,
        "an escaped quote in the name": part('user\\"name', "a") + end,
        "an unknown field": user + part("x", "y") + end,
        "a line with the boundary inside": part("username", "a--B") + end,
        "a boundary with text behind": user.replace("--B\r\n", "--Bx\r\n", 1) + end,
    }
    for name, body in bodies.items():
        content = body if isinstance(body, bytes) else body.encode()
        yield case(f"multipart: {name}", "POST", "login/", content, MULTIPART)
    for name, content_type in {
        "no boundary": "multipart/form-data",
        "an empty boundary": "multipart/form-data; boundary=",
        "a quoted boundary": 'multipart/form-data; boundary="B"',
        "a boundary of blanks": 'multipart/form-data; boundary=" "',
        "a boundary not ASCII": "multipart/form-data; boundary=\xe9",
        "a boundary too long": "multipart/form-data; boundary=" + "B" * 201,
        "a boundary in other case": "Multipart/Form-Data; Boundary=B",
        "another boundary": "multipart/form-data; boundary=C",
        "multipart/mixed": "multipart/mixed; boundary=B",
    }.items():
        yield case(
            f"multipart: {name}",
            "POST",
            "login/",
            (user + part("password", "") + end).encode(),
            {"Content-Type": content_type},
        )
    for path, fields in POSTS.items():
        body = "".join(part(field, "") for field in fields) + end
        yield case(f"multipart: {path} blanks", "POST", path, body, MULTIPART)
    yield case(
        "multipart: confirm blank", "PATCH", CONFIRM, part("password", "") + end, MULTIPART
    )


def negotiation_cases():
    for path, method in ROUTES.items():
        body = b"{}" if method != "GET" else None
        label = path.partition("${uid}")[0] or path
        for content_type in ("text/plain", "application/xml", "application/octet-stream"):
            yield case(
                f"{label} content type {content_type}",
                method,
                path,
                body,
                {"Content-Type": content_type},
            )
        yield case(f"{label} no content type", method, path, body)
        for accept in ("application/xml", "text/plain", "application/json", "*/*"):
            yield case(f"{label} accept {accept}", method, path, body, {**JSON, "Accept": accept})
    for content_type in (
        "application/json; charset=utf-8",
        "application/json; charset=iso-8859-1",
        "application/json;charset=nonsense",
        "Application/JSON",
        "application/json ; x=y",
        "application/json;",
        "application/jsonx",
        "application/problem+json",
        "application/*",
        "*/*",
        "json",
        "",
        " ",
        ";",
        "application/json, text/plain",
        'application/json; charset="utf-8"',
        "text/json",
        "application/json/x",
        "a\tb",
    ):
        yield case(
            f"content type {content_type!r}", "POST", "login/", b"{}",
            {"Content-Type": content_type},
        )
        yield case(
            f"content type {content_type!r}, no body", "POST", "login/", b"",
            {"Content-Type": content_type},
        )
    yield case("JSON in ISO 8859-1", "POST", "login/", b'{"username":"\xe9","password":""}',
               {"Content-Type": "application/json; charset=iso-8859-1"})
    for accept in (
        "",
        " ",
        "*",
        "json",
        "application/*",
        "application/json;q=0",
        "application/json; indent=4",
        "application/json;indent=0",
        "application/json;indent=9",
        "application/json;indent=x",
        "application/json; charset=utf-8",
        "application/json; version=1",
        "application/*; version=1",
        "*/*; q=0.1",
        "application/xml, */*",
        "application/xml, application/json;q=0.1",
        "text/*",
        "image/png",
        "application/xml;q=0.9, text/plain",
        "APPLICATION/JSON",
        "application/json/x",
        ",",
        ";",
        ", application/json",
    ):
        yield case(f"accept {accept!r}", "POST", "login/", b"{}", {**JSON, "Accept": accept})
    for query in ("format=json", "format=api", "format=xml", "format=", "x=1", "format=JSON"):
        yield case(f"query {query}", "POST", f"login/?{query}", b"{}", JSON)


def method_cases():
    for path in ROUTES:
        label = path.partition("${uid}")[0] or path
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE",
                       "PROPFIND", "QUERY"):
            if method == ROUTES[path] or (method == "HEAD" and ROUTES[path] == "GET"):
                continue
            yield case(f"{label} {method}", method, path)
            if method in ("GET", "PUT", "OPTIONS", "DELETE"):
                yield case(f"{label} {method} with body", method, path, b"{", JSON)
                yield case(f"{label} {method} in text", method, path, b"x",
                           {"Content-Type": "text/plain"})
                yield case(f"{label} {method} not acceptable", method, path, None,
                           {"Accept": "application/xml"})
    for name, value in {"override header": "X-HTTP-Method-Override", "override": "X-Method-Override"
                        }.items():
        yield case(f"login/ {name}", "POST", "login/", b"{}", {**JSON, value: "DELETE"})
    yield case("login/ override field", "POST", "login/", b"_method=DELETE", FORM)


def path_cases():
    for path in (
        "",
        "nothing/",
        "nothing",
        "login//",
        "/api/auth//login/",
        "//api/auth/login/",
        "/api//auth/login/",
        "Login/",
        "LOGIN/",
        "login/x/",
        "login/refresh/x/",
        "log%69n/",
        "login%2F",
        "login/%2e%2e/login/",
        "login/../login/",
        "./login/",
        "login/;x=1",
        "login;x=1/",
        "login/%20",
        "login/%00",
        "login/%ff/",
        "login.json",
        "login/.json",
        "register/1/",
        "password-reset-confirm/",
        "password-reset-confirm/MQ/",
        "password-reset-confirm/MQ/a/b/",
        "password-reset-confirm//a/",
        "password-reset-confirm/MQ//",
    ):
        yield case(f"path {path!r}", "POST", path, b"{}", JSON)
    for method in ("GET", "OPTIONS", "HEAD", "DELETE"):
        yield case(f"{method} of an unknown path", method, "nothing/")


AUTHORIZATIONS = {
    "no scheme": "abc",
    "Bearer alone": "Bearer",
    "Bearer and a blank": "Bearer ",
    "Bearer and garbage": "Bearer abc",
    "Bearer and two words": "Bearer abc def",
    "lower case": "bearer abc",
    "Basic": "Basic dTpw",
    "Token": "Token abc",
    "only a blank": " ",
    "two blanks between": "Bearer  abc",
    "a tab between": "Bearer\tabc",
    "a comma": "Bearer abc, Basic x",
    "a good access token": "Bearer ${token:access}",
    "a refresh token": "Bearer ${token:good}",
    "an expired token": "Bearer ${token:expired}",
    "an access token of nobody": "Bearer ${token:access unknown user}",
    "an access token without user": "Bearer ${token:access no user}",
    "an access token of text id": "Bearer ${token:access user text}",
    "not ASCII": "Bearer \xe9",
    "long": "Bearer " + "a" * 4000,
}


def authorization_cases():
    for path, method in ROUTES.items():
        label = path.partition("${uid}")[0] or path
        for name, value in AUTHORIZATIONS.items():
            if name not in ("Bearer and garbage", "Bearer and two words", "Basic") and (
                path not in ("register/", "login/")
            ):
                continue
            yield case(f"{label} authorization {name}", method, path, b"{}",
                       {**JSON, "Authorization": value})
        yield case(f"{label} authorization and OPTIONS", "OPTIONS", path, None,
                   {"Authorization": "Bearer abc"})
        yield case(f"{label} authorization and a wrong method", "DELETE", path, None,
                   {"Authorization": "Bearer abc"})
        yield case(f"{label} authorization and bad accept", method, path, b"{}",
                   {**JSON, "Authorization": "Bearer abc", "Accept": "image/png"})
        yield case(f"{label} authorization and bad content type", method, path, b"x",
                   {"Content-Type": "text/plain", "Authorization": "Bearer abc"})
        yield case(f"{label} authorization and malformed JSON", method, path, b"{",
                   {**JSON, "Authorization": "Bearer abc"})
    for method, accept, content_type, path in (
        ("GET", "image/png", "text/plain", "login/"),
        ("POST", "image/png", "text/plain", "login/"),
        ("GET", "image/png", "text/plain", "nothing/"),
        ("DELETE", "application/json", "text/plain", "register/"),
        ("PATCH", "application/json", "text/plain", "password-reset-confirm/MQ/x/"),
    ):
        yield case(f"order: {method} {path} {accept} {content_type}", method, path, b"{",
                   {"Accept": accept, "Content-Type": content_type})


def token_cases(names):
    for name in names:
        for path in ("login/refresh/", "logout/"):
            yield post_json(f"{path} {name}", path, {"refresh": f"${{token:{name}}}"})


def verification_cases():
    for name, query in {
        "no query": "",
        "a blank token": "?token=",
        "garbage": "?token=abc",
        "other name": "?Token=abc",
        "two tokens": "?token=a&token=b",
        "a NUL": "?token=a%00b",
        "invalid UTF-8": "?token=%ff",
        "a bad percent sequence": "?token=%zz",
        "a surrogate": "?token=%ed%a0%80",
        "long": "?token=" + "a" * 4000,
        "a refresh token": "?token=${token:good}",
        "a token of wrong key": "?token=${token:other key}",
        "no user": "?token=${token:verification no user}",
        "unknown user": "?token=${token:verification unknown user}",
        "expired": "?token=${token:verification expired}",
        "a semicolon": "?a=b;token=x",
        "a fragment by percent": "?token=%23",
        "blanks": "?token=+%20",
    }.items():
        yield case(f"verify: {name}", "GET", f"verify-email/{query}")
        yield case(f"verify HEAD: {name}", "HEAD", f"verify-email/{query}")


def confirmation_cases():
    good = '{"password":"correct horse battery"}'
    token = "d8ary8-648ff2bf8bc1f896d013f9c2996b6e6b"
    for name, path in {
        "a made-up token": f"${{uid}}/{token}/",
        "a user id of nobody": f"OTk5OTk5OTk5/{token}/",
        "a padded user id": f"MQ==/{token}/",
        "no base64": f"!!!/{token}/",
        "a user id of text": f"YWJj/{token}/",
        "a user id of bytes": f"_w/{token}/",
        "a huge user id": f"OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5/{token}/",
        "a negative user id": f"LTE/{token}/",
        "a user id with a NUL": f"MQA/{token}/",
        "a user id of a float": f"MS41/{token}/",
        "one character": f"M/{token}/",
        "an escaped user id": f"%4d%51/{token}/",
        "an empty token part": "${uid}/-/",
        "no dash": "${uid}/abc/",
        "two dashes": "${uid}/a-b-c/",
        "a long token": "${uid}/" + "a" * 3000 + "/",
        "a token not ASCII": "${uid}/%c3%a9-%c3%a9/",
        "a token with a NUL": "${uid}/a%00-b/",
        "a token of invalid UTF-8": "${uid}/%ff/",
        "a token with a blank": "${uid}/a%20b/",
        "a huge timestamp": "${uid}/zzzzzzzzzzzzzz-648ff2bf8bc1f896d013f9c2996b6e6b/",
        "set-password": "${uid}/set-password/",
    }.items():
        yield post_json(f"confirm: {name}", f"password-reset-confirm/{path}", good, "PATCH")
    for password in ("short", "12345678901", "password", "p" * 129, "1234567", "", "   "):
        yield post_json(
            f"confirm: password {password[:12]!r}", CONFIRM, {"password": password}, "PATCH"
        )


USERNAMES = {
    "one character": "x",
    "all allowed characters": "a.b@c+d-e_f${unique}",
    "digits": "12345${unique}",
    "letters of other scripts": "ñöß_алиса_日本${unique}",
    "full width": "ＦＵＬＬ${unique}",
    "a ligature": "ﬁ${unique}",
    "a combining mark": "e\u0301${unique}",
    "a lone combining mark": "\u0301${unique}",
    "a blank inside": "a b",
    "blanks around": "  around${unique}  ",
    "a no-break space around": "\u00a0nbsp${unique}\u00a0",
    "a zero-width space": "a\u200bb",
    "a zero-width joiner": "a\u200db",
    "an emoji": "a😀",
    "a slash": "a/b",
    "a hash": "a#b",
    "an exclamation mark": "a!",
    "a line feed at the end": "a${unique}\n",
    "a line feed inside": "a\nb",
    "a roman numeral": "Ⅷ${unique}",
    "superscript": "x²${unique}",
    "an Arabic digit": "٣${unique}",
    "a fraction": "½${unique}",
    "a circled digit": "①${unique}",
    "a middle dot": "a·b",
    "an underscore look-alike": "a‿b",
    "dotless i": "ı${unique}",
    "Kelvin sign": "\u212a${unique}",
    "sharp s": "ß${unique}",
    "Angstrom sign": "\u212b${unique}",
    "a right-to-left override": "a\u202eb",
    "a soft hyphen": "a\u00adb",
    "a variation selector": "a\ufe0fb",
    "Thai vowel": "กำ${unique}",
    "Hangul filler": "\u3164${unique}",
    "an unassigned code point": "a\u0378b",
    "a private code point": "a\ue000b",
    "150 characters": "y" * 141 + "${unique}",
    "151 characters": "y" * 151,
    "151 with blanks": " " + "z" * 150 + " ",
    "a ligature that grows": "ﷺ" * 10 + "${unique}",
    "100 ligatures that grow": "ﷺ" * 100,
    "a NUL": "a\u0000b",
    "HTML": "<b>",
    "quotes": "a'b\"c",
    "a backslash": "a\\b",
    "a percent": "a%",
}

EMAILS = {
    "plain": "plain${unique}@example.test",
    "an upper-case domain": "Upper${unique}@EXAMPLE.TEST",
    "a plus": "a+b${unique}@example.test",
    "blanks around": " around${unique}@example.test ",
    "no at sign": "example.test",
    "two at signs": "a@b@example.test",
    "no local part": "@example.test",
    "no domain": "a@",
    "no dot": "a@example",
    "localhost": "a${unique}@localhost",
    "a dot at the end": "a@example.test.",
    "two dots": "a@example..test",
    "a dot in front of the domain": "a@.example.test",
    "a dot at the start": ".a@example.test",
    "a dot at the end of the local part": "a.@example.test",
    "two dots in the local part": "a..b@example.test",
    "a hyphen in front": "a@-example.test",
    "a hyphen behind": "a@example-.test",
    "an underscore": "a@exa_mple.test",
    "one-letter top level": "a@example.t",
    "a numeric top level": "a@example.123",
    "an IP address": "a@127.0.0.1",
    "an IP literal": "ip${unique}@[127.0.0.1]",
    "a wrong IP literal": "a@[999.0.0.1]",
    "an IPv6 literal": "ip6${unique}@[::1]",
    "an IPv6 literal with its tag": "a@[IPv6:::1]",
    "a quoted local part": '"quoted${unique}"@example.test',
    "a quoted blank": '"a b${unique}"@example.test',
    "a blank": "a b@example.test",
    "a comma": "a,b@example.test",
    "angle brackets": "A <a@example.test>",
    "a line feed": "a@example.test\nBcc: b@example.test",
    "a line feed at the end": "lf${unique}@example.test\n",
    "a carriage return": "a\r@example.test",
    "an international domain": "idn${unique}@exämple.test",
    "an A-label": "alabel${unique}@xn--exmple-cua.test",
    "an international top level": "a${unique}@example.испытание",
    "an international local part": "ä${unique}@example.test",
    "an emoji domain": "a@😀.test",
    "full-width at": "a＠example.test",
    "full-width letters": "a@ｅxample.test",
    "a label of 63": "a${unique}@" + "b" * 63 + ".test",
    "a label of 64": "a@" + "b" * 64 + ".test",
    "a local part of 64": "c" * 55 + "${unique}@example.test",
    "a local part of 65": "d" * 56 + "${unique}@example.test",
    "254 characters": "e" * 41 + "${unique}@" + ".".join(["f" * 48] * 4) + ".example",
    "320 characters": "g" * 64 + "@" + ".".join(["h" * 50] * 5),
    "321 characters": "g" * 65 + "@" + ".".join(["h" * 50] * 5),
    "special characters": "!#$%&'*+/=?^_`{|}~-${unique}@example.test",
    "a slash": "a/b${unique}@example.test",
    "a colon": "a:b@example.test",
    "a semicolon": "a;b@example.test",
    "a backslash": "a\\b@example.test",
    "a comment": "a(c)@example.test",
    "a tab": "a\tb@example.test",
    "a NUL": "a\u0000@example.test",
    "a zero-width space": "a\u200b@example.test",
    "a percent": "a%b${unique}@example.test",
    "mailto": "mailto:a@example.test",
}

PASSWORDS = {
    "seven characters": "aB3$xyz",
    "eight characters": "aB3$xyzq",
    "eight blanks": "        ",
    "blanks around": "  spaced out pw  ",
    "only digits": "90183746556",
    "digits of another script": "٣٤٥٦٧٨٩٠١",
    "short and only digits": "1234",
    "common": "password",
    "common in upper case": "PASSWORD",
    "common with blanks": " password ",
    "common and digits": "12345678",
    "common: qwertyuiop": "qwertyuiop",
    "common: iloveyou": "iloveyou",
    "common: trustno1": "trustno1",
    "eight emoji": "😀😁😂🤣😃😄😅😆",
    "four emoji": "😀😁😂🤣",
    "seven with combining marks": "e\u0301e\u0301e\u0301e\u0301",
    "128 characters": "k" * 128,
    "129 characters": "k" * 129,
    "128 emoji": "😀" * 128,
    "10000 characters": "k" * 10000,
    "a NUL": "abcdefgh\u0000ij",
    "a line feed": "abcd\nefgh",
    "roman numerals": "ⅧⅧⅧⅧⅧⅧⅧⅧ",
}


def registration_cases():
    for name, value in USERNAMES.items():
        yield post_json(f"username: {name}", "register/", {
            "username": value, "email": "", "password": GOOD["password"]})
    for name, value in EMAILS.items():
        yield post_json(f"email: {name}", "register/", {
            "username": "", "email": value, "password": GOOD["password"]})
    for name, value in PASSWORDS.items():
        yield post_json(f"password: {name}", "register/", {
            "username": "", "email": "a@example.test", "password": value})
    for name, value in EMAILS.items():
        yield post_json(f"reset: {name}", "password-reset/", {"email": value})
    yield post_json("everything is wrong", "register/", {
        "username": "a b", "email": "x", "password": "1234567"})
    yield post_json("everything is missing", "register/", {})
    yield post_json("a taken name and address", "register/", {
        "username": "${user}", "email": "${email}", "password": GOOD["password"]})
    yield post_json("a taken name and a bad password", "register/", {
        "username": "${user}", "email": "${email}", "password": "1"})
    yield post_json("fields that nobody may set", "register/", {
        "username": "boss${unique}", "email": "boss${unique}@example.test",
        "password": GOOD["password"], "is_active": True, "is_staff": True, "id": 1,
        "date_joined": "2000-01-01"})
    yield post_json("an upper-case domain is lowered", "register/", {
        "username": "domain${unique}", "email": "Domain${unique}@EXAMPLE.Test",
        "password": GOOD["password"]})
    yield post_json("a name is normalised", "register/", {
        "username": "ＮＦＫＣ${unique}", "email": "nfkc${unique}@example.test",
        "password": GOOD["password"]})
    yield post_json("texts are trimmed", "register/", {
        "username": " trimmed${unique} ", "email": " trimmed${unique}@example.test ",
        "password": GOOD["password"]})
    yield post_json("escapes in the answer", "register/", {
        "username": "é日${unique}", "email": "esc'&${unique}@example.test",
        "password": GOOD["password"]})
    for name in (
        "an IP literal", "an IPv6 literal", "localhost", "a quoted local part",
        "an international domain", "an international top level", "an A-label",
        "a label of 63", "a local part of 64", "a local part of 65", "254 characters",
        "special characters", "a line feed at the end",
    ):
        yield post_json(f"register e-mail: {name}", "register/", {
            "username": f"{name.replace(' ', '')}${{unique}}".replace("-", ""),
            "email": EMAILS[name], "password": GOOD["password"]})
    for name in (
        "all allowed characters", "letters of other scripts", "a ligature", "superscript",
        "a fraction", "Thai vowel", "Hangul filler", "Kelvin sign", "150 characters",
    ):
        yield post_json(f"register name: {name}", "register/", {
            "username": f"2{USERNAMES[name][1 if '150' in name else 0:]}",
            "email": f"name{len(name)}{name[0]}{name[-1]}${{unique}}@example.test".replace(" ", ""),
            "password": GOOD["password"]})
    yield case("a form", "POST", "register/",
               b"username=form${unique}&email=form${unique}%40example.test"
               b"&password=correct+horse+battery", FORM)
    yield case("multipart", "POST", "register/",
               part("username", "multi${unique}") + part("email", "multi${unique}@example.test")
               + part("password", GOOD["password"]) + "--B--\r\n", MULTIPART)


def login_cases():
    for name, value in {
        "good": {"username": "${user}", "password": "${password}"},
        "wrong password": {"username": "${user}", "password": "wrong"},
        "unknown user": {"username": "nobody${unique}", "password": "wrong"},
        "inactive user": {"username": "${inactive}", "password": "${password}"},
        "blanks around the name": {"username": " ${user} ", "password": "${password}"},
        "blanks around the password": {"username": "${user}", "password": " ${password} "},
        "password in other case": {"username": "${user}", "password": "CORRECT HORSE BATTERY"},
        "e-mail as name": {"username": "${email}", "password": "${password}"},
        "a long name": {"username": "u" * 5000, "password": "x"},
        "a long password": {"username": "${user}", "password": "p" * 5000},
        "an extra field": {"username": "${user}", "password": "${password}", "x": 1},
    }.items():
        yield post_json(f"login: {name}", "login/", value)
    yield case("login: form", "POST", "login/",
               b"username=${user}&password=correct+horse+battery", FORM)
    yield case("login: multipart", "POST", "login/",
               part("username", "${user}") + part("password", "${password}") + "--B--\r\n",
               MULTIPART)


def topics(token_names):
    return {
        "json-bodies": json_cases(),
        "field-values": odd_value_cases(),
        "forms": form_cases(),
        "multipart": multipart_cases(),
        "negotiation": negotiation_cases(),
        "methods": method_cases(),
        "paths": path_cases(),
        "authorization": authorization_cases(),
        "tokens": token_cases(token_names),
        "verification": verification_cases(),
        "confirmation": confirmation_cases(),
        "registration": registration_cases(),
        "login": login_cases(),
    }
