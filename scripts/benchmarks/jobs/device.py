"""Prints what the GPU can do, as PyTorch measures it: its name, operations a second in f32, bytes a
second of memory."""

import json
import time

import torch


def fastest(work, times=20):
    work()
    seconds = []
    for _ in range(times):
        torch.cuda.synchronize()
        started = time.perf_counter()
        work()
        torch.cuda.synchronize()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


side = 8192
one, other, product = (torch.randn(side, side, device="cuda") for _ in range(3))
print(
    json.dumps(
        {
            "device": torch.cuda.get_device_name(),
            "operations": 2 * side**3 / fastest(lambda: torch.mm(one, other, out=product)),
            "bytes": 2 * one.nbytes / fastest(lambda: product.copy_(one)),
        }
    )
)
