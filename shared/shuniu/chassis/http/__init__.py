"""A service on HTTP: its own port and the bus's ``….http`` requests are answered by the same app.

``request.app.state.host`` is the host; :func:`actor_of` tells who asks.
"""

from shuniu.chassis.http.access import actor_of
from shuniu.chassis.http.app import build_app
from shuniu.chassis.http.manifest import manifest_document, missing_texts
from shuniu.chassis.http.problems import MEDIA_TYPE, Problem, render

__all__ = ("MEDIA_TYPE", "Problem", "actor_of", "build_app", "manifest_document", "missing_texts", "render")
