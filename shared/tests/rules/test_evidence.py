"""Evidence: which files are taken."""

import hashlib

import pytest
from shuniu.rules.evidence import MAX_BYTES, BlobRef, check_blob, check_evidence, media_type_of
from shuniu.rules.refusal import FieldError, Unprocessable


def ref(n: int = 0, size: int = 1000, media_type: str = "image/jpeg") -> BlobRef:
    return BlobRef(hashlib.sha256(bytes([n])).hexdigest(), size, media_type)


@pytest.mark.parametrize("kind", ["image/jpeg", "image/png", "image/webp", "application/pdf", "video/mp4"])
def test_photos_papers_and_clips_are_taken_up_to_20_mib(kind: str) -> None:
    assert check_blob(ref(size=MAX_BYTES, media_type=kind)).media_type == kind


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (ref(size=MAX_BYTES + 1), FieldError("evidence.size", "too_big")),
        (ref(size=0), FieldError("evidence.size", "empty")),
        (ref(media_type="image/svg+xml"), FieldError("evidence.media_type", "not_taken")),
        (ref(media_type="text/html"), FieldError("evidence.media_type", "not_taken")),
        (BlobRef("../../etc/passwd", 10, "image/png"), FieldError("evidence.sha256", "bad_hash")),
        (BlobRef("A" * 64, 10, "image/png"), FieldError("evidence.sha256", "bad_hash")),
    ],
)
def test_other_files_are_refused_naming_the_field(bad: BlobRef, error: FieldError) -> None:
    with pytest.raises(Unprocessable) as refused:
        check_blob(bad)
    assert (refused.value.rule, refused.value.fields) == ("evidence.not_taken", (error,))


def test_nine_files_a_time_and_each_once() -> None:
    nine = [ref(n) for n in range(9)]
    assert check_evidence(nine) == tuple(nine)
    with pytest.raises(Unprocessable, match=r"evidence\.too_many"):
        check_evidence([*nine, ref(9)])
    with pytest.raises(Unprocessable, match=r"evidence\.twice"):
        check_evidence([ref(1), ref(1)])


def test_evidence_may_be_required() -> None:
    assert check_evidence([]) == ()
    with pytest.raises(Unprocessable) as refused:
        check_evidence([], least=1, field="photos")
    assert refused.value.fields == (FieldError("photos", "missing"),)


def test_every_bad_file_of_several_is_named() -> None:
    with pytest.raises(Unprocessable) as refused:
        check_evidence([ref(1), ref(2, size=0), ref(3, media_type="x")])
    assert refused.value.fields == (
        FieldError("evidence.1.size", "empty"),
        FieldError("evidence.2.media_type", "not_taken"),
    )


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\r", "image/png"),
        (b"RIFF\x24\x00\x00\x00WEBP", "image/webp"),
        (b"RIFF\x24\x00\x00\x00WAVE", None),
        (b"%PDF-1.7\n%\xe2\xe3", "application/pdf"),
        (b"\x00\x00\x00\x18ftypmp42", "video/mp4"),
        (b"<svg xmlns=", None),
        (b"MZ\x90\x00", None),
        (b"", None),
    ],
)
def test_the_content_tells_its_type(head: bytes, kind: str | None) -> None:
    assert media_type_of(head) == kind
