#!/usr/bin/env python3
"""Checks the imports of one crate: none leads to a later layer, and no files import each other in a circle.

usage: layers.py SOURCE_FOLDER LAYER...     the layers in order, the lowest first

A layer is a file or folder at the top of the source folder. An import is a `use` or a path in the code. It leads to
the file that defines the item: a name that a module re-exports counts as an import from the file behind it. Tests and
models are not checked. Paths inside `quote!` belong to the caller's crate, as does `$crate`.
"""

import os
import re
import sys
from collections import deque

TOKEN = re.compile(
    r"""
      (?P<blank>\s+|//[^\n]*)
    | (?P<comment>/\*)
    | (?P<raw>(?:b|c)?r(?P<hashes>\#*)")
    | (?P<string>(?:b|c)?"(?:\\.|[^"\\])*")
    | (?P<char>b?'(?:\\(?:u\{[^}]*\}|x..|.)|[^'\\])')
    | (?P<lifetime>'\w+)
    | (?P<word>(?:r\#)?[^\W\d]\w*)
    | (?P<number>\d\w*)
    | (?P<mark>::|.)
    """,
    re.VERBOSE | re.DOTALL,
)
QUOTES = {"quote", "quote_spanned", "parse_quote", "parse_quote_spanned"}
ITEMS = {"struct", "enum", "union", "fn", "const", "static", "trait", "type"}
OPEN, CLOSE = "([{", ")]}"


def tokens(text):
    """Splits Rust into (text, line) pairs, without comments; literals become one mark."""
    found, at, line = [], 0, 1
    while at < len(text):
        match = TOKEN.match(text, at)
        end = match.end()
        if match["comment"]:
            depth = 1
            while depth:
                step = re.compile(r"/\*|\*/").search(text, end)
                depth += 1 if step.group() == "/*" else -1
                end = step.end()
        elif match["raw"]:
            end = text.index('"' + match["hashes"], end) + 1 + len(match["hashes"])
            found.append(('"', line))
        elif match["string"]:
            # The text is kept for `#[path = "…"]`.
            found.append((match.group(), line))
        elif match["word"]:
            found.append((match.group().removeprefix("r#"), line))
        elif match["mark"]:
            found.append((match.group(), line))
        elif not match["blank"]:
            found.append(("'", line))
        line += text.count("\n", at, end)
        at = end
    return found


class Module:
    def __init__(self, path, file, folder, parent):
        self.path = path  # its names, from the root of the crate
        self.file = file  # the file that holds it; an inline module shares that of its parent
        self.folder = folder  # where the files of its children are
        self.parent = parent
        self.children = {}
        self.items = set()
        self.imports = {}  # the paths of each imported name
        self.globs = []
        self.paths = []  # the paths in its code, each with its line
        self.used = set()  # the imported modules through which a path of the code leads


