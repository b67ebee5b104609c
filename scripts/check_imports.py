#!/usr/bin/env python3
"""Lists which module of a crate imports which, and fails where imports go in a circle.

    scripts/check_imports.py            # says only which crates have circles
    scripts/check_imports.py --edges    # lists every edge too

A module is a file. An import is a path in code that starts with `crate::`, `super::` or `self::`,
or with the name of a module next to it. A name that a module only passes on (`pub use`) counts for
the module that defines it. Tests are left out: they may look at what they test.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = re.compile(
    r"^#\[cfg\((?:all\()?test\b[^\n]*\n(?:#\[[^\n]*\n)*mod \w+ \{.*?^\}", re.M | re.S
)
COMMENT_OR_TEXT = re.compile(r'//[^\n]*|/\*.*?\*/|r(#*)".*?"\1|"(?:\\.|[^"\\])*"', re.S)
USE = re.compile(r"^\s*(pub(?:\([^)]*\))?\s+)?use\s+([^;]+);", re.M)
PATH = re.compile(r"(?<![\w:$])((?:crate|super|self)(?:::\w+)+)")
CHILD = re.compile(r"^\s*(?:#\[path[^\n]*\n\s*)?(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+);", re.M)


def split_group(text):
    """The parts of `a, b::{c, d}` that are parted by its own commas."""
    parts, depth, start = [], 0, 0
    for at, letter in enumerate(text):
        depth += (letter == "{") - (letter == "}")
        if letter == "," and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    return [part for part in (*parts, text[start:]) if part.strip()]


def expand(tree, prefix=()):
    """Every path of a `use` tree, as (path, name it is known by)."""
    tree = tree.strip()
    head, brace, rest = tree.partition("{")
    if brace:
        before = tuple(part for part in head.strip().split("::") if part)
        for part in split_group(rest.rsplit("}", 1)[0]):
            yield from expand(part, prefix + before)
        return
    path, _, alias = tree.partition(" as ")
    parts = prefix + tuple(part.strip() for part in path.split("::") if part.strip())
    if parts and parts[-1] == "self":
        parts = parts[:-1]
    yield parts, alias.strip() or (parts[-1] if parts else "")


class Crate:
    """The modules of one crate and what each imports."""

    def __init__(self, folder):
        self.texts, self.passed_on, self.children = {}, {}, {}
        for file in sorted((folder / "src").rglob("*.rs")):
            parts = file.relative_to(folder / "src").with_suffix("").parts
            module = parts[:-1] if parts[-1] in ("mod", "lib", "main") else parts
            if "bin" in parts:
                continue
            text = COMMENT_OR_TEXT.sub(" ", TESTS.sub("", file.read_text()))
            self.texts[module] = self.texts.get(module, "") + text
        for module, text in self.texts.items():
            self.children[module] = set(CHILD.findall(text))
            self.passed_on[module] = {}
            for public, tree in USE.findall(text):
                if public:
                    for path, name in expand(tree):
                        self.passed_on[module][name] = path

    def absolute(self, module, path):
        """A path as seen from the crate's root, or None where it leads out of the crate."""
        here = module
        if path[0] == "crate":
            return path[1:]
        if path[0] in ("super", "self"):
            while path and path[0] in ("super", "self"):
                here = here[:-1] if path[0] == "super" else here
                path = path[1:]
            return here + path
        return here + path if path[0] in self.children.get(module, ()) else None

    def defining(self, path, seen=()):
        """The module that defines what `path` names."""
        for length in range(len(path), -1, -1):
            module = path[:length]
            if module not in self.texts:
                continue
            rest = path[length:]
            if rest and (module, rest[0]) not in seen:
                onward = self.passed_on[module].get(rest[0])
                target = onward and self.absolute(module, onward)
                if target is not None:
                    return self.defining(target + rest[1:], (*seen, (module, rest[0])))
            return module
        return None

    def edges(self):
        """Module -> the modules that it imports from."""
        edges = {module: set() for module in self.texts}
        for module, text in self.texts.items():
            private = [
                p for public, tree in USE.findall(text) if not public for p, _ in expand(tree)
            ]
            inline = [tuple(p.split("::")) for p in PATH.findall(USE.sub(" ", text))]
            for path in private + inline:
                target = path and self.absolute(module, path)
                target = None if not target else self.defining(target)
                if target is not None and target != module:
                    edges[module].add(target)
        return edges


def circles(edges):
    """The groups of modules that reach each other (Tarjan 1972)."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for onward in edges[node]:
            if onward not in index:
                visit(onward)
                low[node] = min(low[node], low[onward])
            elif onward in stack:
                low[node] = min(low[node], index[onward])
        if low[node] == index[node]:
            group = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(group) > 1:
                found.append(sorted(group))

    for node in edges:
        if node not in index:
            visit(node)
    return found


def main():
    name = lambda module: "::".join(module) or "(root)"
    failed = False
    for folder in sorted((ROOT / "crates").iterdir()):
        if not (folder / "src").is_dir():
            continue
        edges = Crate(folder).edges()
        if "--edges" in sys.argv[1:]:
            for module, imported in sorted(edges.items()):
                for other in sorted(imported):
                    print(f"{folder.name}: {name(module)} -> {name(other)}")
        for group in circles(edges):
            failed = True
            print(f"{folder.name}: {len(group)} modules import each other in a circle:")
            for module in group:
                onward = sorted(edges[module] & set(group))
                print(f"  {name(module)} -> {', '.join(map(name, onward))}")
    if not failed:
        print("no module imports itself in a circle")
    sys.exit(failed)


if __name__ == "__main__":
    main()
