"""Issued documents: certificates and their register."""

from shuniu.chassis.documents.tables import DOCUMENT_STATEMENTS

NAME = "documents"

STATEMENTS = DOCUMENT_STATEMENTS
