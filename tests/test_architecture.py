"""The rule of direction: schemas ← transforms, schemas ← report_templates, all ← flows."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OURS = {"schemas", "transforms", "report_templates", "flows"}
MAY_IMPORT = {
    "schemas": {"schemas"},
    "transforms": {"schemas", "transforms"},
    "report_templates": {"schemas", "report_templates"},
    "flows": OURS,
}
FORBIDDEN = {
    "schemas": {"os", "pathlib", "io", "random", "time", "deltalake", "prefect", "weasyprint", "jinja2", "sqlite3", "socket"},
    "transforms": {
        "os", "pathlib", "io", "random", "time", "deltalake", "prefect", "weasyprint", "jinja2", "sqlite3", "socket",
    },
    "report_templates": {"polars", "pandera", "prefect", "deltalake", "socket", "random", "time"},
    "flows": {"jinja2", "weasyprint"},
}  # fmt: skip


def imports_of(path: Path) -> set[str]:
    """Top-level names that a module imports anywhere outside `if TYPE_CHECKING`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        node
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    names: set[str] = set()
    for node in ast.walk(tree):
        if node in typing_only:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def modules(room: str) -> list[Path]:
    found = sorted((ROOT / room).rglob("*.py"))
    assert found, f"{room}/ is empty"
    return found


@pytest.mark.parametrize("room", sorted(OURS))
def test_rooms_import_only_downwards(room: str) -> None:
    for path in modules(room):
        upwards = (imports_of(path) & OURS) - MAY_IMPORT[room]
        assert not upwards, f"{path.relative_to(ROOT)} imports {sorted(upwards)}"


@pytest.mark.parametrize("room", sorted(FORBIDDEN))
def test_rooms_leave_io_clocks_and_frameworks_to_others(room: str) -> None:
    for path in modules(room):
        if path.parent.name == "fonts":  # the recipe that made the fonts, run by hand
            continue
        wrong = imports_of(path) & FORBIDDEN[room]
        assert not wrong, f"{path.relative_to(ROOT)} imports {sorted(wrong)}"


def test_render_is_the_only_importer_of_jinja_and_weasyprint() -> None:
    importers = {
        path.name
        for path in modules("report_templates")
        if path.parent.name != "fonts" and imports_of(path) & {"jinja2", "weasyprint"}
    }
    assert importers == {"render.py"}


def test_no_rooms_without_a_name_of_their_own() -> None:
    for room in OURS:
        for path in modules(room):
            assert path.stem not in {"utils", "helpers", "common", "base", "misc"}, path


def test_transforms_do_not_read_the_clock() -> None:
    for path in modules("transforms"):
        text = path.read_text(encoding="utf-8")
        for clock in (".today(", ".now(", "utcnow("):
            assert clock not in text, f"{path.name} reads a clock: {clock}"
