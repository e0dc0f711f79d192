"""Entries of the audit log as CSV and JSON."""

import json
from collections.abc import Iterable
from dataclasses import asdict, astuple, fields

from meddx.audit.entry import AuditEntry
from meddx.export.data_tables import DataTable
from meddx.export.spreadsheets import table_csv

AUDIT_COLUMNS = tuple(field.name for field in fields(AuditEntry))


def audit_csv(entries: Iterable[AuditEntry]) -> str:
    """Return the entries as CSV, in which no text is run as a formula."""
    return table_csv(DataTable("audit", AUDIT_COLUMNS, [astuple(entry) for entry in entries]))


def audit_json(entries: Iterable[AuditEntry]) -> str:
    """Return the entries as a JSON array of objects."""
    return json.dumps([asdict(entry) for entry in entries], indent=2)
