"""Reads the house as text: modules, their imports and definitions, by plain ``ast``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("portal", "notifications", "consent")


class Module(NamedTuple):
    path: Path
    name: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        return len(self.path.read_text().splitlines())


class Import(NamedTuple):
    module: Module
    target: str
    line: int
    inside: str
    """The function that holds the import, or "" at the top."""

    def __str__(self) -> str:
        return f"{self.module.path.relative_to(ROOT)}:{self.line} imports {self.target}"


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the product, migrations left out."""
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                parts = path.relative_to(ROOT).with_suffix("").parts
                name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
                found.append(Module(path, name, ast.parse(path.read_text(), str(path))))
    return tuple(found)


@cache
def names() -> frozenset[str]:
    return frozenset(module.name for module in modules())


def imports(module: Module) -> Iterator[Import]:
    """Every import of the module; ``from package import name`` names the submodule where ``name`` is one."""
    yield from _imports(module, module.tree, "")


def _imports(module: Module, node: ast.AST, inside: str) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(module, alias.name, child.lineno, inside)
        elif isinstance(child, ast.ImportFrom):
            base = child.module or ""
            for alias in child.names:
                deeper = f"{base}.{alias.name}"
                yield Import(module, deeper if deeper in names() else base, child.lineno, inside)
        else:
            deeper_inside = inside
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                deeper_inside = getattr(child, "name", "lambda")
            yield from _imports(module, child, deeper_inside)


def inside(package: str) -> list[Module]:
    return [module for module in modules() if module.name == package or module.name.startswith(package + ".")]
