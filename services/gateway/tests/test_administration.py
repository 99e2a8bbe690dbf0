"""Administration: three administrators who see their own alone, one audit over every service, the API described."""

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from shuniu.chassis.http.manifest import manifest_of
from shuniu.testing.lostproperty import service as lostproperty
from shuniu.testing.waiting import until
from shuniu_gateway import service as gateway
from shuniu_gateway.administration import audit_export
from shuniu_gateway.administration.describe import asyncapi

from .conftest import Street

SPECS = Path(__file__).parents[1] / "web/node_modules/@asyncapi/specs/schemas/3.0.0.json"


@pytest.mark.asyncio
async def test_three_administrators_see_their_own_and_the_audit_finds_what_was_just_refused(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = await street.browser("admin")
    await street.open_account(admin, "auditor", ["audit_admin"])
    people = {name: await street.browser(name) for name in ("admin", "security", "auditor", "operator")}

    # Who may see what: a table, each refusal of which is audited.
    doors = {
        "/accounts": {"admin", "security"},
        "/audit": {"auditor"},
        "/audit/check": {"auditor"},
        "/audit/export": {"auditor"},
        "/services/lostproperty/x/audit": {"auditor"},
        "/services/lostproperty/x/dead-letters": {"admin"},
        "/services/lostproperty/x/limits": set(people),
        "/instances": set(people),
    }
    for path, who in doors.items():
        for name, browser in people.items():
            answer = await browser.client.get(f"/api/v1{path}")
            assert (answer.status_code == 200) == (name in who), (path, name, answer.text[:200])
            if name not in who:
                assert answer.json()["rule"] == "access.role"

    found = await people["security"].get("/accounts", q="OPERA")
    assert [(a["login"], a["second_factor"], a["credential"]) for a in found["accounts"]] == [("operator", False, True)]
    assert "hash" not in json.dumps(found)
    assert (await people["admin"].get("/accounts", role="keeper"))["total"] == 1

    # The operator's try at the accounts is found by login, action, result and time; reading it is audited too.
    async def refused() -> list[dict]:
        query = {"account": "operator", "command": "gateway.list_acc", "allowed": "false"}
        return (await people["auditor"].get("/audit", **query))["rows"]

    [row] = await until(refused)
    assert (row["service"], row["login"], row["row"]["rule"]) == ("gateway", "operator", "access.role")
    later = await people["auditor"].get("/audit", account="operator", since="2030-01-01T00:00:00Z")
    assert later["rows"] == []

    async def read() -> list[dict]:
        return (await people["auditor"].get("/audit", command="audit.read", allowed="true", account="auditor"))["rows"]

    assert {row["service"] for row in await until(read)} <= {"gateway", "lostproperty"}
    checks = (await people["auditor"].get("/audit/check"))["services"]
    assert {c["service"] for c in checks} == {"gateway", "lostproperty"}
    assert all(c["checked"]["sound"] and c["checked"]["rows"] > 0 for c in checks)
    await street.gateway.pool.execute("update audit set actor = 'nobody' where command = 'gateway.list_accounts'")
    checks = {c["service"]: c["checked"] for c in (await people["auditor"].get("/audit/check"))["services"]}
    assert (checks["gateway"]["sound"], checks["lostproperty"]["sound"]) == (False, True)
    assert checks["gateway"]["faults"][0]["reason"] == "digest"

    # Rows of one instant are all found, however small the pages.
    await street.gateway.pool.execute("update audit set at = '2026-01-05T01:00:00Z'")
    whole = (await people["auditor"].get("/audit", until="2026-01-06T00:00:00Z", limit=500))["rows"]
    paged, after = [], ""
    while True:
        page = await people["auditor"].get("/audit", until="2026-01-06T00:00:00Z", limit=7, after=after)
        paged += page["rows"]
        if not (after := page["next"]):
            break
    assert len(whole) > 14
    assert paged == whole
    answer = await people["auditor"].client.get("/api/v1/audit", params={"after": "7"})
    assert (answer.status_code, answer.json()["rule"]) == (422, "gateway.bad_place")

    text = await people["auditor"].client.get("/api/v1/audit/export", params={"format": "csv", "allowed": "false"})
    table = list(csv.reader(io.StringIO(text.content.decode("utf-8-sig"))))
    assert table[0][0] == "时间"
    assert len(table) > 5
    assert {row[4] for row in table[1:]} == {"拒绝"}

    # However many rows there are, the export has them all, and says what it leaves out.
    async def exported(**asked: str) -> list[list[str]]:
        answer = await people["auditor"].client.get("/api/v1/audit/export", params={"format": "csv", **asked})
        assert answer.status_code == 200, answer.text
        return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]

    monkeypatch.setattr(audit_export, "AT_ONCE", 5)
    old = {"until": "2026-01-06T00:00:00Z"}
    assert [row[3] for row in await exported(**old)] == [row["row"]["command"] for row in whole]
    monkeypatch.setattr(audit_export, "MOST_ROWS", 12)
    cut = await exported(**old, lang="en")
    assert [row[3] for row in cut[:-1]] == [row["row"]["command"] for row in whole[:12]]
    assert cut[-1] == ["The latest 12 rows only; narrow the time for the rest"]

    # The processes behind the services.
    lives = (await people["operator"].get("/instances"))["instances"]
    assert {(x["service"], x["instance"], x["present"]) for x in lives} == {
        (host.service.name, host.instance, True) for host in (street.gateway, street.service)
    }
    assert all(x["version"] and x["since"] <= x["last_seen"] for x in lives)

    # The API of everything present, as programs read it.
    document = (await people["operator"].client.get("/api/v1/describe/openapi.json")).json()
    OpenAPIV31SpecValidator(document).validate()
    assert "/api/v1/do/lostproperty/lostproperty.find" in document["paths"]
    assert "/api/v1/services/lostproperty/x/dead-letters/{id}" in document["paths"]
    events = (await people["operator"].client.get("/api/v1/describe/asyncapi.json")).json()
    _is_asyncapi(events)
    assert {name.split(".")[0] for name in events["channels"]} == {"gateway", "lostproperty"}


def _is_asyncapi(document: dict) -> None:
    if not SPECS.exists():
        pytest.skip("the AsyncAPI schema is not installed (python services/gateway/build_web.py --test installs it)")
    jsonschema.Draft7Validator(json.loads(SPECS.read_bytes())).validate(document)


def test_every_registered_event_is_a_channel_of_the_bus() -> None:
    manifests = {s.name: manifest_of(s) for s in (gateway, lostproperty)}
    document = asyncapi("320199001", "1", manifests)
    published = {e.type.split(".", 2)[2] for m in manifests.values() for e in m.events}
    addresses = {c["address"].partition(".evt.")[2] for c in document["channels"].values()}
    assert addresses == published
    text = json.dumps(document)
    assert "#/$defs/" not in text
    for reference in {word.split('"')[0] for word in text.split('"$ref": "')[1:]}:
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
        assert node
