#!/usr/bin/env python3
"""Runs a sweep as HyperQueue tasks, a shard each: sweep.py SHARDS --config FILE [what else `train`
takes].

Needs `pip install hyperqueue`, and a server that is up (`hq server start`) with workers. With
--local first, the server and one worker are started here and stopped at the end.
"""

import shlex
import sys

from hyperqueue import Client, Job
from hyperqueue.cluster import LocalCluster, WorkerConfig


def submit(client: Client, shards: int, arguments: list[str]) -> None:
    job = Job()
    for shard in range(1, shards + 1):
        train = shlex.join(["train", *arguments, "--jobs", "1", "--shard", f"{shard}/{shards}"])
        # 75 is "start me again".
        job.program(
            ["sh", "-c", f"while {train}; code=$?; [ $code = 75 ]; do sleep 1; done; exit $code"]
        )
    client.wait_for_jobs([client.submit(job)])


if __name__ == "__main__":
    local, arguments = (
        sys.argv[1:2] == ["--local"],
        [word for word in sys.argv[1:] if word != "--local"],
    )
    if local:
        with LocalCluster() as cluster:
            cluster.start_worker(WorkerConfig())
            submit(cluster.client(), int(arguments[0]), arguments[1:])
    else:
        submit(Client(), int(arguments[0]), arguments[1:])
