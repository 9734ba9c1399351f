"""What personal decides, over values."""

from datetime import timedelta

#: How long a file waits to be fetched.
EXPORT_KEPT = timedelta(days=7)
#: While one worker makes a file, others leave it alone.
EXPORT_RETRY = timedelta(minutes=5)
#: Of a person whose orders are still open: how long until she is looked at again.
LOOK_AGAIN_S = 600
