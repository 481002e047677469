"""Attacks by kind, as they come in from outside: what people type, and files they give."""

import io
import json
import struct
import zipfile
import zlib

from readers import package, parts

# What somebody types, or writes into a cell, to have it run, obeyed or believed elsewhere.
TEXTS = {
    "sql": "'; DROP TABLE entries; --",
    "sql-double": '" OR 1=1; UPDATE entries SET note = "x" --',
    "sql-pg": "$$; SELECT pg_sleep(10); $$ %s %(x)s :x ?",
    "format": "{0.__class__.__mro__} {self} %n%s $(id) `id` ${HOME}",
    "template": "{{ 7*7 }}{% for x in ().__class__.__bases__ %}{% endfor %}<%= 1 %>",
    "formula": '=cmd|"/c calc"!A0',
    "formula-plus": "+1+1",
    "formula-minus": "-1+1|x",
    "formula-at": "@SUM(1)",
    "formula-tab": "\t=1+1",
    "formula-return": "\r=1+1",
    "formula-wide": "＝1＋1",
    "formula-blank": '   =HYPERLINK("http://x.invalid/","x")',
    "dde": '=DDE("cmd";"/c calc";"x")',
    "script": "<script>document.title='owned'</script>",
    "image": "<img src=x onerror=\"document.title='owned'\">",
    "svg": "<svg/onload=document.title='owned'><style>@import 'http://x.invalid/'</style>",
    "attribute": "\" onmouseover=\"document.title='owned'\" x='",
    "end-of-script": "</script></style></textarea></title>--><script>document.title='owned'</script>",
    "cdata": "]]><script>document.title='owned'</script>&lt;&#x3c;b&#62;",
    "markdown": "[x](javascript:alert(1)) ![x](http://x.invalid/i.png) <javascript:alert(1)>",
    "markdown-table": "a | b |\n|---|\n# heading\n> quote\n```\n- [ ] x",
    "csi": "\x1b[31m\x1b[2J\x1b[1;1Hred",
    "osc8": "\x1b]8;;http://x.invalid/\x07click\x1b]8;;\x07",
    "osc52": "\x1b]52;c;ZXZpbA==\x07",
    "c1": "\x9b31m\x9d0;title\x9c\x85\x90",
    "bell": "a\x07\x08\x08b\x7f",
    "override": "safe\u202egpj.exe\u202c\u2066x\u2069\u200f",
    "invisible": "ad\u200bmin\u200d\ufeff\u2060\u00ad\U000e0041",
    "bom": "a\ufeffb",
    "noncharacter": "a\ufffeb\uffffc\U0001fffe",
    "separators": "a\u2028b\u2029c\x0bd\x0ce\x1cf\x85g",
    "lines": "a\r\nEND:VTODO\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\n",
    "forms-of-one": "e\u0301 \u00e9 \uac00 \u1100\u1161 ﬁ ½ Å",
    "zalgo": "x" + "\u0301" * 2000,
    "path": "../../../../etc/passwd",
    "path-windows": "..\\..\\C:\\Windows\\win.ini",
    "path-absolute": "/etc/shadow",
    "device": "/dev/zero",
    "option": "--yes",
    "blank": " \u3000\u00a0\t",
    "long": "长" * 100_000,
    "lines-many": "x\n" * 20_000,
}  # fmt: skip

# What stands where a number or a date is due.
NUMBERS = (
    "9223372036854775808", "-9223372036854775809", "2147483648", "-1", "0", "1e9", "1.5", "NaN",
    "Infinity", "-Infinity", "0x10", "1_000", "٣", "³", "一", "½", "True", "", "9" * 5000,
    "0000-01-01", "9999-12-31", "10000-01-01", "2024-02-30", "0000", "9999", "9999Q4", "0000H1",
    "2024Q9", "2024Q1..0001Q1", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00",
    "2024-01-01T24:00", "-2024-01-01",
)  # fmt: skip

# Never as arguments of a process, but programs that use the package may hand them over.
NO_TEXT = {"nul": "a\x00b", "half": "a\ud800b", "halves": "\udc00\ud800", "byte": "\udcff"}

