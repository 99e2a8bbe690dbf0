"""The life cycles of a community certificate (社区证明) and of its audit (抽查) as data (domain rules 4.2, 10.6)."""

from shuniu.rules.lifecycle import Lifecycle, Move, Status

__all__ = ("AUDIT", "AUDITORS", "CERTIFICATE", "CLERKS", "RULERS", "SECRETARY")

SECRETARY = ("community_secretary",)
CLERKS = ("community_clerk", "community_secretary")
AUDITORS = ("street_clerk",)
RULERS = ("leading_group", "office_director")

CERTIFICATE = Lifecycle(
    kind="claim_certificate",
    initial="CERT_DRAFT",
    statuses=(
        Status("CERT_DRAFT", True, "waiting", "draft"),
        Status("CERT_APPEALED", True, "checking", "appeal"),
        Status("CERT_OVERTURNED", True, "waiting", "appeal"),
        Status("CERT_SIGNED", False, "done", "ended"),
        Status("CERT_DECLINED", False, "stopped", "ended"),
        Status("CERT_VOID", False, "stopped", "ended"),
    ),
    moves=(
        Move("draft", (), "CERT_DRAFT", CLERKS, "certificate.drafted_once"),
        Move("redraft", ("CERT_DRAFT", "CERT_OVERTURNED"), "CERT_DRAFT", CLERKS, "certificate.drafted_once"),
        Move("sign", ("CERT_DRAFT",), "CERT_SIGNED", SECRETARY, "certificate.sign_draft"),
        Move("renew", ("CERT_SIGNED",), None, SECRETARY, "certificate.renew_signed"),
        Move("decline", (), "CERT_DECLINED", SECRETARY, "certificate.decline_unsigned"),
        Move("decline_draft", ("CERT_DRAFT",), "CERT_DECLINED", SECRETARY, "certificate.decline_unsigned"),
        Move("appeal", ("CERT_DECLINED",), "CERT_APPEALED", AUDITORS, "certificate.appeal_declined", reopens=True),
        Move("uphold", ("CERT_APPEALED",), "CERT_OVERTURNED", RULERS, "certificate.no_appeal"),
        Move("dismiss", ("CERT_APPEALED",), "CERT_DECLINED", RULERS, "certificate.no_appeal"),
        Move("confirm", ("CERT_SIGNED",), None, AUDITORS, "certificate.audit_signed"),
        Move("revoke", ("CERT_SIGNED",), "CERT_VOID", AUDITORS, "certificate.audit_signed", reopens=True),
    ),
)

AUDIT = Lifecycle(
    kind="certificate_audit",
    initial="AUDIT_DRAWN",
    statuses=(
        Status("AUDIT_DRAWN", True, "active", "review"),
        Status("AUDIT_ENDED", False, "done", "ended"),
    ),
    moves=(
        Move("draw", (), "AUDIT_DRAWN", AUDITORS, "audit.drawn_once"),
        Move("look", ("AUDIT_DRAWN",), None, AUDITORS, "audit.ended"),
        Move("end", ("AUDIT_DRAWN",), "AUDIT_ENDED", (), "audit.ended"),
    ),
)
