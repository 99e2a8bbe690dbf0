"""Shared data (数据共享): datasets a service offers to other units, each with its class, taken out under a grant.

A service declares :class:`Dataset` values over sheets it exports anyway and lists ``datasets(…)`` among its
capabilities. The rest is here: the catalogue in the manifest, asking for a grant, the owner's answer within its limit,
taking the data out with personal columns masked, revocation, the last day, and the ledger of what was used
(政务数据共享条例; PIPL §6, §23; domain rules 7.4 and 13: no technical barrier, with a grant).

Read on: ``declared.py``, ``grants.py`` (life cycle, rows), ``commands.py``, ``face.py``, ``uses.py``.
"""

from shuniu.chassis.datasets.capability import datasets
from shuniu.chassis.datasets.declared import STEWARD, Dataset

__all__ = ("STEWARD", "Dataset", "datasets")
