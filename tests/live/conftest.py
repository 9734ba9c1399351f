"""What the tests of live rooms share."""

from datetime import timedelta

import pytest

from app.live import rules


@pytest.fixture
def long_pace(monkeypatch: pytest.MonkeyPatch) -> timedelta:
    """A pace that no busy machine outruns; the one in force is decided over values in `test_rules`."""
    pace = timedelta(hours=1)
    monkeypatch.setattr(rules, "PACE", pace)
    return pace
