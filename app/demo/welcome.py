"""What `make serve` says when it is up."""


def welcome(origin: str, password: str | None) -> str:
    """A short welcome with the addresses; the staff's password where one was drawn just now."""
    lines = [
        "",
        "  Pintuan 拼团 is open.",
        "",
        f"  Welcome page     {origin}/",
        f"  GraphQL          {origin}/graphql    (a browser sees the explorer)",
        f"  WeChat sandbox   {origin}/wechat-sandbox",
        "  The story        make demo           (in another terminal)",
    ]
    if password:
        lines += ["", f"  Staff (admin, marketer, manager, host, merchant, support): password {password}"]
    return "\n".join([*lines, ""])
