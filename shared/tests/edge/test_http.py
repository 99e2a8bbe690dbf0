"""Everything else a service says over HTTP: its description, its health, and the shape of every failure."""

import hashlib
from typing import Any

import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from shuniu.chassis.http import manifest_document, missing_texts
from shuniu.contracts.envelope import LogHead
from shuniu.contracts.manifest import Manifest


@pytest.mark.parametrize(
    ("method", "path", "status", "rule"),
    [
        ("GET", "/nowhere", 404, "http.not_found"),
        ("DELETE", "/health", 405, "http.method_not_allowed"),
        ("GET", "/toys/broken", 500, "http.internal"),
        ("GET", "/log?after=x", 400, "http.bad_request"),
        ("GET", "/log?after=-1", 400, "http.bad_request"),
        ("GET", "/blobs/xyz", 422, "blob.bad_hash"),
        ("GET", f"/blobs/{'a' * 64}", 404, "blob.unknown"),
    ],
)
async def test_every_failure_has_one_shape(caller: Any, method: str, path: str, status: int, rule: str) -> None:
    headers = caller.headers(caller.token("audit_admin"), None)
    answer = await caller.client.request(method, path, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["type"], problem["status"]) == (f"urn:shuniu:rule:{rule}", status)
    assert problem["title"]
    assert problem["title_en"]
    assert "secret" not in answer.text


async def test_wrong_query_parameters_are_named(caller: Any) -> None:
    answer = await caller.get("/log?after=x", caller.token("audit_admin"))
    assert [e["field"] for e in answer.json()["errors"]] == ["after"]


async def test_the_document_of_the_api_is_valid_openapi(caller: Any) -> None:
    answer = await caller.get("/schema/openapi.json")
    assert answer.status_code == 200
    document = answer.json()
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()
    make = document["paths"]["/commands/toybox.make"]["post"]
    assert make["responses"]["default"] == {"$ref": "#/components/responses/Problem"}
    body = make["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert document["components"]["schemas"][body]["additionalProperties"] is False
    assert "/commands/toybox.inside" not in document["paths"]
    for path in ("/matters/{kind}/{matter}", "/toys/count", "/blobs/{sha256}/{n}", "/manifest"):
        operations = document["paths"][path].values()
        assert all("default" in o["responses"] for o in operations)
    assert "http://" not in answer.text
    assert "cdn" not in answer.text


@pytest.mark.parametrize("path", ["/schema", "/schema/swagger", "/schema/redoc"])
async def test_there_is_no_page_that_loads_scripts(caller: Any, path: str) -> None:
    answer = await caller.get(path)
    assert "html" not in answer.headers["content-type"] or answer.status_code == 404
    assert "<script" not in answer.text
    assert "src=" not in answer.text


async def test_the_manifest_describes_the_service(caller: Any) -> None:
    answer = await caller.get("/manifest")
    manifest = msgspec.json.decode(answer.content, type=Manifest)
    assert (manifest.service, manifest.title.zh) == ("toybox", "玩具箱")
    sha256 = hashlib.sha256(answer.content).hexdigest()
    head = msgspec.json.decode((await caller.get("/head")).content, type=LogHead)
    assert head.manifest == sha256
    assert (await caller.get("/manifest", **{"If-None-Match": f'"{sha256}"'})).status_code == 304
    make, move, _, wish, *operations = manifest.actions
    assert [each.name for each in operations] == [
        "chassis.retry_dead_letters",
        "chassis.discard_dead_letter",
        "chassis.rebuild",
    ]
    assert {each.roles for each in operations} == {("system_admin",)}
    assert {"/dead-letters", "/rebuilds"} <= {route.path for route in manifest.routes}
    properties = make.schema["properties"]
    assert list(properties) == [
        "area",
        "size",
        "colour",
        "parts",
        "place",
        "owner_name",
        "owner_phone",
        "secrecy",
    ]
    assert properties["area"]["x-title"] == {"zh": "区域", "en": "Area"}
    assert properties["area"]["x-widget"] == "area"
    assert properties["colour"]["enum"] == ["BLUE", "RED"]
    assert [t["zh"] for t in properties["colour"]["x-enum-titles"]] == ["蓝", "红"]
    assert properties["parts"]["items"]["properties"]["unit"]["x-title"]["zh"] == "单位"
    assert "$ref" not in answer.text
    assert make.preview == "/preview/toybox.make"
    assert move.schema["properties"]["how"]["x-title"]["zh"] == "怎样"
    assert wish.schema["properties"]["how"]["x-title"]["zh"] == "愿望"
    assert wish.public
    assert "toybox.inside" not in [a.name for a in manifest.actions]
    event = manifest.events[0]
    assert (event.type, event.title.zh) == ("shuniu.toybox.toy.made.v1", "做好了")
    assert event.schema["required"] == ["toy", "area", "owner", "secrecy"]
    assert missing_texts(caller.host.service) == []


async def test_the_manifest_is_the_same_in_every_process(caller: Any) -> None:
    from shuniu.chassis.http.manifest import manifest_of

    once = msgspec.json.encode(manifest_of(caller.host.service))
    assert once == manifest_document(caller.host.service).body


async def test_health_and_readiness(caller: Any) -> None:
    assert (await caller.get("/health")).json() == {"status": "ok"}
    ready = await caller.get("/ready")
    assert ready.status_code == 200
    assert (ready.json()["status"], ready.json()["bus"]) == ("ready", False)


async def test_a_service_whose_database_is_gone_says_so(caller: Any) -> None:
    await caller.host.pool.close()
    answer = await caller.get("/ready")
    assert (answer.status_code, answer.json()["rule"]) == (503, "http.database_away")
    assert (await caller.get("/health")).status_code == 200
