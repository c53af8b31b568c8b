from localcloud.run.restart import RestartDelay


def test_the_wait_doubles_up_to_five_seconds_and_begins_anew_after_a_steady_run() -> None:
    delay = RestartDelay()

    early = [delay.after(uptime_s=0) for _ in range(8)]
    steady = [delay.after(uptime_s=10), delay.after(uptime_s=0)]

    assert early == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5]
    assert steady == [0.1, 0.2]
