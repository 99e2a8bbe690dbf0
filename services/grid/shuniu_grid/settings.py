"""Settings of the grid service (``SHUNIU_GRID_<FIELD>``) and the day everything is counted by."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import msgspec
from shuniu.chassis.context import Context
from shuniu.rules.calendar import local

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("GridSettings", "business_day", "settings_of")


class GridSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Every field has a default."""

    profile: str = "grid-event-local"
    """Id of the limit profile grid events run by; limits are local data (domain rules 2.16)."""
    track_days: int = 30
    """Tracks of patrol rounds are kept for so many natural days, then they are gone (PIPL §19; design choice)."""
    track_late_hours: int = 72
    """So long after its end a round takes pieces of its track and findings: phones are offline (design choice)."""
    spot_visits_per_week: int = 0
    """Visits a key spot needs in a week where it says nothing itself; 0: none, as no quota is official (2.17, 2.18)."""
    patrol_window_days: int = 7
    """巡查覆盖率 looks at so many natural days where nobody says (domain rules 11.5: "in the window")."""
    limits_file: str = ""
    """A street's own limits over the table chosen by ``profile`` (TOML; see events/limit_tables.py)."""
    delay_most_days: int = 30
    """A delay reaches at most so many natural days beyond the limit (design choice)."""
    delay_system_days: int = 10
    """The system's own delay, which a dispatcher grants, is at most so long; a longer one is the unit's own estimate
    and a leader of the centre's decision (domain rules 1.27; the number is a design choice)."""
    unmerge_days: int = 30
    """A merger may be undone for so many natural days (design choice)."""
    similar_days: int = 7
    """Duplicates are looked for among what was reported within so many natural days (design choice)."""
    hang_most_days: int = 90
    """A hung event is reviewed at most so many natural days after (domain rules 10.2)."""

    coverage_sliver_m2: float = 10.0
    """A gap or overlap of less is a sliver of drawing, left out of the proof of coverage (design choice)."""
    coverage_sliver_width_m: float = 0.5
    """So is one that is narrower (2 · area ÷ perimeter)."""
    household_processing_file: str = ""
    """A street's own register of processing in place of residents/processing.toml (PIPL §5-6)."""
    household_cell_least: int = 5
    """Fewer households than this stand in no cell of a table (k-anonymity, domain rules 7.1; design choice)."""
    visit_targets_file: str = ""
    """A street's own visit targets in place of visits/targets.toml; no quota is official (domain rules 2.18)."""
    visit_late_hours: int = 72
    """So long after a visit it may still be recorded: phones are offline (design choice)."""
    visit_ahead_days: int = 7
    """The due list looks so many natural days ahead (design choice)."""
    visit_window_days: int = 30
    """走访率 looks at so many natural days where nobody says (domain rules 11.5)."""
    star_criteria_file: str = ""
    """A file in place of stars/criteria.toml; empty: the shipped criteria."""
    fill_within_days: int = 7
    """A required grid post nobody holds for so many natural days is an alarm (domain rules 2.11; design choice)."""

    def __post_init__(self) -> None:
        """ValueError, telling every fault, for a file that does not hold together: nothing starts with it."""
        if self.limits_file:
            from shuniu_grid.events.limit_tables import local_limits

            local_limits(self.limits_file)
        if self.household_processing_file:
            from shuniu_grid.residents.processing import processing

            processing(self.household_processing_file)
        if self.visit_targets_file:
            from shuniu_grid.visits.targets import targets

            targets(self.visit_targets_file)


def settings_of(carrier: "Context | Host") -> GridSettings:
    """The settings in force; the defaults where a context or host carries none."""
    return carrier.settings if isinstance(carrier.settings, GridSettings) else GridSettings()


def business_day(at: datetime) -> date:
    """The day in Asia/Shanghai, by which everything is counted."""
    return local(at).date()
