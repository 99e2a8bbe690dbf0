"""Documents: one canonical form, a person's signature, a PDF that carries both, a page and a command that check."""

import base64
import io
from types import SimpleNamespace

import msgspec
import pypdf
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from shuniu.chassis.context import Actor
from shuniu.chassis.documents.algorithms import UnknownAlgorithmError, algorithm
from shuniu.chassis.documents.canonical import canonical, digest
from shuniu.chassis.documents.render import Sheet, render_pdf
from shuniu.chassis.documents.signing import check_signature, new_code, service_key, sign
from shuniu.chassis.host import Host
from shuniu.cli.commands import shuniu
from shuniu.contracts.text import Text
from shuniu.rules.refusal import Refusal
from shuniu.testing.lostproperty import service as lostproperty
from shuniu.testing.rulework import MONDAY
from shuniu.testing.servers import Hosts

DOCUMENT = {
    "kind": "certificate",
    "number": "ZM261123-0001",
    "person": "张三丰",
    "amount": 1234500,
    "items": ["a", "b"],
}
TEMPLATE = '#facts((([姓名], c.person), ([金额（分）], str(c.amount)), ([事项], c.items.join("、"))))'.encode()
SECRETARY = Actor(id="acc-1", roles=frozenset({"community_secretary"}), units=("c-1",))


@pytest.fixture
def host(tmp_path):
    deployment = SimpleNamespace(keys_dir=tmp_path, signature_algorithm="Ed25519")
    return SimpleNamespace(
        deployment=deployment, source="/320199001/insurance", clock=SimpleNamespace(now=lambda: MONDAY)
    )


def signed(host, document=DOCUMENT):
    return sign(host, SECRETARY, document, role="community_secretary", unit="c-1")


def raw(host) -> bytes:
    return service_key(host).public_bytes_raw()


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdef", min_size=1), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text("abcdef", min_size=1), values, max_size=6), st.randoms())
def test_the_order_of_keys_changes_no_hash(document, random) -> None:
    items = list(document.items())
    random.shuffle(items)
    assert digest(dict(items)) == digest(document)
    assert msgspec.json.decode(canonical(document)) == document


@pytest.mark.parametrize("value", [1.5, {1: "a"}, {"名": 1}, {"a": {2}}, b"x"])
def test_what_could_be_written_two_ways_is_no_document(value) -> None:
    with pytest.raises(ValueError, match=r"document"):
        canonical({"a": value})


def test_a_signature_fits_its_document_and_no_other(host) -> None:
    signature = signed(host)
    assert check_signature(digest(DOCUMENT), signature, raw(host)) == ""
    changed = {**DOCUMENT, "amount": 1234501}
    assert check_signature(digest(changed), signature, raw(host)) == "value"
    assert check_signature(digest(DOCUMENT), msgspec.structs.replace(signature, unit="c-2"), raw(host)) == "value"


def test_a_key_nobody_vouches_for_is_not_taken(host, tmp_path) -> None:
    other = SimpleNamespace(**{**vars(host), "source": "/320199001/volunteer"})
    assert check_signature(digest(DOCUMENT), signed(host), raw(other)) == "voucher"


def test_a_person_keeps_one_key_that_lies_apart_and_closed(host, tmp_path) -> None:
    assert signed(host).key == signed(host).key
    (path,) = (tmp_path / "signers").glob("acc-1.*")
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("actor", [Actor(id="p", kind="program"), Actor(id="acc@320199002"), Actor(id="../x")])
def test_only_a_person_of_this_deployment_signs(host, actor) -> None:
    with pytest.raises(Refusal, match=r"document\.signer"):
        sign(host, actor, DOCUMENT, role="r", unit="u")


def test_an_algorithm_that_is_not_installed_is_said(host) -> None:
    with pytest.raises(UnknownAlgorithmError, match=r"SM9"):
        algorithm("SM9")
    unknown = msgspec.structs.replace(signed(host), alg="SM9")
    assert check_signature(digest(DOCUMENT), unknown, raw(host)) == "algorithm"


