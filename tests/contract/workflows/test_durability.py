"""What an execution does when the process is killed under it."""

import json
import time

import httpx

from tests.contract.workflows.served import Peer, Served, State, wait_for


def test_a_sleep_ends_at_its_original_time(served: Served, peer: Peer) -> None:
    served.define(
        "sleeper",
        f"""
        - before: {{call: http.get, args: {{url: "{peer.url}/before"}}}}
        - rest: {{call: sys.sleep, args: {{seconds: 3}}}}
        - after: {{call: http.get, args: {{url: "{peer.url}/after"}}, result: r}}
        - end: {{return: "${{r.body.path}}"}}
        """,
    )
    served.start()
    begun = time.monotonic()
    name = served.begin("sleeper")
    wait_for(lambda: served.current_step(name) == "rest")
    served.restart()
    execution = served.end(name)
    took_s = time.monotonic() - begun

    assert execution.state == State.SUCCEEDED
    assert json.loads(execution.result) == "/after"
    assert peer.seen == {"/before": 1, "/after": 1}
    assert 3.0 <= took_s < 5.5


def test_a_request_under_way_is_sent_again(served: Served, peer: Peer) -> None:
    served.define(
        "caller",
        f"""
        - first: {{call: http.get, args: {{url: "{peer.url}/first"}}}}
        - second: {{call: http.get, args: {{url: "{peer.url}/second"}}, result: r}}
        - end: {{return: "${{r.body.path}}"}}
        """,
    )
    served.start()
    peer.go.clear()
    name = served.begin("caller")
    wait_for(lambda: peer.seen["/first"])
    peer.go.set()
    peer.go.clear()
    wait_for(lambda: peer.seen["/second"] or (peer.go.set(), peer.go.clear(), None)[-1])
    served.kill()
    peer.go.set()
    served.start()
    execution = served.end(name)

    assert json.loads(execution.result) == "/second"
    assert peer.seen == {"/first": 1, "/second": 2}


def test_an_open_callback_stays_valid(served: Served) -> None:
    served.define(
        "listener",
        """
        - open: {call: events.create_callback_endpoint, result: c}
        - wait: {call: events.await_callback, args: {callback: "${c}", timeout: 60}, result: got}
        - end: {return: "${got.http_request.body}"}
        """,
    )
    served.start()
    name = served.begin("listener")
    wait_for(lambda: served.current_step(name) == "wait")
    [callback] = served.get(f"{name}/callbacks")["callbacks"]
    served.restart()
    url = f"{served.url}/v1/{callback['name']}"
    wrong = httpx.get(url, trust_env=False)
    right = httpx.post(url, json={"approved": True}, trust_env=False)
    execution = served.end(name)
    late = httpx.post(url, json={}, trust_env=False)

    assert (wrong.status_code, right.status_code, late.status_code) == (404, 200, 404)
    assert json.loads(execution.result) == {"approved": True}


def test_a_callback_that_came_before_the_kill_is_not_lost(served: Served) -> None:
    served.define(
        "busy",
        """
        - open: {call: events.create_callback_endpoint, result: c}
        - rest: {call: sys.sleep, args: {seconds: 2}}
        - wait: {call: events.await_callback, args: {callback: "${c}", timeout: 10}, result: got}
        - end: {return: "${got.http_request.body}"}
        """,
    )
    served.start()
    name = served.begin("busy")
    wait_for(lambda: served.current_step(name) == "rest")
    [callback] = served.get(f"{name}/callbacks")["callbacks"]
    httpx.post(f"{served.url}/v1/{callback['name']}", json=[7], trust_env=False)
    served.restart()

    assert json.loads(served.end(name).result) == [7]


def test_branches_go_on_where_each_stood(served: Served, peer: Peer) -> None:
    served.define(
        "fan",
        f"""
        - init: {{assign: [{{done: []}}]}}
        - spread:
            parallel:
              shared: [done]
              for:
                value: n
                in: [1, 2, 3]
                steps:
                  - early: {{call: http.get, args: {{url: "${{\\"{peer.url}/early\\" + n}}"}}}}
                  - rest: {{call: sys.sleep, args: {{seconds: "${{n * 0.8}}"}}}}
                  - late: {{call: http.get, args: {{url: "${{\\"{peer.url}/late\\" + n}}"}}}}
                  - note: {{assign: [{{done: "${{list.concat(done, n)}}"}}]}}
        - end: {{return: "${{done}}"}}
        """,
    )
    served.start()
    name = served.begin("fan")
    wait_for(lambda: peer.seen["/late1"])
    time.sleep(0.2)
    served.restart()
    execution = served.end(name)

    assert json.loads(execution.result) == [1, 2, 3]
    assert all(peer.seen[f"/early{n}"] == 1 for n in (1, 2, 3))
    assert peer.seen["/late1"] == 1


def test_steps_keep_their_ids_and_times_across_a_kill(served: Served) -> None:
    served.define(
        "steps",
        """
        - one: {assign: [{a: 1}]}
        - two: {call: sys.sleep, args: {seconds: 1.5}}
        - three: {return: "${a}"}
        """,
    )
    served.start()
    name = served.begin("steps")
    wait_for(lambda: served.current_step(name) == "two")
    before = served.get(f"{name}/stepEntries")["stepEntries"]
    served.restart()
    served.end(name)
    after = served.get(f"{name}/stepEntries")["stepEntries"]

    assert [entry["step"] for entry in after] == ["one", "two", "three"]
    assert after[0] == {**before[0], "navigationInfo": after[0]["navigationInfo"]}
    assert after[1]["createTime"] == before[1]["createTime"]
    assert {entry["state"] for entry in after} == {"STATE_SUCCEEDED"}


def test_hundreds_of_sleepers_survive_a_kill(served: Served) -> None:
    served.define(
        "sleeper",
        """
        main:
          params: [n]
          steps:
            - rest: {call: sys.sleep, args: {seconds: 4}}
            - end: {return: "${n}"}
        """,
    )
    served.start()
    names = [served.begin("sleeper", n) for n in range(300)]
    served.restart()
    results = [json.loads(served.end(name).result) for name in names]

    assert results == list(range(300))
