"""Asks rust-analyzer the same questions in annotated functions and in the same functions without their attributes.

editor.py ANALYZER SYSROOT_SOURCE PROC_MACRO_SERVER LEAST
"""

import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import threading
import time

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "tests" / "editor"
SOURCE = FOLDER / "src"
ATTRIBUTE = re.compile(r"#\[circuit_breaker\(.*\)\]$", re.M)
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Words whose hover is long and has nothing to do with the function.
COMMON = {"u64", "u32", "usize", "bool", "str", "as"}

# What has to be in the hover at the first place of a text in an attribute, and how many definitions there are.
IN_ATTRIBUTES = [
    ("circuit_breaker(name = \"editor/charge\"", "consecutive failures that open the circuit", 1),
    ("threshold = LIMIT", "At least 1. Default: 5", 2),
    ("open_for = PERIOD", "Default: 30 s", 2),
    ("fallback = |error|", "Answers in place of the body", 1),
    ("key = host", "one breaker exists per key", 1),
    ("call_timeout = \"2s\"", "counts as a failure", 1),
    ("LIMIT, open_for", "LIMIT: u32", 1),
    ("PERIOD)]", "PERIOD: Duration", 1),
    ("NAME, fallback", "NAME: &str", 1),
    ("order.total()); Err", "order: Order", 1),
    ("pay_later)]", "fn pay_later", 1),
    ("host, threshold", "host: &str", 1),
    ("judge)]", "fn judge", 1),
    ("host(), fallback", "fn host", 1),
    ("busy)]", "fn busy", 1),
    ("error.is_declined()))", "error: &PayError", 1),
]

# What has to be among the completions at `¦` in an attribute that ends there.
UNFINISHED = [
    ("fallback = |error| { error.¦ }", "rejection"),
    ("key = order.¦, threshold = 3", "host"),
    ("ignore(Err(PayError::¦))", "Busy"),
    ("fallback = Order::¦", "total"),
]


class Server:
    """A language server, and the requests that it has not answered."""

    def __init__(self, command, options):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.answers, self.quiescent, self.last = {}, threading.Event(), 0
        self.changed, self.asked = threading.Condition(), {}
        self.options = options
        threading.Thread(target=self.read, daemon=True).start()
        self.ask("initialize", {
            "processId": None,
            "rootUri": FOLDER.as_uri(),
            "workspaceFolders": [{"uri": FOLDER.as_uri(), "name": "editor"}],
            "initializationOptions": options,
            "capabilities": {
                "experimental": {"serverStatusNotification": True},
                "workspace": {"configuration": True},
                "textDocument": {"hover": {"contentFormat": ["markdown"]}, "diagnostic": {}},
            },
        })
        self.tell("initialized", {})

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def tell(self, method, params):
        self.send({"method": method, "params": params})

    def begin(self, method, params):
        self.last += 1
        self.asked[self.last] = method, params
        self.send({"id": self.last, "method": method, "params": params})
        return self.last

    def wait(self, number):
        with self.changed:
            if not self.changed.wait_for(lambda: number in self.answers, timeout=120):
                sys.exit("rust-analyzer does not answer")
            answer = self.answers.pop(number)
        # The server had read a change of a file meanwhile, such as one that cargo wrote.
        if isinstance(answer, dict) and answer.get("code") in (-32801, -32802):
            return self.ask(*self.asked[number])
        return answer

    def ask(self, method, params):
        return self.wait(self.begin(method, params))

    def read(self):
        while header := self.process.stdout.readline():
            length = int(header.split(b":")[1])
            while self.process.stdout.readline().strip():
                pass
            message = json.loads(self.process.stdout.read(length))
            if "method" not in message:
                with self.changed:
                    self.answers[message["id"]] = message.get("result", message.get("error"))
                    self.changed.notify_all()
            elif "id" in message:
                items = message.get("params", {}).get("items", []) if message["method"] == "workspace/configuration" else None
                self.send({"id": message["id"], "result": None if items is None else [self.options] * len(items)})
            elif message["method"] == "experimental/serverStatus" and message["params"].get("quiescent"):
                if message["params"].get("health") != "ok":
                    print(message["params"].get("message"), file=sys.stderr)
                self.quiescent.set()

    def open(self, path):
        document = {"uri": path.as_uri(), "languageId": "rust", "version": 1, "text": path.read_text()}
        self.tell("textDocument/didOpen", {"textDocument": document})


