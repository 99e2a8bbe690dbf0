"""The command line: `shuniu up · serve · services · migrate · rebuild · dead-letters · peers · new · verify · demo`."""

import sys


def main() -> None:
    """Run the command line. Whatever the user can put right is said in one sentence on stderr, with status 2."""
    from shuniu.cli.commands import shuniu
    from shuniu.runtime.child import SetUpError
    from shuniu.runtime.settings import SettingsError

    try:
        shuniu.main(prog_name="shuniu")
    except (SetUpError, SettingsError) as error:
        print(f"shuniu: {error}", file=sys.stderr)
        sys.exit(2)


__all__ = ("main",)