YAML = {
    "python": b"!!python/object/apply:os.system ['touch owned']\n",
    "python-name": b"document: !!python/name:os.system\n",
    "tag": b"document: !!binary aGVsbG8=\n",
    "laughs": b"a: &a [x,x,x,x,x,x,x,x,x]\n"
    + b"".join(
        b"%c: &%c [%s]\n" % (n + 1, n + 1, b",".join([b"*%c" % n] * 9)) for n in range(97, 107)
    ),
    "merge": b"a: &a {b: 1}\ndocument: {<<: *a, code: x}\n",
    "twice": b"document: {code: a}\ndocument: {code: b}\n",
    "deep": b"[" * 100_000,
    "deep-mapping": b"".join(b" " * n + b"a:\n" for n in range(2_000)),
    "deep-keys": b"? " * 50_000,
    "many": b"---\na: 1\n---\nb: 2\n",
    "self": b"&a [*a]\n",
    "long-key": b"k" * 1_000_000 + b": 1\n",
    "long-value": b"document: {code: " + b"x" * 5_000_000 + b"}\n",
    "many-fields": b"".join(b"f%d: 1\n" % n for n in range(200_000)),
    "nul": b"document: {code: a\x00b}\n",
    "half": b"document: {code: \xed\xa0\x80}\n",
    "escaped-half": b'document: {code: "\\ud800"}\n',
    "utf-16": "document: {}".encode("utf-16"),
    "number": b"document: {code: x, horizon: 99999999999999999999999999}\n",
    "sexagesimal": b"document: {code: 1:20, horizon: .inf, issued_on: 0000-00-00}\n",
    "directive": b"%YAML 9.9\n---\na\n",
    "empty": b"",
    "bom-inside": b"document: {\xef\xbb\xbfcode: x}\n",
}

_VERSIONS: list[object] = [True, 1.5, 2**63, -1, "1", None, []]
_PERCENTS: list[object] = [True, 1e308, 2**63, -1, {}, []]

# Text that sets traps for what reads tables and objects.
PLAIN = {
    "json-deep": b'{"a":' * 100_000,
    "json-list": b"[" * 500_000,
    "json-nan": b'{"owner": NaN, "rows": [Infinity]}',
    "json-number": b'{"owner": "HB", "period": "2024Q1", "ledger": "x", "rows": ['
    + b"9" * 100_000
    + b"]}",
    "json-twice": b'{"owner": "HB", "owner": "SX"}',
    "json-half": b'{"owner": "\\ud800", "period": "2024Q1", "ledger": "x", "rows": []}',
    "json-types": json.dumps(
        {
            "owner": "HB",
            "period": "2024Q1",
            "ledger": "x",
            "rows": [
                {"key": "a", "role": "lead", "version": version, "percent": percent}
                for version in _VERSIONS
                for percent in _PERCENTS
            ],
        }
    ).encode(),
    "csv-wide": b"a," * 1_000_000,
    "csv-long": b"a\n" * 1_000_000,
    "csv-quote": b'"' + b"a" * 1_000_000,
    "csv-field": b'a,"' + b"x" * 300_000 + b'",b\n',
    "csv-nul": b"indicator,owner,year,value,source\na\x00,HB,2020,1,x\n",
    "csv-numbers": b"indicator,owner,year,value,source\n"
    + b"".join(
        b"urbanisation,HB,%s,%s,x\n" % (year, value)
        for year in (b"2020", b"0000", b"9999", b"-1", b"NaN", "２０２０".encode())
        for value in (b"NaN", b"Infinity", b"1e999999999", b"9" * 400, b"-0", b"0x1", b"True")
    ),
    "controls": bytes(range(1, 32)) * 100,
    "random": zlib.compress(b"x" * 10_000) * 50,
    "halves": b"\xed\xa0\x80\xed\xb0\x80" * 100,
}

PAGES = {
    "deep": b"<div>" * 200_000 + b"x",
    "deep-tables": b"<table><tr><td>" * 20_000 + b"x",
    "deep-lists": b"<ol><li>" * 50_000 + b"x",
    "spans": b"<table><tr>" + b'<td colspan="99999999" rowspan="99999999">x' * 500 + b"</table>",
    "start": b'<ol start="99999999999999999999" type=i><li value="-5">x<li>y</ol>',
    "entities": b'<!DOCTYPE html [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]><html>&b;&#0;&#xd800;&#x110000;x',
    "external": b'<!DOCTYPE html SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b"<html><link rel=stylesheet href=http://127.0.0.1:9/x.css><iframe src=file:///etc/passwd></iframe>&x;x",
    "attributes": b"<p " + b"a=1 " * 500_000 + b">x",
    "attribute-long": b'<html><p a="' + b"x" * 5_000_000 + b'">x',
    "unclosed": b"<html><p" + b"<" * 1_000_000,
    "comment": b"<html><!--" + b"-" * 1_000_000 + b"x",
    "charset": b'<html><meta charset="utf-7">+ADw-script+AD4-x',
}


