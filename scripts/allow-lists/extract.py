"""Derives from a library's source, by reading only, what a pickle may do with its classes and functions.

Nothing is imported or run: sources are parsed with `ast`. See README.md for the criterion.
"""

import ast
import re
import sys
import warnings
from pathlib import Path

from knowledge import (
    BASES,
    CONTAINERS,
    DANGEROUS_ATTRIBUTES,
    DANGEROUS_BUILTINS,
    DANGEROUS_ROOTS,
    EXCLUDED_MODULE,
    HARMLESS_CALLS,
    HARMLESS_DECORATORS,
    HARMLESS_METHODS,
    MUTATORS,
    constraint_of,
    reviewed,
)

warnings.filterwarnings("ignore")


class ClassFacts:
    """What one class body says about itself."""

    def __init__(self, module, qualname, node):
        self.module = module
        self.qualname = qualname
        self.node = node
        self.methods = {}
        self.setters = False
        self.odd_attributes = False
        for item in node.body:
            self._read(item)

    def _read(self, item):
        if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self.methods.setdefault(item.name, item)
            self.setters |= any(isinstance(d, ast.Attribute) and d.attr in ("setter", "deleter") for d in item.decorator_list)
        elif isinstance(item, (ast.Assign, ast.AnnAssign)):
            self._read_assignment(item)
        elif isinstance(item, (ast.If, ast.Try, ast.For, ast.While, ast.With)):
            for inner in ast.iter_child_nodes(item):
                if isinstance(inner, ast.stmt):
                    self._read(inner)

    def _read_assignment(self, item):
        targets = item.targets if isinstance(item, ast.Assign) else [item.target]
        for target in targets:
            if isinstance(target, ast.Name) and item.value is not None:
                if target.id.startswith("__") and target.id not in ("__slots__", "__doc__", "__module__", "__all__", "__annotations__"):
                    self.methods.setdefault(target.id, item.value)
                # A call may make a descriptor with __set__, which only a slot state would reach.
                self.odd_attributes |= isinstance(item.value, ast.Call)


class Module:
    def __init__(self, name, is_package):
        self.name = name
        self.is_package = is_package
        self.imports = {}
        self.stars = []
        self.classes = {}
        self.functions = {}
        self.aliases = {}
        self.calls = {}

    def read(self, body, prefix):
        for node in body:
            if isinstance(node, ast.ClassDef):
                qualname = prefix + node.name
                self.classes[qualname] = ClassFacts(self.name, qualname, node)
                self.read([n for n in node.body if isinstance(n, ast.ClassDef)], qualname + ".")
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not prefix:
                self.functions[node.name] = node
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    self.imports[alias.asname or alias.name.split(".")[0]] = alias.name if alias.asname else alias.name.split(".")[0]
            elif isinstance(node, ast.ImportFrom):
                self._import_from(node)
            elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                if isinstance(node.value, (ast.Name, ast.Attribute)):
                    self.aliases[node.targets[0].id] = dotted(node.value)
                elif isinstance(node.value, ast.Call):
                    self.calls[node.targets[0].id] = node.value
            elif isinstance(node, (ast.If, ast.Try, ast.With)):
                inner = list(node.body)
                inner += getattr(node, "orelse", [])
                for handler in getattr(node, "handlers", []):
                    inner += handler.body
                self.read(inner, prefix)

    def _import_from(self, node):
        base = node.module or ""
        if node.level:
            parts = self.name.split(".")
            keep = len(parts) - node.level + (1 if self.is_package else 0)
            base = ".".join(parts[:keep] + ([node.module] if node.module else []))
        for alias in node.names:
            if alias.name == "*":
                self.stars.append(base)
            else:
                self.imports[alias.asname or alias.name] = f"{base}.{alias.name}"


class Modules(dict):
    """Modules by name; those of the libraries a library builds on are parsed when first asked for."""

    def __init__(self, paths):
        super().__init__()
        self.paths = paths

    def __contains__(self, name):
        return super().__contains__(name) or name in self.paths

    def __missing__(self, name):
        path, is_package = self.paths[name]
        self[name] = read_module(name, is_package, path) or Module(name, is_package)
        return self[name]


def module_paths(root, package):
    start = Path(root) / package
    files = sorted(start.rglob("*.py")) if start.is_dir() else [start.with_suffix(".py")]
    for path in files:
        parts = list(path.relative_to(root).with_suffix("").parts)
        is_package = parts[-1] == "__init__"
        yield ".".join(parts[:-1] if is_package else parts), path, is_package


