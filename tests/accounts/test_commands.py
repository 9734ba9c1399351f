"""Accounts from the command line, for whoever keeps the shop."""

import asyncio
import sys

import pytest

from app.accounts import flows
from app.accounts.errors import BadCredentials
from app.accounts.models import Credential, Role, Session
from app.audit_log.models import AuditEntry
from tests.factories.accounts import PASSWORD, staff

pytestmark = pytest.mark.usefixtures("database")


async def _reset(username: str, password: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app.cli", "reset-staff-password", username,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate(f"{password}\n".encode())
    return process.returncode, said.decode()


async def test_whoever_sits_at_the_machine_gives_staff_a_new_password() -> None:
    await staff(Role.ADMIN)
    await flows.staff_sign_in(username="admin", password=PASSWORD)
    code, said = await _reset("Admin", "a new password")
    assert code == 0, said
    assert "a new password" not in said
    assert await Session.filter(ended_at=None).count() == 0
    with pytest.raises(BadCredentials):
        await flows.staff_sign_in(username="admin", password=PASSWORD)
    await flows.staff_sign_in(username="admin", password="a new password")
    entry = await AuditEntry.get(verb="staff.reset_password")
    assert entry.by_id is None


async def test_a_password_that_is_none_and_a_name_that_nobody_has_change_nothing() -> None:
    await staff(Role.ADMIN)
    before = (await Credential.get()).password_hash
    assert await _reset("admin", "short") == (1, "A password has 10 to 256 characters.\n")
    assert await _reset("nobody", "a new password") == (1, "Nobody of the staff is called nobody.\n")
    assert (await Credential.get()).password_hash == before
