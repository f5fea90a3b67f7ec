"""What the product uses of Flask-WTF's form protection."""

from flask import Flask
from werkzeug.exceptions import BadRequest

class CSRFError(BadRequest): ...

class CSRFProtect:
    def __init__(self, app: Flask | None = None) -> None: ...

def generate_csrf(secret_key: str | None = None, token_key: str | None = None) -> str: ...
