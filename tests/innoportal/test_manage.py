import os
import subprocess
import sys

from django.conf import settings


def manage(*arguments, data, **environment):
    values = {
        "PATH": os.environ["PATH"],
        "INNOPORTAL_ENV": os.devnull,
        "INNOPORTAL_DATA": str(data),
        **environment,
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=values,
        capture_output=True,
        text=True,
    )


def test_a_missing_secret_is_said_in_one_line(tmp_path):
    result = manage("check", data=tmp_path)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "SECRET_KEY" in result.stderr


def test_a_command_that_reads_files_only_starts_no_server(tmp_path):
    result = manage("translations", data=tmp_path, SECRET_KEY="x" * 50, HTTPS="false")
    assert result.returncode == 0, result.stderr
    assert not (tmp_path / "postgres").exists()


def test_a_retriever_that_there_is_not_is_said_in_one_line(tmp_path):
    result = manage("check", data=tmp_path, SECRET_KEY="x" * 50, HTTPS="false", MATCHING_BACKEND="faiss")
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "MATCHING_BACKEND" in result.stderr
    assert "faiss is not memory, indexed" in result.stderr
