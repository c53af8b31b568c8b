"""``python -m localcloud workflows`` as its users call it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.contract.workflows.served import Peer

GREET = 'main:\n  params: [a]\n  steps:\n    - end: {return: "${\\"hello \\" + a.who}"}\n'


def command(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "localcloud", "workflows", *words],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def evaluate(*requests: Any) -> list[Any]:
    return evaluate_lines(*map(json.dumps, requests))


def evaluate_lines(*lines: str) -> list[Any]:
    done = command("eval", stdin="".join(f"{line}\n" for line in lines))
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def greet(tmp_path: Path) -> str:
    file = tmp_path / "greet.yaml"
    file.write_text(GREET)
    return str(file)


def test_run_prints_the_result(greet: str) -> None:
    done = command("run", greet, "--data", '{"who": "you"}')

    assert (done.returncode, done.stdout) == (0, '"hello you"\n')


def test_run_prints_the_error_and_where_it_arose(greet: str) -> None:
    done = command("run", greet, "--data", "{}")

    assert done.returncode == 1
    assert "KeyError: key not found: who" in done.stderr
    assert 'in step "end", routine "main", line: 4' in done.stderr


def test_run_knows_variables_and_logs(tmp_path: Path) -> None:
    file = tmp_path / "env.yaml"
    file.write_text(
        '- say: {call: sys.log, args: {text: "here I am", severity: NOTICE}}\n'
        '- end: {return: "${sys.get_env(\\"COLOR\\")}"}\n'
    )
    done = command("run", str(file), "--env", "COLOR=red")

    assert done.stdout == '"red"\n'
    assert done.stderr == "NOTICE here I am\n"


@pytest.mark.parametrize("words", [("--data", "{"), ("--env", "COLOR")])
def test_run_says_what_is_wrong_with_its_options(greet: str, words: tuple[str, str]) -> None:
    done = command("run", greet, *words)

    assert done.returncode == 2
    assert words[0] in done.stderr
    assert "Traceback" not in done.stderr


def test_check_shows_every_fault_with_a_caret(tmp_path: Path, greet: str) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text('- a: {next: nowhere}\n- b: {return: "${absent}"}\n')
    done = command("check", greet, str(file), str(tmp_path / "none.yaml"))

    assert done.returncode == 1
    assert f"{greet}: can be deployed" in done.stdout
    assert done.stderr.count("^") == 2
    assert "none.yaml cannot be read" in done.stderr


def test_eval_answers_every_line_in_order() -> None:
    answers = evaluate(
        {"id": 7, "workflow": GREET, "args": {"who": "a"}},
        {"workflow": GREET, "args": {}},
        {"workflow": "- a: {next: nowhere}"},
        {"workflow": GREET, "deploy_only": True},
        {"workflow": "- a: {next: nowhere}", "deploy_only": True},
        ["no object"],
        {"workflow": "- end: {return: '${sys.get_env(\"A\")}'}", "env": {"A": "b"}, "new": 1},
    )

    assert answers[0] == {"id": 7, "result": "hello a"}
    assert answers[1]["error"]["tags"] == ["KeyError", "LookupError"]
    assert 'in step "end"' in answers[1]["context"]
    assert "nowhere" in answers[2]["deploy_error"]
    assert answers[3] == {"result": None}
    assert "nowhere" in answers[4]["deploy_error"]
    assert "deploy_error" in answers[5]
    assert answers[6] == {"result": "b"}


def test_eval_survives_any_line() -> None:
    echo = "main: {params: [a], steps: [{r: {return: '${a}'}}]}"
    answers = evaluate_lines(
        "{",
        '{"workflow": 5, "id": 1}',
        '{"workflow": "- a: {return: 1}", "env": [1], "id": 2}',
        f'{{"workflow": "{echo}", "args": "\\ud800"}}',
        f'{{"workflow": "{echo}", "args": {"9" * 30}}}',
        f'{{"workflow": "{echo}", "args": {"[" * 9000}{"]" * 9000}}}',
        '{"workflow": "- a: {return: fine}"}',
    )

    assert answers[1:3] == [
        {"id": 1, "deploy_error": "'workflow' must be a string"},
        {"id": 2, "deploy_error": "'env' must be an object"},
    ]
    assert answers[3:5] == [{"result": "\ufffd"}, {"result": 1e30}]
    assert all("deploy_error" in answers[index] for index in (0, 5))
    assert answers[6] == {"result": "fine"}


def test_eval_sends_each_api_to_its_place(peer: Peer) -> None:
    get_bucket = (
        "- get: {call: googleapis.storage.v1.buckets.get, args: {bucket: b}, result: r}\n"
        '- end: {return: "${r.path}"}\n'
    )
    answers = evaluate(
        {"workflow": get_bucket, "googleapis_base": f"{peer.url}/g"},
        {"workflow": get_bucket, "base_url": peer.url},
    )

    assert answers == [{"result": "/g/storage/storage/v1/b/b"}, {"result": "/storage/v1/b/b"}]


def test_eval_receives_callbacks() -> None:
    [answer] = evaluate(
        {
            "workflow": """
            - open:
                call: events.create_callback_endpoint
                args: {http_callback_method: GET}
                result: c
            - call: {call: http.get, args: {url: "${c.url}", query: {answer: "42"}}}
            - wait: {call: events.await_callback, args: {callback: "${c}", timeout: 5}, result: got}
            - end: {return: "${got.http_request.query}"}
            """
        }
    )

    assert answer == {"result": {"answer": "42"}}


def test_a_hostile_workflow_does_not_stop_the_lines_that_follow() -> None:
    answers = evaluate(
        {"workflow": "- a: {next: a}"},
        {"workflow": "- a: {return: " + "[" * 5000 + "]" * 5000 + "}"},
        {"workflow": "- a: {return: '${" + "(" * 190 + "1" + ")" * 190 + "}'}"},
        {"workflow": "- a: {return: fine}"},
    )

    assert answers[0]["error"]["tags"] == ["ResourceLimitError"]
    assert "defect" not in json.dumps(answers)
    assert answers[3] == {"result": "fine"}
