"""The life cycles of a claim (理赔) and of a recovery (追偿) as data (domain rules 10.6).

``rule`` is what a move from anywhere else breaks; who may move, and every further guard, stands in ``rules.py``.
"""

from shuniu.rules.lifecycle import Lifecycle, Move, Status

__all__ = (
    "AUTHORITIES",
    "CLAIM",
    "COMMUNITY",
    "COMPANY",
    "HOTLINE",
    "INSURER",
    "PAYERS",
    "RECOVERY",
    "REPORTERS",
    "SURVEYORS",
)

COMMUNITY = ("community_clerk", "community_secretary")
HOTLINE = ("insurer_clerk",)
INSURER = ("insurer_clerk",)
SURVEYORS = ("insurer_surveyor", "insurer_clerk")
COMPANY = (*COMMUNITY, *SURVEYORS)
"""Who asks volunteers to accompany the family."""
PAYERS = ("insurer_finance",)
"""Who pays is not who assesses."""
AUTHORITIES = ("street_clerk",)
LEADERS = ("leading_group", "office_director")
REPORTERS = (*COMMUNITY, "grid_worker", *HOTLINE)

_BEFORE = ("REPORTED", "REGISTERED")
_OPEN_WITH_CERTIFICATE = ("CERTIFIED", "DOCS", "ADVANCE_DUE", "ADVANCED")
_UNTIL_VIEW = (*_BEFORE, *_OPEN_WITH_CERTIFICATE, "CERT_REFUSED")
_DECLARING = (*_BEFORE, *_OPEN_WITH_CERTIFICATE, "ASSESSED")
_ENDED = ("CLOSED", "WITHDRAWN")
_TO_THE_END = (
    *_UNTIL_VIEW,
    "ASSESSED",
    "AGREED",
    "DISPUTED",
    "MEDIATED",
    "LITIGATED",
    "DENIED",
    "PAID",
    "RECOURSE",
)

