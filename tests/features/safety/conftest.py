from tests.features.logbook.conftest import patient, physio, program

__all__ = ["patient", "physio", "program"]
