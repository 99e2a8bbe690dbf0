"""`python -m shuniu.cli`, the same as `shuniu`."""

from shuniu.cli import main

main()