def _member(name: str, content: bytes) -> bytes:
    """A local header and a stored member, to be listed as often as one likes."""
    header = (
        0x04034B50,
        20,
        0,
        0,
        0,
        0,
        zlib.crc32(content),
        len(content),
        len(content),
        len(name),
        0,
    )
    return struct.pack("<IHHHHHIIIHH", *header) + name.encode() + content


def overlapping(name: str, content: bytes, count: int) -> bytes:
    """An archive whose list names the same bytes again and again."""
    body = _member(name, content)
    listed = b"".join(
        struct.pack(
            "<IHHHHHHIIIHHHHHII",
            *(0x02014B50, 20, 20, 0, 0, 0, 0, zlib.crc32(content), len(content), len(content)),
            *(len(name), 0, 0, 0, 0, 0, 0),
        )
        + name.encode()
        for _ in range(count)
    )
    end = (0x06054B50, 0, 0, count % 65536, count % 65536, len(listed), len(body), 0)
    return body + listed + struct.pack("<IHHHHIIH", *end)


def deflated(members: dict[str, bytes]) -> bytes:
    """An archive packed as tightly as it goes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def packages(good: bytes, main: str) -> dict[str, bytes]:
    """A good workbook or Word file made an attack: `main` is the part that holds what is read."""
    members = parts(good)

    def changed(content: bytes, name: str = main) -> bytes:
        return package({**members, name: content})

    body = members[main]
    laughs = b"".join(
        b'<!ENTITY l%d "%s">' % (n + 1, b"&l%d;" % n * 10) for n in range(10)
    )  # fmt: skip
    declared = body.replace(
        b"?>", b'?><!DOCTYPE x [<!ENTITY l0 "lol">' + laughs + b"]>", 1
    ).replace(b"</", b"&l10;</", 1)
    external = body.replace(
        b"?>",
        b'?><!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        1,
    ).replace(b"</", b"&e;</", 1)
    return {
        "entities": changed(declared),
        "external": changed(external),
        "bomb": deflated({**members, main: body + b" " * 300_000_000}),
        "bomb-elsewhere": deflated({**members, "x/media.bin": b"\0" * 400_000_000}),
        "members": package({**members, **{f"x/{n}": b"" for n in range(12_000)}}),
        "nested": package({**members, "inner.zip": deflated({"a": b"\0" * 10_000_000})}),
        "overlapping": overlapping(main, body, 5_000),
        "traversal": package({**members, "../../../owned": b"x", "/etc/owned": b"x"}),
        "deep": changed(b"<?xml version='1.0'?>" + b"<a>" * 200_000),
        "attribute": changed(body.replace(b" ", b' a="' + b"x" * 12_000_000 + b'" ', 1)),
        "empty-part": changed(b""),
        "utf-7": changed(body.replace(b"UTF-8", b"UTF-7", 1)),
        "cut": good[: len(good) // 2],
        "nothing": b"PK\x05\x06" + b"\0" * 18,
        "crc": good[:200] + bytes(b ^ 0xFF for b in good[200:260]) + good[260:],
        "not-one": b"PK\x03\x04" + b"x" * 1000,
    }


def pdfs(good: bytes) -> dict[str, bytes]:
    """A good PDF made an attack."""
    stream = zlib.compress(b"BT (x) Tj ET " * 20_000_000, 9) if len(good) > 1 else b""
    bomb = b"1 0 obj<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream endobj\n" % (
        len(stream),
        stream,
    )
    return {
        "cut": good[: len(good) // 2],
        "nothing": b"%PDF-1.7\n",
        "loop": b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R]/Count 999999999>>endobj\ntrailer<</Root 1 0 R>>",
        "deep": b"%PDF-1.4\n1 0 obj" + b"[" * 500_000 + b"endobj\ntrailer<</Root 1 0 R>>",
        "bomb": good.replace(b"trailer", bomb + b"trailer", 1),
        "script": good.replace(
            b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>", 1
        ),
    }


def counts() -> dict[str, int]:
    """How many attacks there are of each kind, for those who state figures; those on packages and PDF
    come of a good file.
    """
    kinds = {
        "texts": TEXTS, "numbers": NUMBERS, "no text": NO_TEXT, "YAML": YAML,
        "CSV and JSON": PLAIN, "pages": PAGES,
        "packages": packages(package({"a": b"<?xml version='1.0'?><a> </a>"}), "a"),
        "PDF": pdfs(b"%PDF-1.4 trailer"),
    }  # fmt: skip
    return {name: len(attacks) for name, attacks in kinds.items()}