def read_module(name, is_package, path):
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        tree = parse_python_2(path)
    if tree is None:
        print(f"not parsed: {path}", file=sys.stderr)
        return None
    module = Module(name, is_package)
    module.read(tree.body, "")
    return module


class Universe:
    """All modules of one library at one version, plus the libraries it builds on."""

    def __init__(self, foundation=None):
        self.modules = Modules(foundation or {})
        self.unresolved = {}
        self._known = {}

    def load(self, root, package, wanted):
        """Parses the modules that are wanted now, and the others when something refers to them."""
        found = list(module_paths(root, package))
        self.modules.paths = {**self.modules.paths, **{name: (path, is_package) for name, path, is_package in found}}
        for name, _, _ in found:
            if wanted(name):
                _ = self.modules[name]

    def resolve(self, module, name, depth=0):
        """Fully qualified definition of a dotted name seen in a module, or the best guess."""
        if name is None or depth > 12:
            return name
        if depth:
            return self._resolve(module, name, depth)
        key = (module.name, name)
        if key not in self._known:
            self._known[key] = self._resolve(module, name, depth)
        return self._known[key]

    def _resolve(self, module, name, depth):
        head, _, rest = name.partition(".")
        full = self._head(module, head, depth)
        return self._definition(f"{full}.{rest}" if rest else full, depth + 1)

    def _head(self, module, head, depth):
        if head in module.classes or head in module.functions or head in module.calls:
            return f"{module.name}.{head}"
        if head in module.imports:
            return module.imports[head]
        if head in module.aliases and module.aliases[head] != head:
            return self.resolve(module, module.aliases[head], depth + 1)
        for star in module.stars:
            found = self._definition(f"{star}.{head}", depth + 1)
            if self._exists(found):
                return found
        return f"{module.name}.{head}" if f"{module.name}.{head}" in self.modules else head

    def _definition(self, full, depth):
        if full is None or depth > 12 or self._exists(full):
            return full
        owner, _, name = full.rpartition(".")
        prefix = ""
        while owner and owner not in self.modules:
            owner, _, head = owner.rpartition(".")
            prefix = f"{head}.{prefix}"
        if not owner:
            return full
        module = self.modules[owner]
        inner = prefix + name
        first = inner.split(".")[0]
        if first in module.imports or first in module.aliases or module.stars:
            found = self.resolve(module, inner, depth + 1)
            return found if found != inner else full
        return full

    def _exists(self, full):
        if full in self.modules:
            return True
        owner, name = self.split(full)
        return owner is not None and (name in owner.classes or name in owner.functions or name in owner.calls)

    def split(self, full):
        owner, _, name = full.rpartition(".")
        while owner and owner not in self.modules:
            owner, _, head = owner.rpartition(".")
            name = f"{head}.{name}"
        return (self.modules[owner], name) if owner else (None, full)

    def lineage(self, facts, seen=()):
        """The class and its ancestors known from source, the outside bases, and whether all were understood."""
        own, outside, complete = [facts], set(), True
        module = self.modules[facts.module]
        if (facts.module, facts.qualname) in seen or len(seen) > 40:
            return own, outside, False
        for base in facts.node.bases:
            for kind, value in self._base(module, facts, base):
                if kind == "class":
                    more, beyond, understood = self.lineage(value, (*seen, (facts.module, facts.qualname)))
                    own += more
                    outside |= beyond
                    complete &= understood
                elif kind == "outside":
                    outside.add(value)
                else:
                    complete = False
                    self.unresolved[value] = self.unresolved.get(value, 0) + 1
        return own, outside, complete

    def _base(self, module, facts, node):
        if isinstance(node, ast.Subscript):
            node = node.value
        if isinstance(node, ast.Call):
            return self._called_base(module, facts, node)
        name = dotted(node)
        if name is None:
            return [("unknown", ast.dump(node)[:60])]
        parent = facts.qualname.rpartition(".")[0]
        if parent and f"{parent}.{name}" in module.classes:
            return [("class", module.classes[f"{parent}.{name}"])]
        full = self.resolve(module, name)
        owner, inner = self.split(full)
        if owner is not None and inner in owner.classes and owner.classes[inner] is not facts:
            return [("class", owner.classes[inner])]
        if owner is not None and inner in owner.calls:
            return self._called_base(owner, facts, owner.calls[inner])
        if "." not in full:
            full = f"builtins.{full}"
        return [("outside", full)] if full in BASES else [("unknown", full)]

    def _called_base(self, module, facts, call):
        function = dotted(call.func) or ""
        last = function.split(".")[-1]
        if last == "namedtuple" or last == "NamedTuple":
            return [("outside", "collections.namedtuple")]
        if last in ("with_metaclass", "_with_metaclass"):
            return [pair for base in call.args[1:] for pair in self._base(module, facts, base)]
        if last == "NewType" or last == "TypeVar":
            return []
        return [("unknown", f"call:{function}")]


