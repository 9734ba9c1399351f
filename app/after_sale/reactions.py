"""What we do on hearing what happened."""

from app.after_sale import actions
from app.after_sale.models import AfterSale
from app.core.outbox import Fact, Reaction
from app.payments.facts import RefundSucceeded


async def finish_request(fact: RefundSucceeded) -> None:
    """The money of a request has arrived: nothing is left to do for it."""
    found = await AfterSale.get_or_none(refund_id=fact.refund)
    if found is not None:
        await actions.finish(found.id)


REACTIONS: dict[type[Fact], list[Reaction]] = {RefundSucceeded: [finish_request]}