class Crate:
    def __init__(self, source):
        self.source = source
        self.macros = {}  # exported macros and the modules that define them
        self.root = Module((), "lib.rs", "", None)
        self.modules = []
        self.read(self.root)
        self.arrows = {}  # (from file, to file) and the first line

    def read(self, module):
        self.modules.append(module)
        with open(os.path.join(self.source, module.file), encoding="utf-8") as file:
            self.parse(module, tokens(file.read()))

    def parse(self, module, words):
        at, attributes = 0, []

        def text(index):
            return words[index][0] if index < len(words) else ""

        while at < len(words):
            word, line = words[at]
            if word == "#" and text(at + 1) == "[":
                end = closing(words, at + 1)
                attributes.append([one for one, _ in words[at + 2 : end]])
                at = end + 1
                continue
            if word == "#" and text(at + 1) == "!":
                at = closing(words, at + 2) + 1
                continue
            if any(is_for_tests(attribute) for attribute in attributes):
                attributes = []
                at = end_of_item(words, at)
                continue
            if word == "pub":
                at += 1
                if text(at) == "(" and text(at + 1) in ("crate", "super", "self", "in"):
                    at = closing(words, at) + 1
                continue  # the attributes are those of the item
            if word == "use" and text(at + 1) != "<":
                end = at
                while text(end) != ";":
                    end += 1
                self.use(module, words[at + 1 : end])
                at = end + 1
            elif word == "mod" and text(at + 2) in (";", "{"):
                name = text(at + 1)
                if text(at + 2) == "{":
                    end = closing(words, at + 2)
                    child = Module((*module.path, name), module.file, os.path.join(module.folder, name), module)
                    module.children[name] = child
                    self.modules.append(child)
                    self.parse(child, words[at + 3 : end])
                    at = end + 1
                else:
                    self.child(module, name, attributes)
                    at += 3
            elif word == "macro_rules":
                name = text(at + 2)
                module.items.add(name)
                if ["macro_export"] in attributes:
                    self.macros[name] = module
                at += 3
            elif word in QUOTES and text(at + 1) == "!":
                at = closing(words, at + 2) + 1
            elif word in ITEMS and (text(at + 1).isidentifier() and text(at + 1) not in ("fn", "unsafe")):
                module.items.add(text(at + 2) if text(at + 1) == "mut" else text(at + 1))
                at += 2
            elif text(at + 1) == "::" and word.isidentifier() and text(at - 1) not in ("::", ".", "$"):
                path = [word]
                at += 1
                while text(at) == "::" and text(at + 1).isidentifier():
                    path.append(text(at + 1))
                    at += 2
                module.paths.append((path, line))
            else:
                at += 1
            attributes = []

    def child(self, module, name, attributes):
        """Reads the file of a declared module, unless it holds tests."""
        places = [f"{name}.rs", os.path.join(name, "mod.rs")]
        places = [os.path.join(module.folder, place) for place in places]
        for attribute in attributes:
            if attribute[:2] == ["path", "="]:
                places = [os.path.join(os.path.dirname(module.file), attribute[2].strip('"'))]
        if name in ("tests", "model"):
            return
        file = next(place for place in places if os.path.exists(os.path.join(self.source, place)))
        folder = os.path.dirname(file) if os.path.basename(file) == "mod.rs" else os.path.splitext(file)[0]
        # Several files may be one module under different features; what any of them imports counts.
        path = (*module.path, name)
        child = Module(path, file, folder, module)
        if name in module.children:
            child.path = (*module.path, f"{name} ({file})")
        else:
            module.children[name] = child
        self.read(child)

    def use(self, module, words):
        """Takes the tree of one `use` apart."""

        def tree(at, prefix):
            path, line = list(prefix), None
            while at < len(words):
                word, here = words[at]
                line = line or here
                if word == "{":
                    end = closing(words, at)
                    at += 1
                    while at < end:
                        at = tree(at, path) + 1
                    return end + 1
                if word == "*":
                    module.globs.append((path, line))
                    return at + 1
                if word == ",":
                    break
                if word == "as":
                    add(path, words[at + 1][0], line)
                    return at + 2
                if word == "}":
                    return at
                if word != "::":
                    path.append(word)
                at += 1
            add(path, path[-1] if path else "", line)
            return at

        def add(path, name, line):
            if path and path[-1] == "self" and len(path) > 1:
                path = path[:-1]
                name = path[-1] if name == "self" else name
            if path:
                module.imports.setdefault(name, []).append((path, line))

        tree(0, [])

    def start(self, module, path):
        """Returns the module where a path starts and the rest of the path, or None if it leads out of the crate."""
        first, rest = path[0], path[1:]
        if first == "crate":
            return self.root, rest
        if first == "self":
            return module, rest
        if first == "super":
            module = module.parent
            while rest and rest[0] == "super":
                module, rest = module.parent, rest[1:]
            return module, rest
        if first in module.children:
            return module, path
        return None

    def targets(self, module, path, seen=()):
        """The modules that define what a path names, each with whether the path names the module itself."""
        start = self.start(module, path)
        return self.walk(*start, seen) if start else []

    def walk(self, module, rest, seen=()):
        if not rest:
            return [(module, True)]
        name = rest[0]
        if (module, name) in seen:
            return []
        seen = (*seen, (module, name))
        if name in module.children:
            return self.walk(module.children[name], rest[1:], seen)
        if name in module.imports:
            found = []
            for path, _ in module.imports[name]:
                found += self.targets(module, path + rest[1:], seen) or []
            return found
        if module is self.root and name in self.macros:
            return [(self.macros[name], False)]
        if name not in module.items:
            for path, _ in module.globs:
                start = self.start(module, path)
                if start and (found := self.walk(start[0], start[1] + rest, seen)):
                    return found
        return [(module, False)]

    def arrow(self, module, line, targets):
        for target, _ in targets:
            if target.file != module.file:
                place = (module.file, target.file)
                self.arrows[place] = min(line, self.arrows.get(place, line))

    def draw(self):
        for module in self.modules:
            for path, line in module.paths:
                found = self.targets(module, path)
                if not found and path[0] in module.imports:
                    # Through an imported module. An imported type is an arrow already.
                    for imported, _ in module.imports[path[0]]:
                        if any(whole for _, whole in self.targets(module, imported)):
                            module.used.add(path[0])
                            found += self.targets(module, imported + path[1:])
                self.arrow(module, line, [one for one in found if not one[1]])
            for name, imports in module.imports.items():
                for path, line in imports:
                    found = self.targets(module, path)
                    self.arrow(module, line, [one for one in found if not one[1] or name not in module.used])
            for path, line in module.globs:
                self.arrow(module, line, self.targets(module, path))


