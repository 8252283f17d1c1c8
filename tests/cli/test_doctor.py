"""``glassbrook doctor``: what it finds on this machine, and what a script leaves to NumPy."""

from __future__ import annotations

from pathlib import Path

from tests.cli.support import documents, glassbrook

SCRIPT = """
import sys
import tensorflow as tf

@tf.function
def ordered(x):
    return tf.sort(x) + 1.0

for _ in range(3):
    ordered(tf.ones([5]))
print("arguments", sys.argv[1:])
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "script.py"
    path.write_text(text)
    return path


def test_the_engine_and_what_it_stands_on(tmp_path: Path) -> None:
    found = documents(
        glassbrook(
            "doctor",
            "--json",
            GLASSBROOK_CACHE_DIR=str(tmp_path),
            GLASSBROOK_ENGINE="compiler",
            GLASSBROOK_THREADS="3",
            GLASSBROOK_BLAS="openblas",
        )
    )[0]
    assert (found["engine"], found["threads"], found["blas"]) == ("compiler", 3, "openblas")
    assert found["compiler"].startswith("llvmlite ")
    assert found["compiles_for"]
    assert found["program_cache"] == str(tmp_path / "programs")
    assert found["programs_cached"] == "0 (0.0 MB)"


def test_without_a_cache() -> None:
    found = documents(glassbrook("doctor", "--json", GLASSBROOK_CACHE_DIR="off"))[0]
    assert found["program_cache"] == "off"
    assert "programs_cached" not in found


def test_a_library_that_is_not_there_is_named() -> None:
    done = glassbrook("doctor", GLASSBROOK_BLAS="nonsense")
    assert done.returncode == 0
    assert "MISSING: config.blas is 'nonsense'" in done.stdout


def test_a_script_and_what_it_left_to_the_interpreter(tmp_path: Path) -> None:
    script = write(tmp_path, SCRIPT)
    cache = {"GLASSBROOK_CACHE_DIR": str(tmp_path / "cache")}
    done = glassbrook("doctor", "--json", script, "one", "--two", **cache)
    (found,) = documents(done)
    assert done.stderr == "arguments ['one', '--two']\n"
    (gap,) = found["interpreted"]
    assert (gap["operation"], gap["dtype"], gap["runs"]) == ("argsort", "int32", 3)
    assert gap["seconds"] > 0
    assert (found["parts_compiled_anew"], found["parts_from_the_cache"]) == (1, 0)
    assert found["parts_failed"] == 0
    assert found["seconds_compiling"] > 0

    (again,) = documents(glassbrook("doctor", "--json", script, **cache))
    assert (again["parts_compiled_anew"], again["parts_from_the_cache"]) == (0, 1)


def test_a_script_as_text(tmp_path: Path) -> None:
    done = glassbrook("doctor", write(tmp_path, SCRIPT))
    assert done.returncode == 0
    output, _, table = done.stdout.partition("\n\n")
    assert output == "arguments []"
    assert "parts compiled anew" in table
    assert "argsort" in table.splitlines()[-1]

    done = glassbrook("doctor", write(tmp_path, "print(1)"))
    assert done.stdout.endswith("no operation ran in the interpreter.\n")


def test_a_script_that_fails_is_reported_all_the_same(tmp_path: Path) -> None:
    done = glassbrook("doctor", write(tmp_path, SCRIPT + "1 / 0\n"))
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
    assert "argsort" in done.stdout
    done = glassbrook("doctor", write(tmp_path, SCRIPT + "sys.exit(7)\n"))
    assert done.returncode == 7
    assert "argsort" in done.stdout


def test_a_script_that_is_not_there(tmp_path: Path) -> None:
    done = glassbrook("doctor", tmp_path / "missing.py")
    assert (done.returncode, done.stdout) == (2, "")
    assert "does not exist" in done.stderr
