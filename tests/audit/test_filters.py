from datetime import date

import pytest

from meddx.audit.entry import AuditEntry
from meddx.audit.filters import AuditFilter

ENTRIES = [
    AuditEntry(1, "2026-11-27T23:59:59.999+00:00", "sign-in", "refused", "ana", "", "", "", "", ""),
    AuditEntry(2, "2026-11-28T00:00:00.000+00:00", "view", "success", "ana", "", "ab12", "", "", ""),
    AuditEntry(3, "2026-11-28T23:59:59.999+00:00", "view", "success", "ben", "", "ab99", "", "", ""),
    AuditEntry(4, "2026-11-29T00:00:00.000+00:00", "export", "success", "", "", "", "", "", ""),
]


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({}, [1, 2, 3, 4]),
        ({"since": date(2026, 11, 28)}, [2, 3, 4]),
        ({"until": date(2026, 11, 28)}, [1, 2, 3]),
        ({"since": date(2026, 11, 28), "until": date(2026, 11, 28)}, [2, 3]),
        ({"who": "ana"}, [1, 2]), ({"who": ""}, [4]), ({"who": "an"}, []),
        ({"event": "view"}, [2, 3]), ({"outcome": "refused"}, [1]),
        ({"case": "ab"}, [2, 3]), ({"case": "ab12"}, [2]), ({"case": ""}, [2, 3]),
    ],
)  # fmt: skip
def test_entries_that_pass(asked, numbers):
    assert [entry.number for entry in AuditFilter(**asked).of(ENTRIES)] == numbers


def test_what_was_asked_is_said():
    assert AuditFilter().words() == "all entries"
    assert AuditFilter(who="ana", since=date(2026, 11, 28)).words() == "since 2026-11-28, who ana"
