"""``glassbrook run``: exit codes, streams, and tracebacks that end in the user's script."""

from __future__ import annotations

from pathlib import Path

from tests.cli.support import glassbrook


def write(folder: Path, text: str) -> Path:
    path = folder / "script.py"
    path.write_text(text)
    return path


def test_output_and_arguments_pass_through(tmp_path: Path) -> None:
    script = write(tmp_path, "import sys; print(sys.argv[1:]); print('note', file=sys.stderr)")
    done = glassbrook("run", script, "one", "--two", "-h")
    assert (done.returncode, done.stdout, done.stderr) == (0, "['one', '--two', '-h']\n", "note\n")


def test_the_exit_code_is_the_scripts(tmp_path: Path) -> None:
    assert glassbrook("run", write(tmp_path, "import sys; sys.exit(7)")).returncode == 7
    done = glassbrook("run", write(tmp_path, "import sys; sys.exit('no luck')"))
    assert (done.returncode, done.stderr) == (1, "no luck\n")


def test_an_error_shows_the_line_of_the_script_only(tmp_path: Path) -> None:
    script = write(
        tmp_path,
        "import tensorflow as tf\nx = tf.zeros([2, 3])\ny = x @ tf.zeros([4, 5])\n",
    )
    done = glassbrook("run", script)
    assert done.returncode == 1
    assert "y = x @ tf.zeros([4, 5])" in done.stderr
    assert "inner sizes differ: [2, 3] @ [4, 5], 3 against 4" in done.stderr
    assert "glassbrook/graph" not in done.stderr
    full = glassbrook("run", script, GLASSBROOK_DEBUG="1")
    assert "glassbrook/graph" in full.stderr


def test_mixed_dtypes_say_how_to_mend_it(tmp_path: Path) -> None:
    script = write(tmp_path, "import tensorflow as tf\ntf.constant(1) + tf.constant(1.0)\n")
    done = glassbrook("run", script)
    assert done.returncode == 1
    assert "int32" in done.stderr
    assert "float32" in done.stderr
    assert "tf.cast" in done.stderr


def test_a_missing_file_inside_the_script_is_the_scripts_error(tmp_path: Path) -> None:
    done = glassbrook("run", write(tmp_path, "open('nowhere.txt')"), folder=tmp_path)
    assert done.returncode == 1
    assert "FileNotFoundError" in done.stderr


def test_a_script_that_is_not_there(tmp_path: Path) -> None:
    done = glassbrook("run", tmp_path / "missing.py")
    assert done.returncode == 2
    assert "missing.py" in done.stderr
    assert "does not exist" in done.stderr


def test_usage() -> None:
    assert glassbrook("run").returncode == 2
    assert glassbrook("nonsense").returncode == 2
    done = glassbrook("--help")
    assert done.returncode == 0
    for command in ("train", "predict", "evaluate", "summary", "run", "doctor"):
        assert command in done.stdout