def position(text, offset):
    before = text[:offset]
    return {"line": before.count("\n"), "character": offset - before.rfind("\n") - 1}


def questions(text):
    """Returns the places, each with the methods to ask, in all functions that have an attribute."""
    asked = []
    for attribute in ATTRIBUTE.finditer(text):
        begin = attribute.end()
        indent = attribute.start() - text.rfind("\n", 0, attribute.start()) - 1
        end = text.index("\n" + " " * indent + "}", begin)
        for word in WORD.finditer(text, begin, end):
            if word[0] in COMMON or text[word.start() - 1] == '"':
                continue
            asked += [("hover", word.start()), ("definition", word.start())]
            if text[word.start() - 1] == ".":
                asked.append(("completion", word.start()))
            if word[0].islower() and word[0] in ("order", "method", "tries", "total", "host", "count", "value", "text", "shipped"):
                asked += [("rename", word.start()), ("references", word.start()), ("completion", word.end())]
                asked.append(("documentHighlight", word.start()))
        asked.append(("completion", end))
    return asked


def params(method, path, text, offset):
    given = {"textDocument": {"uri": path.as_uri()}, "position": position(text, offset)}
    if method == "rename":
        given["newName"] = "renamed_by_the_editor"
    if method == "references":
        given["context"] = {"includeDeclaration": True}
    return given


def plain(answer, method, attributes):
    """Returns what of an answer has to be the same, without what tells the two files apart."""
    if method == "completion":
        items = answer.get("items", []) if isinstance(answer, dict) else answer or []
        return sorted(str((item["label"], item.get("detail"), item.get("kind"))) for item in items)
    text = json.dumps(answer, sort_keys=True)
    text = text.replace("/bare.rs", "/cases.rs").replace("::bare", "::cases")
    answer = json.loads(text)
    # A rename or a list of references also has the places in the attribute, which the bare file lacks.
    def outside(place):
        return place.get("range", {}).get("start", {}).get("line") not in attributes
    if method in ("references", "documentHighlight"):
        return sorted(json.dumps(place, sort_keys=True) for place in answer or [] if outside(place))
    if method == "rename" and isinstance(answer, dict):
        edits = [edit for change in answer.get("documentChanges", []) for edit in change.get("edits", [])]
        return sorted(json.dumps(edit, sort_keys=True) for edit in edits if outside(edit))
    return answer


def main():
    analyzer, source, macros, least = sys.argv[1:5]
    cases, bare = SOURCE / "cases.rs", SOURCE / "bare.rs"
    text = cases.read_text()
    bare.write_text(ATTRIBUTE.sub(lambda it: " " * len(it[0]), text))
    stem = "\n".join(
        f"ATTRIBUTE{number}\npub fn f{number}(order: u64, host: &str) -> Result<u64, BreakerError> {{\n"
        f"    let total = order + host.len() as u64;\n    Ok(total)\n}}" for number in range(200))
    many = {}
    for name in ("many", "many_bare"):
        head = "use breaker_runtime::{BreakerError, circuit_breaker};\n"
        attribute = r'#[circuit_breaker(name = "editor/many\1", key = host)]' if name == "many" else ""
        many[name] = head + re.sub(r"ATTRIBUTE(\d+)", attribute, stem) + "\n"
        (SOURCE / f"{name}.rs").write_text(many[name])
    ask_all(analyzer, source, macros, int(least), text, many, cases, bare)