SM2_STAND_IN = """
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey, Ed448PublicKey

class StandIn:
    name = "SM2"

    def generate(self):
        key = Ed448PrivateKey.generate()
        return key.private_bytes_raw(), key.public_key().public_bytes_raw()

    def sign(self, private, data):
        return Ed448PrivateKey.from_private_bytes(private).sign(data)

    def verify(self, public, data, signature):
        try:
            Ed448PublicKey.from_public_bytes(public).verify(signature, data)
        except (InvalidSignature, ValueError):
            return False
        return True
"""


def test_a_plug_in_signs_and_is_verified_where_it_is_installed(host, tmp_path, monkeypatch) -> None:
    """Installed as any distribution is; what it computes with is another curve, as no library here has SM2."""
    folder = tmp_path / "site"
    info = folder / "sm2_stand_in-1.dist-info"
    info.mkdir(parents=True)
    (folder / "sm2_stand_in.py").write_text(SM2_STAND_IN, "utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: sm2-stand-in\nVersion: 1\n", "utf-8")
    (info / "entry_points.txt").write_text("[shuniu.signatures]\nSM2 = sm2_stand_in:StandIn\n", "utf-8")
    monkeypatch.syspath_prepend(str(folder))
    algorithm.cache_clear()
    try:
        host.deployment.signature_algorithm = "SM2"
        signature = signed(host)
        assert signature.alg == "SM2"
        assert check_signature(digest(DOCUMENT), signature, raw(host)) == ""
        assert check_signature(digest({**DOCUMENT, "amount": 1}), signature, raw(host)) == "value"
        assert (tmp_path / "signers" / "acc-1.SM2.json").exists()
    finally:
        algorithm.cache_clear()
    monkeypatch.undo()
    assert check_signature(digest(DOCUMENT), signature, raw(host)) == "algorithm", "without it nobody says it is right"


async def test_a_deployment_that_names_what_is_not_installed_does_not_start(hosts: Hosts) -> None:
    deployment = await hosts.deployment("lostproperty", bus=False)
    with pytest.raises(UnknownAlgorithmError, match=r"'SM2' is installed \(here are: Ed25519\).*shuniu\.signatures"):
        await Host(lostproperty, msgspec.structs.replace(deployment, signature_algorithm="SM2")).start()


def test_codes_are_long_and_readable() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(len(c) == 16 and not set(c) & set("01IO") for c in codes)


async def made_pdf(host, document=DOCUMENT) -> bytes:
    sheet = Sheet(
        title=Text("社区证明", "Community certificate"),
        issuer_title="示例街道",
        number="ZM261123-0001",
        code="ABCDEFGHJKLMNPQR",
        issued_at=MONDAY,
        verify_url="http://127.0.0.1/#/verify/insurance/ABCDEFGHJKLMNPQR",
        signed_by="社区书记",
    )
    return await render_pdf(TEMPLATE, sheet, document, signed(host, document))


async def test_the_pdf_says_what_the_document_says_and_carries_it(host) -> None:
    pdf = pypdf.PdfReader(io.BytesIO(await made_pdf(host)))
    text = pdf.pages[0].extract_text()
    for part in ("社区证明", "ZM261123-0001", "张三丰", "a、b", "ABCDEFGHJKLMNPQR", "2026-11-23 09:00"):
        assert part in text, part
    attached = msgspec.json.decode(pdf.attachments["document.json"][0])
    assert attached["document"] == DOCUMENT


async def test_content_is_data_never_markup(host) -> None:
    evil = {**DOCUMENT, "person": '#panic("x") = 标题 *粗* $x$ @a'}
    text = pypdf.PdfReader(io.BytesIO(await made_pdf(host, evil))).pages[0].extract_text()
    assert "#panic" in text


async def test_the_command_checks_a_pdf_without_asking_anybody(host, tmp_path) -> None:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(await made_pdf(host))
    key = base64.b64encode(raw(host)).decode()
    right = CliRunner().invoke(shuniu, ["verify", str(path), "--key", key])
    assert (right.exit_code, "signature right" in right.output) == (0, True), right.output
    other = base64.b64encode(bytes(32)).decode()
    assert CliRunner().invoke(shuniu, ["verify", str(path), "--key", other]).exit_code == 1
    (tmp_path / "note.txt").write_text("not a document")
    assert CliRunner().invoke(shuniu, ["verify", str(tmp_path / "note.txt"), "--key", key]).exit_code != 0
