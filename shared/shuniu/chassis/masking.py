"""Masking (脱敏) of personal fields on reading: de-identified, not anonymised (PIPL §73, domain rules 7.1). Pure."""

import re

__all__ = (
    "WITHHELD",
    "mask_address",
    "mask_citizen_id",
    "mask_field",
    "mask_name",
    "mask_phone",
    "mask_plate",
    "scrub",
)

WITHHELD = "***"
"""Stands for a value the reader may not see at all."""

_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
_CITIZEN_ID = re.compile(r"(?<!\d)(\d{3})\d{13}(\d[\dXx])(?!\d)")
_COMMUNITY = re.compile(r"^.*?(?:社区|居委会|村委会|村)")
_STREET = re.compile(r"^.*?(?:街道|镇|乡)")
_PLATE = re.compile(r"([\u4e00-\u9fff][A-Z])[·\s]?[A-Z0-9]{1,4}([A-Z0-9]{3})$")


def mask_name(name: str) -> str:
    """张三丰 → 张**: the first character, a star for each other one."""
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""


def mask_phone(phone: str) -> str:
    """13812345678 → 138****5678; of any other number only the last two digits stay."""
    digits = phone.strip()
    if _MOBILE.fullmatch(digits):
        return f"{digits[:3]}****{digits[-4:]}"
    return "*" * max(len(digits) - 2, 0) + digits[-2:] if digits else ""


def mask_citizen_id(number: str) -> str:
    """320*************34: the first 3 and the last 2. First 6 and last 4 beside a birth date nearly name a person."""
    number = number.strip()
    return number[:3] + "*" * (len(number) - 5) + number[-2:] if len(number) > 5 else "*" * len(number)


def mask_address(address: str) -> str:
    """Down to the community, else down to the street, else nothing."""
    kept = _COMMUNITY.match(address) or _STREET.match(address)
    return f"{kept[0]}{WITHHELD}" if kept else WITHHELD


def mask_plate(plate: str) -> str:
    """苏A12388 → 苏A***88: province, city letter and the last two characters."""
    found = _PLATE.search(plate.strip().upper())
    return f"{found[1]}***{found[2][-2:]}" if found else WITHHELD


def scrub(text: str) -> str:
    """Free text with mobile numbers and citizen numbers masked where they stand."""
    return _CITIZEN_ID.sub(lambda m: m[1] + "*" * 13 + m[2], _MOBILE.sub(r"\1****\2", text))


_BY_FIELD = {
    "name": mask_name,
    "phone": mask_phone,
    "mobile": mask_phone,
    "tel": mask_phone,
    "telephone": mask_phone,
    "citizen_id": mask_citizen_id,
    "id_number": mask_citizen_id,
    "address": mask_address,
    "plate": mask_plate,
}


def mask_field(name: str, value: str) -> str:
    """A field by what its name ends in (``reporter_name`` is a name, ``contact_phone`` a phone); other is scrubbed."""
    for ending, mask in _BY_FIELD.items():
        if name == ending or name.endswith(f"_{ending}"):
            return mask(value)
    return scrub(value)
