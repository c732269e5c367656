import asyncio
import os
import select
import selectors
import signal
import socket
import time


async def serve(reader, writer):
    writer.write(await reader.read(2))
    writer.close()


async def talk():
    server = await asyncio.start_server(serve, "localhost", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    writer.write(b"hi")
    assert await reader.read() == b"hi"
    writer.close()
    unix = await asyncio.start_unix_server(serve, "/tmp/socket")
    reader, writer = await asyncio.open_unix_connection("/tmp/socket")
    writer.write(b"hi")
    assert await reader.read() == b"hi"
    writer.close()
    server.close()
    unix.close()
    process = await asyncio.create_subprocess_exec("/bin/cat", stdin=-1, stdout=-1)
    assert (await process.communicate(b"child"))[0] == b"child"
    assert await asyncio.to_thread(time.sleep, 0) is None
    woken = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, woken.set)
    os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.wait_for(woken.wait(), 20)
    try:
        await asyncio.wait_for(asyncio.sleep(60), 0.01)
        raise AssertionError("the time limit did not come")
    except TimeoutError:
        pass


async def watch_by_pidfd():
    asyncio.set_child_watcher(asyncio.PidfdChildWatcher())
    asyncio.get_child_watcher().attach_loop(asyncio.get_running_loop())
    process = await asyncio.create_subprocess_exec("/bin/true")
    assert await process.wait() == 0


asyncio.run(talk())
asyncio.run(watch_by_pidfd())

near, far = socket.socketpair()
far.send(b"x")
queue = select.epoll()
queue.register(near, select.EPOLLIN)
assert queue.poll(5) == [(near.fileno(), select.EPOLLIN)]
poll = select.poll()
poll.register(near, select.POLLIN)
assert poll.poll(5000) == [(near.fileno(), select.POLLIN)]
assert select.select([near], [], [], 5)[0] == [near]
for kind in (selectors.EpollSelector, selectors.PollSelector, selectors.SelectSelector):
    with kind() as selector:
        selector.register(near, selectors.EVENT_READ)
        assert len(selector.select(5)) == 1
print("all well")