def parse_python_2(path):
    """Old releases hold a little Python 2 syntax."""
    text = path.read_text("utf-8", "replace")
    text = re.sub(r"^(\s*)print (.+)$", r"\1print(\2)", text, flags=re.M)
    text = re.sub(r"except (\w+), (\w+):", r"except \1 as \2:", text)
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return None


def dotted(node):
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = dotted(node.value)
        return None if inner is None else f"{inner}.{node.attr}"
    return None


def only_harmless_calls(node):
    """True when a hook's body calls nothing but a few pure built-ins, so it cannot be turned into a gadget."""
    if not isinstance(node, ast.FunctionDef):
        return isinstance(node, (ast.Constant, ast.Name))
    for inner in ast.walk(node):
        if isinstance(inner, (ast.Import, ast.ImportFrom)):
            return False
        if isinstance(inner, ast.Call):
            name = dotted(inner.func)
            last = name.split(".")[-1] if name else getattr(inner.func, "attr", None)
            plain = name is not None and "." not in name
            if not (plain and last in HARMLESS_CALLS or not plain and last in HARMLESS_METHODS):
                return False
    return True


def judge_class(universe, facts):
    """Letters of the uses a class allows; None when nothing can be said."""
    own, outside, complete = universe.lineage(facts)
    if not complete or not all(harmless_decorators(c.node) for c in own):
        return None
    hooks = Hooks(own, outside)
    if hooks.is_enum():
        return "e" if hooks.harmless("_missing_") and not hooks.defined("__new__") or hooks.is_plain_enum() else "i"
    letters = "i"
    if hooks.safe_to_make():
        letters += "n"
        if hooks.safe_to_build():
            letters += "b"
            if hooks.safe_to_set():
                letters += "s"
        if hooks.safe_to_mutate():
            letters += "m"
        if hooks.keyed():
            letters += "h"
    return letters + hooks.constraint() if letters != "i" or not hooks.dangerous() else None


class Hooks:
    """Answers about the methods a class has, its own and inherited ones."""

    def __init__(self, own, outside):
        self.own = own
        self.outside = outside

    def defined(self, name):
        return [(c, c.methods[name]) for c in self.own if name in c.methods]

    def reviewed(self, facts, name):
        return reviewed(f"{facts.module}.{facts.qualname}", name)

    def harmless(self, name):
        return all(self.reviewed(c, name) or only_harmless_calls(node) for c, node in self.defined(name))

    def constraint(self):
        """`!name` of what the judge must check of a state, or nothing."""
        names = {constraint_of(f"{c.module}.{c.qualname}", name) for c in self.own for name in c.methods} - {None}
        return "".join(f"!{name}" for name in sorted(names))

    def base(self, question):
        return any(question in BASES[b] for b in self.outside)

    def is_enum(self):
        return self.base("enum")

    def is_plain_enum(self):
        return self.harmless("_missing_") and self.harmless("__new__") and self.harmless("__init__")

    def dangerous(self):
        return bool(self.defined("__del__")) and not self.harmless("__del__")

    def safe_to_make(self):
        if self.base("no-new") or not self.harmless("__del__"):
            return False
        if self.base("array") and not self.harmless("__array_finalize__"):
            return False
        return all(self.reviewed(c, "__new__") or trivial_new(node) for c, node in self.defined("__new__"))

    def safe_to_build(self):
        if self.base("no-build"):
            return False
        if self.defined("__getattribute__") and not self.harmless("__getattribute__"):
            return False
        if self.defined("__setstate__"):
            return self.harmless_setstate()
        # Without __setstate__, looking it up falls through to __getattr__.
        return self.harmless("__getattr__") and not self.defined("__dict__")

    def harmless_setstate(self):
        return all(self.reviewed(c, "__setstate__") or only_harmless_calls(node) for c, node in self.defined("__setstate__"))

    def safe_to_set(self):
        if self.defined("__setstate__"):
            return True
        plain = not any((c.setters or c.odd_attributes) and not self.reviewed(c, "setters") for c in self.own)
        return plain and not self.defined("__setattr__") and not self.base("no-set")

    def safe_to_mutate(self):
        if not self.base("container"):
            return False
        names = {n for b in self.outside for n in MUTATORS.get(CONTAINERS.get(b, ""), ())}
        return all(self.harmless(name) for name in names) and self.harmless("__getattribute__")

    def keyed(self):
        return not (self.harmless("__hash__") and self.harmless("__eq__"))


