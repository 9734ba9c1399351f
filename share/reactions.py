"""What sharing does on hearing a fact."""

from app.accounts.facts import SignedIn
from share import touches


async def join_visitor(fact: SignedIn) -> None:
    """Let the touches of who she was before follow her into her account."""
    if fact.visitor is not None:
        await touches.join_visitor(visitor=fact.visitor, user=fact.user)


REACTIONS = {SignedIn: [join_visitor]}
