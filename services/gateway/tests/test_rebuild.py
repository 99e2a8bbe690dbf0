"""The view is rebuilt while people look: begun through the front door, whole at every moment, live again after it."""

import asyncio

from shuniu.testing.waiting import until

from .conftest import Street

ITEMS = 40


class Looking:
    """Asks the gateway's pages without a pause; every answer must be whole and never fall behind an earlier one."""

    def __init__(self, browser, matter: str) -> None:
        self.browser = browser
        self.matter = matter
        self.answers = 0
        self.faults: list[str] = []
        self.least = ITEMS

    async def go_on(self) -> None:
        while True:
            listed = await self.browser.client.get("/api/v1/matters", params={"limit": 200})
            page = await self.browser.client.get(f"/api/v1/matters/lostproperty/item/{self.matter}")
            recent = await self.browser.client.get("/api/v1/events", params={"limit": 10})
            for response in (listed, page, recent):
                if response.status_code != 200:
                    self.faults.append(f"{response.request.url.path}: {response.status_code} {response.text}")
                    return
            total, items = listed.json()["total"], listed.json()["items"]
            if total < self.least or len(items) < self.least:
                self.faults.append(f"{total} and {len(items)} after {self.least}")
            self.least = max(self.least, total)
            if not page.json()["timeline"] or len(recent.json()["items"]) != 10:
                self.faults.append("half a page")
            self.answers += 1


async def test_a_rebuild_of_the_view_disturbs_nobody(street: Street):
    keeper, admin = await street.browser("keeper"), await street.browser("admin")
    operator = await street.browser("operator")
    found = [(await street.find(keeper))["matter"]["id"] for _ in range(ITEMS)]

    async def there() -> bool:
        return (await operator.get("/matters", limit=0))["total"] == ITEMS

    await until(there)
    before = await operator.get("/matters", limit=200)
    looking = Looking(operator, found[0])
    task = asyncio.create_task(looking.go_on())
    try:
        await until(lambda: looking.answers > 2)
        for n in range(3):
            body = {"projection": "view", "reason": "columns were added"}
            response = await admin.send("POST", "/do/gateway/chassis.rebuild", body)
            assert response.status_code == 202, response.text
            job = f"/services/gateway/x/rebuilds/{response.json()['answer']['rebuild']}"
            found.append((await street.find(keeper))["matter"]["id"])

            async def over(job: str = job) -> bool:
                return (await admin.get(job))["state"] != "running"

            await until(over, within=30)
            done = await admin.get(job)
            assert (done["state"], done["fault"]) == ("done", "")
            assert done["events"] >= ITEMS + n
            seen = looking.answers
            await until(lambda seen=seen: looking.answers > seen or looking.faults)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert looking.faults == []

    async def everything() -> bool:
        return (await operator.get("/matters", limit=0))["total"] == len(found)

    await until(everything)
    after = {item["id"]: item for item in (await operator.get("/matters", limit=200))["items"]}
    assert set(after) == set(found)
    for item in before["items"]:
        assert after[item["id"]] == item
    listed = await admin.get("/services/gateway/x/rebuilds")
    assert [job["state"] for job in listed["rebuilds"]] == ["done"] * 3
    assert "view" in listed["projections"]


async def test_only_a_system_administrator_begins_one(street: Street):
    admin, operator = await street.browser("admin"), await street.browser("operator")
    body = {"projection": "view", "reason": "let me see"}
    refused = await operator.send("POST", "/do/gateway/chassis.rebuild", body)
    assert (refused.status_code, refused.json()["rule"]) == (403, "access.role")
    unknown = await admin.send("POST", "/do/lostproperty/chassis.rebuild", {**body, "projection": "nothing"})
    assert (unknown.status_code, unknown.json()["rule"]) == (404, "rebuild.projection")
    begun = await admin.send(
        "POST", "/do/lostproperty/chassis.rebuild", {**body, "projection": "registry"}, "the-key-1"
    )
    again = await admin.send(
        "POST", "/do/lostproperty/chassis.rebuild", {**body, "projection": "registry"}, "the-key-1"
    )
    assert begun.status_code == again.status_code == 202
    assert begun.json()["answer"] == again.json()["answer"], "one key begins one rebuild"
    strange = await admin.client.get("/api/v1/services/lostproperty/x/rebuilds/none")
    assert (strange.status_code, strange.json()["rule"]) == (404, "rebuild.unknown")