CLAIM = Lifecycle(
    kind="insurance_claim",
    initial="REPORTED",
    statuses=(
        Status("REPORTED", True, "idle", "report"),
        Status("REGISTERED", True, "waiting", "report"),
        Status("CERTIFIED", True, "active", "certificate"),
        Status("CERT_REFUSED", True, "checking", "certificate"),
        Status("DOCS", True, "waiting", "assess"),
        Status("ADVANCE_DUE", True, "checking", "assess"),
        Status("ADVANCED", True, "active", "assess"),
        Status("ASSESSED", True, "checking", "assess"),
        Status("AGREED", True, "active", "pay"),
        Status("DISPUTED", True, "checking", "dispute"),
        Status("MEDIATED", True, "checking", "dispute"),
        Status("LITIGATED", True, "waiting", "dispute"),
        Status("DENIED", True, "stopped", "ended"),
        Status("PAID", True, "done", "ended"),
        Status("RECOURSE", True, "active", "ended"),
        Status("CLOSED", False, "done", "ended"),
        Status("WITHDRAWN", False, "stopped", "ended"),
    ),
    moves=(
        Move("report", (), "REPORTED", REPORTERS, "claim.reported_once"),
        Move("register", ("REPORTED",), "REGISTERED", INSURER, "claim.register_reported"),
        Move("register_later", ("CERTIFIED",), None, INSURER, "claim.register_reported"),
        Move(
            "survey",
            (*_BEFORE, *_OPEN_WITH_CERTIFICATE, "CERT_REFUSED"),
            None,
            SURVEYORS,
            "claim.survey_before",
            "survey",
        ),
        Move("declare_relation", _DECLARING, None, COMMUNITY, "claim.declare_open"),
        Move("draft_certificate", _BEFORE, None, COMMUNITY, "claim.certify_before"),
        Move("certify", _BEFORE, "CERTIFIED", ("community_secretary",), "claim.certify_before"),
        Move("refuse_certificate", _BEFORE, "CERT_REFUSED", ("community_secretary",), "claim.certify_before"),
        Move("reopen", ("CERT_REFUSED",), "REPORTED", (), "claim.reopen_by_ruling"),
        Move("reopen_registered", ("CERT_REFUSED",), "REGISTERED", (), "claim.reopen_by_ruling"),
        Move("ask_documents", ("CERTIFIED",), "DOCS", INSURER, "claim.documents_once"),
        Move("complete_documents", ("CERTIFIED", "DOCS"), None, INSURER, "claim.certificate_first"),
        Move("assess", _OPEN_WITH_CERTIFICATE, "ASSESSED", INSURER, "claim.assess_certified", "assess"),
        Move("advance_due", ("CERTIFIED", "DOCS"), "ADVANCE_DUE", (), "claim.advance_by_time"),
        Move("advance", ("ADVANCE_DUE",), "ADVANCED", PAYERS, "claim.advance_when_due", "advance"),
        Move("deny", ("ASSESSED",), "DENIED", INSURER, "claim.deny_assessed", "tell_denial"),
        Move("agree", ("ASSESSED", "MEDIATED"), "AGREED", COMMUNITY, "claim.agree_assessed"),
        Move("pay", ("AGREED",), "PAID", PAYERS, "claim.pay_agreed", "pay"),
        Move("dispute", ("DENIED", "ASSESSED", "CLOSED"), "DISPUTED", COMMUNITY, "claim.dispute_answer", reopens=True),
        Move("mediate", ("DISPUTED",), "MEDIATED", AUTHORITIES, "claim.no_dispute"),
        Move("litigate", ("DISPUTED", "MEDIATED"), "LITIGATED", AUTHORITIES, "claim.no_dispute"),
        Move("record_judgment", ("LITIGATED",), "ASSESSED", AUTHORITIES, "claim.no_court"),
        Move("recourse", ("PAID",), "RECOURSE", INSURER, "claim.recourse_paid"),
        Move(
            "consent",
            (*_BEFORE, *_OPEN_WITH_CERTIFICATE, "CERT_REFUSED", "ASSESSED"),
            None,
            COMMUNITY,
            "claim.consent_open",
        ),
        Move("withdraw", _BEFORE, "WITHDRAWN", COMMUNITY, "claim.withdraw_before"),
        Move(
            "revoke",
            (*_OPEN_WITH_CERTIFICATE, "ASSESSED", "AGREED", "MEDIATED"),
            "CERT_REFUSED",
            (),
            "claim.revoke_by_audit",
        ),
        Move(
            "close",
            ("PAID", "DENIED", "RECOURSE", "CERT_REFUSED", "MEDIATED"),
            "CLOSED",
            (*INSURER, *AUTHORITIES),
            "claim.close_answered",
        ),
        Move(
            "link_hazard",
            (*_TO_THE_END, "CLOSED"),
            None,
            (),
            "claim.hazard_any",
        ),
        Move("ask_volunteers", _TO_THE_END, None, COMPANY, "claim.volunteers_while_open"),
        Move("release_volunteers", (*_TO_THE_END, *_ENDED), None, COMPANY, "claim.volunteers_asked"),
        Move("erase", _ENDED, None, AUTHORITIES, "claim.kept_open"),
    ),
)

RECOVERY = Lifecycle(
    kind="recovery_case",
    initial="RECOVERY_OPEN",
    statuses=(
        Status("RECOVERY_OPEN", True, "waiting", "open"),
        Status("RECOVERY_DEMANDED", True, "active", "open"),
        Status("RECOVERED", False, "done", "ended"),
        Status("WRITTEN_OFF", False, "stopped", "ended"),
    ),
    moves=(
        Move("open", (), "RECOVERY_OPEN", INSURER, "recovery.opened_once"),
        Move("demand", ("RECOVERY_OPEN",), "RECOVERY_DEMANDED", INSURER, "recovery.demand_once"),
        Move("receive", ("RECOVERY_OPEN", "RECOVERY_DEMANDED"), None, PAYERS, "recovery.is_over"),
        Move("recovered", ("RECOVERY_OPEN", "RECOVERY_DEMANDED"), "RECOVERED", (), "recovery.is_over"),
        Move(
            "write_off",
            ("RECOVERY_DEMANDED",),
            "WRITTEN_OFF",
            ("leading_group", "office_director"),
            "recovery.write_off_demanded",
        ),
    ),
)
