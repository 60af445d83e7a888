"""What every row is told about the run, and how it gets at a peer that may not be installed."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass, field
from types import ModuleType


@dataclass(slots=True)
class Run:
    """``quick`` proves that everything runs; its figures mean nothing. ``full`` takes the largest tables."""

    quick: bool = False
    full: bool = False
    remarks: list[str] = field(default_factory=list)

    @property
    def rounds(self) -> int:
        return 2 if self.quick else 7

    @property
    def seconds(self) -> float:
        return 0.01 if self.quick else 0.15

    def size(self, wanted: int, *, quick: int) -> int:
        return quick if self.quick else wanted

    def peer(self, name: str) -> ModuleType | None:
        """The peer's package, or None with a remark where this environment lacks it."""
        if importlib.util.find_spec(name) is None:
            self.remarks.append(f"{name} is not installed here (make bench installs it).")
            return None
        return importlib.import_module(name)
