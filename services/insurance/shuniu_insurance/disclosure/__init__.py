"""Public disclosure of pay-outs (赔付公示), anonymised: small cells are kept back, and whatever would tell them
(domain rules 4.2, 7.1, 13; PIPL §25, §73)."""

from shuniu.chassis.service import Capability
from shuniu.contracts.insurance.disclosure import FACTS
from shuniu.contracts.manifest import KindInfo, Panel, Route

from shuniu_insurance.disclosure.disclosure import BOOK, COMMANDS, DISCLOSURE_ROW
from shuniu_insurance.disclosure.lifecycle import DISCLOSURE
from shuniu_insurance.disclosure.routes import HANDLERS
from shuniu_insurance.disclosure.tables import DisclosureBookTable, DisclosureTable
from shuniu_insurance.disclosure.texts import OWN, TEXTS
from shuniu_insurance.fields import statuses_of

__all__ = ("capability",)

capability = Capability(
    name="disclosure",
    texts=OWN,
    rows=(DISCLOSURE_ROW, BOOK),
    commands=COMMANDS,
    facts=FACTS,
    kinds=(
        KindInfo(
            id=DISCLOSURE.kind,
            title=TEXTS["kind.insurance_disclosure"],
            plural=TEXTS["kind.insurance_disclosures"],
            icon="file",
            statuses=statuses_of(DISCLOSURE, TEXTS),
            order=60,
        ),
    ),
    panels=(
        Panel(
            id="disclosure.table",
            title=TEXTS["panel.disclosure"],
            kind="table",
            route="/disclosures",
            surface="service",
            order=67,
        ),
    ),
    routes=(Route(path="/disclosures", title=TEXTS["panel.disclosure"], public=True),),
    handlers=HANDLERS,
    tables=(DisclosureTable, DisclosureBookTable),
)
