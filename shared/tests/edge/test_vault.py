"""The vault: what is sealed opens unchanged, elsewhere or altered it does not; and how it is masked."""

import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu.chassis.audit import AuditEntry
from shuniu.chassis.decision import Private
from shuniu.chassis.masking import (
    mask_address,
    mask_citizen_id,
    mask_field,
    mask_name,
    mask_phone,
    mask_plate,
    scrub,
)
from shuniu.chassis.privacy import CipherName, Tampered, Vault

AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
FIELDS = {"name": "张三丰", "phone": "13812345678"}
CIPHERS: tuple[CipherName, ...] = ("AES-256-GCM", "SM4-GCM")


def private(sensitivity: int = 3) -> Private:
    return Private("ref-1", FIELDS, "visit", "STATUTORY_DUTY", sensitivity)


@pytest.mark.parametrize("cipher", CIPHERS)
def test_what_is_sealed_opens_unchanged(tmp_path: Path, cipher: CipherName) -> None:
    vault = Vault(tmp_path, cipher)
    record = vault.seal(private(), "m-1", AT)
    assert (record.algorithm, record.matter, record.at) == (cipher, "m-1", AT)
    assert "张".encode() not in record.sealed
    assert vault.open(record) == FIELDS
    assert Vault(tmp_path, cipher).open(record) == FIELDS


@pytest.mark.parametrize("cipher", CIPHERS)
@pytest.mark.parametrize(
    "change",
    [
        {"matter": "m-2"},
        {"ref": "ref-2"},
        {"purpose": "advertising"},
        {"basis": "CONSENT"},
        {"sensitivity": 1},
        {"key_id": "p00000000"},
        {"nonce": bytes(12)},
        {"sealed": bytes(60)},
        {"algorithm": "ROT13"},
    ],
)
def test_a_record_that_was_touched_does_not_open(tmp_path: Path, cipher: CipherName, change: dict[str, Any]) -> None:
    vault = Vault(tmp_path, cipher)
    record = vault.seal(private(), "m-1", AT)
    with pytest.raises(Tampered):
        vault.open(record._replace(**change))


@pytest.mark.parametrize("cipher", CIPHERS)
def test_every_bit_of_a_sealed_record_counts(tmp_path: Path, cipher: CipherName) -> None:
    vault = Vault(tmp_path, cipher)
    record = vault.seal(private(), "m-1", AT)
    for i in range(len(record.sealed)):
        broken = bytearray(record.sealed)
        broken[i] ^= 1
        with pytest.raises(Tampered):
            vault.open(record._replace(sealed=bytes(broken)))


def test_the_same_fields_never_seal_alike(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    records = [vault.seal(private(), "m-1", AT) for _ in range(50)]
    assert len({r.nonce for r in records}) == len({r.sealed for r in records}) == 50


def test_keys_are_for_the_owner_only_and_sensitive_data_has_its_own(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    assert (tmp_path / "person-data.json").stat().st_mode & 0o777 == 0o600
    assert vault.seal(private(3), "m", AT).key_id != vault.seal(private(4), "m", AT).key_id


def test_another_cipher_becomes_active_and_old_records_stay_readable(tmp_path: Path) -> None:
    before = Vault(tmp_path, "AES-256-GCM")
    old = before.seal(private(), "m-1", AT)
    after = Vault(tmp_path, "SM4-GCM")
    new = after.seal(private(), "m-1", AT)
    assert (old.algorithm, new.algorithm) == ("AES-256-GCM", "SM4-GCM")
    assert after.open(old) == after.open(new) == FIELDS
    assert before.open(new) == FIELDS  # a process that was running meanwhile reads the ring again


def test_the_key_file_holds_keys_of_full_length(tmp_path: Path) -> None:
    Vault(tmp_path, "AES-256-GCM")
    ring = msgspec.json.decode((tmp_path / "person-data.json").read_bytes())
    assert {len(base64.b64decode(k["key"])) for k in ring["keys"].values()} == {32}


@pytest.mark.parametrize(
    ("mask", "value", "masked"),
    [
        (mask_name, "张三丰", "张**"),
        (mask_name, "欧阳", "欧*"),
        (mask_name, "王", "王*"),
        (mask_name, "", ""),
        (mask_phone, "13812345678", "138****5678"),
        (mask_phone, "02584567890", "*********90"),
        (mask_citizen_id, "320113199001011234", "320*************34"),
        (mask_citizen_id, "1234", "****"),
        (mask_address, "南京市栖霞区尧化街道尧安社区12幢301室", "南京市栖霞区尧化街道尧安社区***"),
        (mask_address, "栖霞区尧化街道5号", "栖霞区尧化街道***"),
        (mask_address, "12幢301室", "***"),
        (mask_plate, "苏A12388", "苏A***88"),
        (mask_plate, "无牌", "***"),
        (scrub, "请联系13812345678，证号320113199001011234。", "请联系138****5678，证号320*************34。"),
        (scrub, "编号 2026110212345678 不是电话", "编号 2026110212345678 不是电话"),
    ],
)
def test_masks(mask: Any, value: str, masked: str) -> None:
    assert mask(value) == masked


def test_fields_are_masked_by_their_names() -> None:
    assert mask_field("reporter_name", "张三丰") == "张**"
    assert mask_field("contact_phone", "13812345678") == "138****5678"
    assert mask_field("words", "电话13812345678") == "电话138****5678"


@given(st.text(alphabet="0123456789张三丰路号室社区Xx", min_size=6, max_size=40))
def test_masking_never_shows_a_whole_number(text: str) -> None:
    import re

    shown = scrub(text)
    assert re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", shown) is None
    assert re.search(r"(?<!\d)\d{17}[\dXx](?!\d)", shown) is None


async def test_a_deployment_may_choose_the_chinese_algorithms(hosts: Any) -> None:
    from edge_toybox import service
    from shuniu.chassis.audit import verify_audit

    host = await hosts.start(service, bus=False, cipher="SM4-GCM", audit_digest="sm3")
    assert host.vault.seal(private(), "m-1", AT).algorithm == "SM4-GCM"
    rows = host.audit.seal([AuditEntry(at=AT, actor="a-1", command="toybox.make", allowed=True)])
    assert rows[0][0].endswith("/sm3")
    host.audit.record(AuditEntry(at=AT, actor="a-1", command="toybox.make", allowed=False))
    await host.audit.drained()
    report = await verify_audit(host.pool)
    assert (report.sound, report.rows) == (True, 1)
