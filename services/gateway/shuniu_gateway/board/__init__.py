"""The board's server side: what a list shows as a file, and views an account has saved of it."""

from shuniu.chassis.service import Capability, Catalogue

from shuniu_gateway.board.routes import BOARD_API
from shuniu_gateway.board.saved import SavedViewTable

__all__ = ("capability",)

capability = Capability(
    name="board",
    texts=Catalogue.load("shuniu_gateway", "board/board.toml"),
    handlers=(BOARD_API,),
    tables=(SavedViewTable,),
)
