# SPDX-License-Identifier: Apache-2.0
"""Real TCP, for the live tests: connect.py accept PORT N | connect.py dial ADDRESS PORT N

Opens N connections at once; the dialling end sends a line on each, the other
end sends it back.  Ends with status 0 when all N came back whole; SYNs that are
dropped are sent again by the kernel.
"""
import asyncio
import sys

LINE = b"through\n"


async def accept(port, count):
    done = asyncio.Semaphore(0)

    async def echo(reader, writer):
        writer.write(await reader.readline())
        await writer.drain()
        writer.close()
        done.release()

    async with await asyncio.start_server(echo, "0.0.0.0", port, backlog=count):
        print("listening", flush=True)
        for _ in range(count):
            await done.acquire()


async def dial(address, port, count):
    async def one():
        reader, writer = await asyncio.open_connection(address, port)
        writer.write(LINE)
        answer = await reader.readline()
        writer.close()
        return answer == LINE

    results = await asyncio.gather(*[one() for _ in range(count)])
    print(f"{sum(results)} of {count} connections went through")
    return 0 if all(results) else 1


if sys.argv[1] == "accept":
    sys.exit(asyncio.run(accept(int(sys.argv[2]), int(sys.argv[3]))))
sys.exit(asyncio.run(dial(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
