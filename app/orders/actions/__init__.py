"""What orders do.

placing    an order is placed and moved on, in the transaction of whoever knows why
shipping   staff ship a parcel, or correct its number; WeChat is told of it
receiving  the buyer has it, or the days for it are over; the after-sale window ends
disputing  a request for money back holds an order up, and lets it go again

Each of the last three is one transaction, and changes the order's row by one conditional UPDATE, so that of two who
come at the same time one finds it changed.
"""

from app.orders.actions.disputing import begin_dispute as begin_dispute
from app.orders.actions.disputing import end_dispute as end_dispute
from app.orders.actions.placing import NewLine as NewLine
from app.orders.actions.placing import advance as advance
from app.orders.actions.placing import advance_all as advance_all
from app.orders.actions.placing import close as close
from app.orders.actions.placing import note as note
from app.orders.actions.placing import place as place
from app.orders.actions.receiving import confirm_receipt as confirm_receipt
from app.orders.actions.receiving import receive_by_itself as receive_by_itself
from app.orders.actions.receiving import settle as settle
from app.orders.actions.shipping import Parcel as Parcel
from app.orders.actions.shipping import correct as correct
from app.orders.actions.shipping import ship as ship
from app.orders.actions.shipping import upload_again as upload_again
