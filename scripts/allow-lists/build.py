"""Writes the allow-list tables of src/rules/data/pickle/tables.ts from library sources laid out on disk.

    python3 build.py SOURCES OUT [library …]

SOURCES holds `<library>/<version>/<package>/…`, as README.md says how to get; OUT is src/rules/data/pickle/tables.ts.
"""

import json
import re
import sys
from pathlib import Path

from extract import Universe, extract_classes, extract_functions, importable, module_paths

HERE = Path(__file__).parent
ORDER = "icnbsmhe"


def dangerous_entries():
    """The judge's own deny table: what it names is never generated as allowed, only reviewed by hand."""
    text = (HERE / "../../src/rules/data/pickle/danger-groups.ts").read_text()
    lists = " ".join(re.findall(r"names:\s*[`']([^`']*)[`']", text)).split()
    modules = {entry[:-2] for entry in lists if entry.endswith(".*")}
    return modules, {entry for entry in lists if ":" in entry}


def without_dangerous(merged):
    modules, names = dangerous_entries()

    def denied(module, name):
        parts = module.split(".")
        parents = {".".join(parts[: i + 1]) for i in range(len(parts))}
        qualified = name.split(".")
        prefixes = {f"{module}:{'.'.join(qualified[: i + 1])}" for i in range(len(qualified))}
        return bool(parents & modules or prefixes & names)

    return {module: {name: uses for name, uses in found.items() if not denied(module, name)} for module, found in merged.items()}


def merge(tables):
    """What every version that has the name allows; the loader's version is not known."""
    merged = {}
    for table in tables:
        for module, names in table.items():
            for name, letters in names.items():
                known = merged.setdefault(module, {}).get(name)
                merged[module][name] = letters if known is None else combine(known, letters)
    return merged


def combine(one, other):
    if one == other:
        return one
    mine, _, condition = one.partition("!")
    theirs, _, further = other.partition("!")
    both = "".join(letter for letter in ORDER if letter in mine and letter in theirs and letter != "h")
    if both and "h" in mine + theirs:
        both += "h"
    return both + (f"!{condition or further}" if both and (condition or further) else "")


def add_reviewed(merged, entries):
    constraints = {}
    for module, names in merged.items():
        for name, value in names.items():
            names[name], _, condition = value.partition("!")
            if condition:
                constraints.setdefault(module, {})[name] = condition
    for entry in entries:
        for module in entry["modules"]:
            for name in entry["names"]:
                merged.setdefault(module, {})[name] = entry["uses"]
                if "constraint" in entry:
                    constraints.setdefault(module, {})[name] = entry["constraint"]
    return constraints


def compact(merged):
    """Per module, the names by uses: a changed class is a changed line."""
    modules = {}
    for module in sorted(merged):
        groups = {}
        for name in sorted(merged[module]):
            letters = "".join(letter for letter in ORDER if letter in merged[module][name])
            if letters:
                groups.setdefault(letters, []).append(name)
        if groups:
            modules[module] = {letters: " ".join(groups[letters]) for letters in sorted(groups)}
    return modules


def wanted(spec, name):
    patterns = [spec.get("only", ""), *spec.get("functions", [])]
    return importable(name) and any(re.match(pattern, name) for pattern in patterns)


def build(spec, sources):
    tables = []
    foundation = {}
    for library, used, package in spec.get("with", []):
        foundation |= {name: (path, is_package) for name, path, is_package in module_paths(sources / library / used, package)}
    for version in spec.get("versions", []):
        universe = Universe(foundation)
        for package in spec["packages"]:
            root = sources / spec["library"] / version["version"]
            if (root / package).is_dir() or (root / f"{package}.py").is_file():
                universe.load(root, package, lambda name: wanted(spec, name))
                tables.append(extract_classes(universe, package, spec.get("only")))
                tables.append(extract_functions(universe, package, spec.get("functions", [])))
    merged = without_dangerous(merge(tables))
    reviewed = HERE / "reviewed" / f"{spec['library']}.json"
    constraints = add_reviewed(merged, json.loads(reviewed.read_text()) if reviewed.exists() else [])
    modules = compact(merged)
    counts = {"modules": len(modules), "names": sum(len(v.split(" ")) for m in modules.values() for v in m.values())}
    head = {"library": spec["library"], "repository": spec.get("repository", ""), "versions": spec.get("versions", []), "counts": counts}
    return {**head, **({"constraints": constraints} if constraints else {}), "modules": modules}


HEADER = """/**
 * Written by scripts/allow-lists/build.py, from the sources it names. A JSON text, one line a module so that a review sees
 * what changed, and parsed only when a pickle is examined.
 */
export const tablesText = `[
"""


def render(table):
    lines = ["{"]
    for key in ("library", "repository", "versions", "counts", "constraints"):
        if key in table:
            lines.append(f'  "{key}": {json.dumps(table[key], sort_keys=True)},')
    lines.append('  "modules": {')
    rows = [f"    {json.dumps(name)}: {json.dumps(uses)}" for name, uses in table["modules"].items()]
    lines.append(",\n".join(rows))
    lines.append("  }\n}")
    return "\n".join(lines)


def read(path):
    """The tables already written, by library, so that one library can be done again alone."""
    if not path.exists():
        return {}
    text = path.read_text()
    return {table["library"]: table for table in json.loads(text[text.index("`") + 1 : text.rindex("`")])}


def write(path, tables):
    body = ",\n".join(render(tables[library]) for library in sorted(tables))
    if "`" in body or "${" in body or "\\" in body:
        raise ValueError("a name that a template literal cannot hold")
    path.write_text(f"{HEADER}{body}\n]`;\n")


def main():
    sources, out, wanted = Path(sys.argv[1]), Path(sys.argv[2]), set(sys.argv[3:])
    tables = read(out)
    for path in sorted((HERE / "libraries").glob("*.json")):
        if wanted and path.stem not in wanted:
            continue
        tables[path.stem] = build(json.loads(path.read_text()), sources)
        print(path.stem, tables[path.stem]["counts"])
        write(out, tables)


if __name__ == "__main__":
    main()
