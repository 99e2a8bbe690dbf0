"""What lets a code in once only: the last half minute that was used, and the recovery codes still unused.

Like sessions these are no part of the log: they change with every sign-in.
"""

from piccolo.columns import BigInt, Text, Timestamptz
from piccolo.table import Table

__all__ = ("FactorUse", "RecoveryCode")


class FactorUse(Table, tablename="factor_use"):
    """The last half minute whose code an account has used."""

    account = Text(primary_key=True)
    step = BigInt()


class RecoveryCode(Table, tablename="recovery_code"):
    """A recovery code by its hash; using it takes the row away."""

    digest = Text(primary_key=True)
    account = Text()
    made_at = Timestamptz()
