"""The application for a WSGI server of the operator's choice."""

import gc

from rehab_tracker.app import create_app
from rehab_tracker.config import Settings

app = create_app(Settings.from_environment())
gc.collect()
gc.freeze()  # what start-up made stays: the collector need not walk it on every request
