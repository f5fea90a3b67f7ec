"""The application for a WSGI server of the operator's choice."""

import gc
import sys

from rehab_tracker.app import create_app
from rehab_tracker.config import ConfigProblem, Settings
from rehab_tracker.foundation.health import Damaged, require_sound
from rehab_tracker.foundation.migrate import WrongVersion

try:
    app = create_app(Settings.from_environment())
    require_sound(app.extensions["database"])
except (ConfigProblem, WrongVersion, Damaged) as problem:
    sys.exit(f"rehab-tracker: {problem}")
gc.collect()
gc.freeze()  # what start-up made stays: the collector need not walk it on every request
gc.set_threshold(5_000)  # a request makes more than the usual 700 things that last till its end