def trivial_new(node):
    """`__new__` that only hands on to the parent's."""
    return isinstance(node, ast.FunctionDef) and only_harmless_calls(node)


def harmless_decorators(node):
    for decorator in node.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = dotted(target)
        if name is None or name.split(".")[-1] not in HARMLESS_DECORATORS:
            return False
    return True


def declared_module(node):
    """The module that numpy's `set_module` decorator writes into `__module__`, which is what a pickle names."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and (dotted(decorator.func) or "").split(".")[-1] in ("set_module", "array_function_dispatch"):
            values = [a for a in decorator.args if isinstance(a, ast.Constant)] + [k.value for k in decorator.keywords if k.arg == "module"]
            if values and isinstance(values[0], ast.Constant) and isinstance(values[0].value, str):
                return values[0].value
    return None


def importable(module_name):
    """Modules whose mere import acts, or that no model refers to, are left out."""
    return not EXCLUDED_MODULE.search(f".{module_name}.")


def extract_classes(universe, package, only=None):
    table = {}
    for name, module in list(universe.modules.items()):
        if name.split(".")[0] != package or not importable(name) or (only and not re.match(only, name)):
            continue
        for qualname, facts in module.classes.items():
            letters = judge_class(universe, facts) or ""
            for home in (name, declared_module(facts.node)):
                if home is not None:
                    table.setdefault(home, {})[qualname] = letters
        for target, call in module.calls.items():
            if (dotted(call.func) or "").split(".")[-1] in ("namedtuple", "NamedTuple"):
                table.setdefault(name, {})[target] = "in"
    return table


def extract_functions(universe, package, patterns):
    """Functions that may stand in a pickle as values, if nothing they reach reads, writes, runs or loads anything."""
    table = {}
    tainted = {}
    for name, module in list(universe.modules.items()):
        if name.split(".")[0] != package or not importable(name) or not any(re.match(p + r"\Z", name) for p in patterns):
            continue
        for function in module.functions:
            if function.endswith("_dispatcher") or function.startswith("__"):
                continue
            home = declared_module(module.functions[function])
            letters = "" if reaches_danger(universe, module, function, tainted) else "i"
            table.setdefault(name, {})[function] = letters
            if home is not None:
                table.setdefault(home, {})[function] = letters
    return table


def reaches_danger(universe, module, function, tainted, depth=0):
    key = f"{module.name}.{function}"
    if key in tainted:
        return tainted[key]
    tainted[key] = False
    node = module.functions[function]
    own = {inner.arg for inner in ast.walk(node) if isinstance(inner, ast.arg)}
    own |= {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)}
    tainted[key] = any(dangerous_reference(universe, module, inner, own, tainted, depth) for inner in ast.walk(node))
    return tainted[key]


def dangerous_reference(universe, module, node, own, tainted, depth):
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        return any(name.split(".")[0] in DANGEROUS_ROOTS for name in names)
    if isinstance(node, ast.Attribute) and node.attr in DANGEROUS_ATTRIBUTES:
        return True
    # An attribute by a computed name is any method of anything, if the caller chooses the name.
    if isinstance(node, ast.Call) and dotted(node.func) == "getattr" and len(node.args) > 1 and not isinstance(node.args[1], ast.Constant):
        return True
    name = dotted(node)
    if name is None or name.split(".")[0] in own:
        return False
    if name in DANGEROUS_BUILTINS:
        return True
    full = universe.resolve(module, name) or name
    if full.split(".")[0] in DANGEROUS_ROOTS:
        return True
    owner, inner = universe.split(full)
    if owner is None or inner not in owner.functions:
        return False
    return depth > 30 or reaches_danger(universe, owner, inner, tainted, depth + 1)
