"""Where the sandbox must not run: beside real money, or where strangers reach it. Pure."""

import ipaddress

from app.wechat.sandbox.keys import MCH_ID

_TWICE = 2


def refusal_to_start(*, host: str, merchant_id: str, times_told: int) -> str | None:
    """Why a sandbox must not start at this address beside this merchant id; None if it may.

    `merchant_id` is what the installation is configured with, empty if none. Whoever was told twice starts anyway.
    """
    if times_told >= _TWICE:
        return None
    if merchant_id and merchant_id != MCH_ID:
        return "a real merchant id is configured: whoever pays at the sandbox pays nobody"
    if not is_loopback(host):
        return f"{host} is not loopback: whoever reaches the sandbox pays without money"
    return None


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
