import ast
import os
import re
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


def test_the_example_of_an_environment_lists_every_name_that_the_settings_read():
    calls = ast.walk(ast.parse((settings.BASE_DIR / "innoportal" / "settings.py").read_text()))
    read = {
        node.args[0].value
        for node in calls
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and isinstance(node.args[0], ast.Constant)
    }
    listed = re.findall(r"^(?:# )?([A-Z_]+)=", (settings.BASE_DIR / ".env.example").read_text(), re.MULTILINE)
    assert read - set(listed) == set()
    assert "SECURITY_CONTACT" in read
