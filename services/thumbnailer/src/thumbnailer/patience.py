"""How long Cloud Storage is asked again within one attempt at a task."""

from typing import Final

from google.cloud.storage.retry import DEFAULT_RETRY

# Longer waits are the queue's: it holds no picture in memory meanwhile.
RETRY: Final = DEFAULT_RETRY.with_timeout(15.0)