def ask_all(analyzer, source, macros, least, text, many, cases, bare):
    options = {
        "cargo": {"sysrootSrc": source, "buildScripts": {"enable": True}},
        "procMacro": {"enable": True, "server": macros},
        "checkOnSave": False,
        "cachePriming": {"enable": False},
        "files": {"watcher": "server"},
    }
    server = Server([analyzer], options)
    for path in (cases, bare):
        server.open(path)
    if not server.quiescent.wait(timeout=240):
        sys.exit("rust-analyzer does not load the workspace")
    attributes = {position(text, it.start())["line"] for it in ATTRIBUTE.finditer(text)}
    same, different = 0, []
    asked = questions(text)
    begun = [[server.begin(f"textDocument/{method}", params(method, path, text, offset)) for path in (cases, bare)]
             for method, offset in asked]
    for (method, offset), pair in zip(asked, begun):
        with_it, without = (plain(server.wait(number), method, attributes) for number in pair)
        if with_it == without:
            same += 1
        else:
            different.append((method, position(text, offset)["line"] + 1, WORD.match(text, offset), with_it, without))
    for method in ("inlayHint", "diagnostic", "documentSymbol", "foldingRange"):
        whole = {"range": {"start": position(text, 0), "end": position(text, len(text))}} if method == "inlayHint" else {}
        with_it, without = (server.ask(f"textDocument/{method}", {"textDocument": {"uri": path.as_uri()}, **whole})
                            for path in (cases, bare))
        with_it, without = plain(with_it, method, attributes), plain(without, method, attributes)
        if method == "diagnostic":
            with_it, without = ([item["message"] for item in it.get("items", [])] for it in (with_it, without))
        if with_it == without:
            same += 1
        else:
            different.append((method, 0, None, with_it, without))
    faults = []
    for place, hover, count in IN_ATTRIBUTES:
        offset = text.index(place)
        shown = json.dumps(server.ask("textDocument/hover", params("hover", cases, text, offset)), ensure_ascii=False)
        found = server.ask("textDocument/definition", params("definition", cases, text, offset)) or []
        if hover not in shown:
            faults.append(f"the hover at `{place}` has no `{hover}`: {shown[:300]}")
        if len(found) != count:
            faults.append(f"`{place}` has {len(found)} definitions: {json.dumps(found)[:300]}")
    # A rename from a use in the body reaches the attribute too.
    for declared, used in (("order: Order, tries", "order.ship(\"here\""), ("host: &str, order", "host.split"), ("order: Order, mut count", "order.lines.iter().map")):
        edits = [server.ask("textDocument/rename", params("rename", cases, text, text.index(it))) for it in (declared, used)]
        edits = [sorted(json.dumps(edit) for change in (it or {}).get("documentChanges", []) for edit in change["edits"]) for it in edits]
        if edits[0] != edits[1] or len(edits[0]) < 3:
            faults.append(f"the rename at `{used}` differs from that at `{declared}`: {edits}")
    for version, (setting, expected) in enumerate(UNFINISHED, 2):
        attribute = f'#[circuit_breaker(name = "editor/unfinished", {setting})]'
        typed = f"{text}\n{attribute}\npub fn unfinished(order: Order) -> Result<u64, PayError> {{\n    Ok(order.id)\n}}\n"
        at = typed.index("¦")
        typed = typed.replace("¦", "")
        document = {"uri": cases.as_uri(), "version": version}
        server.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": typed}]})
        answer = server.ask("textDocument/completion", params("completion", cases, typed, at)) or {}
        labels = [item["label"] for item in answer.get("items", [])]
        if not any(label.startswith(expected) for label in labels):
            faults.append(f"the completions in `{setting}` have no `{expected}`: {labels[:10]}")
    times = {name: completion_time(server, SOURCE / f"{name}.rs", many[name]) for name in many}
    total = len(asked) + 4
    is_wrong = same < least or total < 300
    shown = different if "--all" in sys.argv else different[:5] if is_wrong else []
    for method, line, word, with_it, without in shown:
        print(f"{method} in line {line} at {word and word[0]}:")
        print(f"  with    {str(with_it)[:400]}\n  without {str(without)[:400]}")
    for fault in faults:
        print(fault)
    print(f"{same} of {total} answers are the same as without the attribute ({100 * same / total:.1f} %), at least {least} have to be")
    print(f"completion in a file of 200 functions: {times['many']:.0f} ms, without attributes {times['many_bare']:.0f} ms")
    server.process.kill()
    if is_wrong or faults:
        sys.exit(1)


def completion_time(server, path, text):
    """Returns the median time in milliseconds of a completion after a letter was typed."""
    server.open(path)
    taken = []
    at = text.index("    Ok(total)", len(text) // 2)
    for version in range(2, 9):
        changed = text[:at] + "    ord" + "e" * (version % 2) + "\n" + text[at:]
        server.tell("textDocument/didChange", {"textDocument": {"uri": path.as_uri(), "version": version}, "contentChanges": [{"text": changed}]})
        began = time.monotonic()
        given = {"textDocument": {"uri": path.as_uri()}, "position": position(changed, at + 7)}
        server.ask("textDocument/completion", given)
        taken.append(1000 * (time.monotonic() - began))
    return statistics.median(taken[1:])


main()
