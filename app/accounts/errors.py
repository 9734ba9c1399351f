"""What accounts says no to."""

from dataclasses import dataclass

from app.core.errors import DomainError


class LoginCodeInvalid(DomainError):
    """This sign-in has expired; please sign in again."""


class LoginCodeUsed(DomainError):
    """This sign-in was already used; please sign in again."""


class AccountBlocked(DomainError):
    """This account is blocked."""


class RefreshTokenInvalid(DomainError):
    """Your session has ended; please sign in again."""


class BadCredentials(DomainError):
    """The username or the password is wrong."""


class UsernameTaken(DomainError):
    """Somebody else has this username."""


class StaffNotFound(DomainError):
    """There is no such member of staff."""


class LastAdmin(DomainError):
    """The shop needs an admin: this would leave none."""


class NotYourself(DomainError):
    """Another admin must do this: nobody takes her own rights away."""


class StaffDisabled(DomainError):
    """This account is disabled; enable it first."""


class StaffNotDisabled(DomainError):
    """This account is not disabled."""


class WorksHere(DomainError):
    """You work here: first another admin ends your work, then your account can be deleted."""


@dataclass(eq=False)
class TryLater(DomainError):
    """Please try again a little later."""

    retry_after_ms: int


class AddressNotFound(DomainError):
    """There is no such address."""


class PhoneCodeInvalid(DomainError):
    """This phone number could not be confirmed; please tap the button again."""


class TooManyAddresses(DomainError):
    """You have saved as many addresses as there is room for; delete one first."""


class TokenInvalid(Exception):
    """The access token was not signed by us, or is long out of date: UNAUTHENTICATED, no refusal of the shop."""
