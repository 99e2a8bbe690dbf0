"""Documents (凭证): canonical content, a code to verify it by, a person's digital signature, a PDF with a QR code.

A service lists :data:`documents` among its capabilities, issues with :func:`register.issue`, signs in a command's
``operate`` with :func:`signing.sign`, and draws a PDF from a template of its own with :func:`render.render_pdf`.
``GET /verify/<code>`` answers anybody whether a document holds; ``shuniu verify`` checks one without asking anybody.
"""

from shuniu.chassis.documents.register import capability as documents

__all__ = ("documents",)
