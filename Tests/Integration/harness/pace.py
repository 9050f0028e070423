"""Open-loop load: requests leave at their times whatever becomes of the earlier ones, over kept
connections, and each one's time from when it was due to the end of its answer is noted."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass


@dataclass
class Result:
    kind: str
    seconds: float
    status: int = 0
    head: bytes = b""
    error: str = ""


class Target:
    """A proxy and the connections to it that are free."""

    def __init__(self, address: tuple[str, int]):
        self.address, self.free = address, []

    async def exchange(self, request: bytes) -> tuple[int, bytes]:
        reader, writer = self.free.pop() if self.free else await asyncio.open_connection(*self.address)
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n")
                           if line.startswith(b"content-length:")), 0)
            await reader.readexactly(length)
        except BaseException:
            writer.close()
            raise
        self.free.append((reader, writer))
        return int(head.split(b" ", 2)[1]), head.lower()

    def close(self) -> None:
        for _, writer in self.free:
            writer.close()


async def _run(plans: list[tuple[Target, list[tuple[float, str, bytes]]]], patience: float) -> list[list[Result]]:
    start = time.monotonic() + 0.1

    async def one(target: Target, due: float, kind: str, request: bytes) -> Result:
        await asyncio.sleep(max(0.0, start + due - time.monotonic()))
        try:
            status, head = await asyncio.wait_for(target.exchange(request), patience)
            return Result(kind, time.monotonic() - start - due, status, head)
        except (OSError, EOFError, TimeoutError) as error:
            return Result(kind, time.monotonic() - start - due, error=repr(error))

    results = [await group for group in
               [asyncio.gather(*(one(target, *entry) for entry in plan)) for target, plan in plans]]
    for target, _ in plans:
        target.close()
    return results


def drive(plans: dict[tuple[str, int], list[tuple[float, str, bytes]]], patience: float = 20) -> list[list[Result]]:
    """For each address a plan of (seconds from the start, kind, request); the results in its order."""
    return asyncio.run(_run([(Target(address), plan) for address, plan in plans.items()], patience))


def percentile(results: list[Result], kind: str, share: float) -> float:
    times = sorted(result.seconds for result in results if result.kind == kind)
    return times[min(int(len(times) * share), len(times) - 1)]
