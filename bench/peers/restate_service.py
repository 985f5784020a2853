"""The service that Restate calls: each state is one journalled step."""

from __future__ import annotations

import os
from typing import Any

import httpx
import restate
import workloads

bench = restate.Service("bench")
http = httpx.AsyncClient(limits=httpx.Limits(max_connections=300))


@bench.handler()
async def w1(context: restate.Context, body: dict[str, Any]) -> dict[str, Any]:
    data = body
    for index, kind in enumerate(workloads.KINDS):
        data = await context.run_typed(f"s{index}", workloads.step, kind=kind, data=data)
    return data


@bench.handler()
async def w2(context: restate.Context) -> int:
    async def act(x: int) -> Any:
        return (await http.post(os.environ["HELLO"], json={"body": {"x": x}})).json()

    for index in range(workloads.ACTIONS):
        await context.run_typed(f"a{index}", act, x=index)
    return workloads.ACTIONS


@bench.handler()
async def w3(context: restate.Context) -> int:
    i = 0
    for _ in range(2 * workloads.TURNS):
        i = await context.run_typed("increment", lambda number: number + 1, number=i)
    return i


app = restate.app(services=[bench])