def closing(words, at):
    """The index of the bracket that closes the one at `at`."""
    depth = 0
    for index in range(at, len(words)):
        if words[index][0] in OPEN:
            depth += 1
        elif words[index][0] in CLOSE:
            depth -= 1
            if depth == 0:
                return index
    raise ValueError(f"nothing closes the bracket in line {words[at][1]}")


def end_of_item(words, at):
    """The index after the item that begins at `at`: after its `;`, `,` or block."""
    while at < len(words):
        word = words[at][0]
        if word in (";", ","):
            return at + 1
        if word in CLOSE:
            return at
        if word in OPEN:
            at = closing(words, at)
            if word == "{":
                return at + 1
        at += 1
    return at


def is_for_tests(attribute):
    """Whether an attribute is `cfg(test)` or `cfg(all(test, …))`."""
    if attribute[:2] != ["cfg", "("]:
        return False
    if attribute[2] == "test":
        return True
    depth = 0
    for word in attribute[4:] if attribute[2:4] == ["all", "("] else []:
        if word == "test" and depth == 0:
            return True
        depth += (word in OPEN) - (word in CLOSE)
    return False


def circles(arrows):
    """The shortest circle through each arrow that is part of one."""
    following = {}
    for one, other in sorted(arrows):
        following.setdefault(one, []).append(other)
    found = {}
    for one, other in sorted(arrows):
        before, queue = {other: None}, deque([other])
        while queue and one not in before:
            file = queue.popleft()
            for following_file in following.get(file, []):
                if following_file not in before:
                    before[following_file] = file
                    queue.append(following_file)
        if one in before:
            chain = [one]
            while before[chain[-1]] is not None:
                chain.append(before[chain[-1]])
            chain.reverse()
            lowest = chain.index(min(chain))
            found[frozenset(chain)] = chain[lowest:] + chain[:lowest]
    return sorted(found.values(), key=lambda chain: (len(chain), chain))


def main():
    source, *order = sys.argv[1:]
    crate = Crate(source)
    crate.draw()
    layer_of = {}
    for module in crate.modules:
        layer_of[module.file] = module.file.split(os.sep)[0].removesuffix(".rs")
    findings = 0
    for layer in sorted(set(layer_of.values()) - set(order)):
        findings += 1
        print(f"{source}/{layer} is not in the list of layers")
    known = {(one, other) for one, other in crate.arrows if layer_of[one] in order and layer_of[other] in order}
    for one, other in sorted(known, key=lambda arrow: (arrow[0], crate.arrows[arrow])):
        if order.index(layer_of[other]) > order.index(layer_of[one]):
            findings += 1
            print(f"{source}/{one}:{crate.arrows[one, other]}: {other} is a later layer")
    for chain in circles(crate.arrows):
        findings += 1
        steps = zip(chain, chain[1:] + chain[:1])
        print("circle: " + " -> ".join(f"{one}:{crate.arrows[one, other]}" for one, other in steps) + f" -> {chain[0]}")
    layers = len(set(layer_of.values()))
    print(f"{source}: {len(set(layer_of))} files, {layers} layers, {len(crate.arrows)} imports, {findings} findings")
    sys.exit(findings > 0)


main()
