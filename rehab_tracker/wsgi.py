"""The application for a WSGI server of the operator's choice."""

from rehab_tracker.app import create_app
from rehab_tracker.config import Settings

app = create_app(Settings.from_environment())
