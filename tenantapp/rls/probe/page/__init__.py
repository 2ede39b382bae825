"""The report as one page that needs nothing from outside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tenantapp.rls.probe.attacks import GROUPS
from tenantapp.rls.probe.report import ProbeReport

_FOLDER = Path(__file__).parent
_OTHERS = {
    "read": "Read it with B's rows there and without: the answer must be the same, and hold nothing of B's",
    "insert": "Insert what all tenants read (by privilege)",
    "update": "Change what all tenants read (by privilege)",
    "delete": "Delete what all tenants read (by privilege)",
    "truncate": "Empty what all tenants read (by privilege)",
}
_CALLS = {"call": "Call it with B's values, with B's rows there and without: it must answer the same"}
_SECTIONS = {
    "Tenants' tables": ("table",),
    "Views and shared tables": ("view", "materialized view", "foreign table", "shared table"),
    "Functions": ("function",),
}


def as_html(report: ProbeReport) -> str:
    """Return the page: styles, script and report inside it, and a policy that lets it ask no host."""
    parts = {
        "/*STYLE*/": (_FOLDER / "page.css").read_text(encoding="utf-8"),
        "/*SCRIPT*/": (_FOLDER / "page.js").read_text(encoding="utf-8"),
        # A statement may hold "</script>": an escaped slash ends no element.
        "/*REPORT*/": json.dumps(_page_data(report)).replace("</", "<\\/").replace("<!--", "<\\!--"),
    }
    page = (_FOLDER / "page.html").read_text(encoding="utf-8")
    for mark, text in parts.items():
        page = page.replace(mark, text)
    return page


def _page_data(report: ProbeReport) -> dict[str, Any]:
    data = report.as_json()
    data["sections"] = [
        {
            "title": title,
            "attacks": _attacks(kinds),
            "subjects": [subject for subject in data["subjects"] if subject["kind"] in kinds],
        }
        for title, kinds in _SECTIONS.items()
    ]
    return {**data, "subjects": [subject["name"] for subject in data["subjects"]]}


def _attacks(kinds: tuple[str, ...]) -> list[dict[str, str]]:
    if "table" in kinds:
        return [
            {"name": attack.name, "what": attack.what, "group": group}
            for group, attacks in GROUPS.items()
            for attack in attacks
        ]
    told = _CALLS if "function" in kinds else _OTHERS
    return [{"name": name, "what": what, "group": ""} for name, what in told.items()]
