import concurrent.futures
import multiprocessing
import multiprocessing.shared_memory
import os
import subprocess
import sys
import threading


def square(number):
    return number * number


def put(queue, lock):
    with lock:
        queue.put(os.getpid())


def work():
    results = []
    threads = [threading.Thread(target=results.append, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == list(range(8))
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert list(pool.map(square, range(4))) == [0, 1, 4, 9]
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        assert list(pool.map(square, range(4))) == [0, 1, 4, 9]

    for method in ("fork", "spawn", "forkserver"):
        context = multiprocessing.get_context(method)
        with context.Pool(2) as pool:
            assert pool.map(square, range(5)) == [0, 1, 4, 9, 16]
        queue, lock = context.Queue(), context.Lock()
        process = context.Process(target=put, args=(queue, lock))
        process.start()
        assert queue.get(timeout=20) == process.pid
        process.join()
        assert process.exitcode == 0
    with multiprocessing.Manager() as manager:
        assert manager.list([1, 2])[1] == 2
    memory = multiprocessing.shared_memory.SharedMemory(create=True, size=4096)
    memory.buf[:2] = b"hi"
    again = multiprocessing.shared_memory.SharedMemory(memory.name)
    assert bytes(again.buf[:2]) == b"hi"
    again.close()
    memory.close()
    memory.unlink()

    shell = subprocess.run("echo a | tr a b; ls / > /dev/null; ulimit -n", shell=True, capture_output=True, text=True)
    assert shell.stdout == "b\n1024\n" and shell.stderr == "", shell
    assert subprocess.run(["/bin/bash", "-c", "x=$(echo $((6 * 7))); echo $x"], capture_output=True).stdout == b"42\n"
    assert subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True, start_new_session=True).stdout == b"1\n"
    with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as cat:
        assert cat.communicate(b"x" * 200000, timeout=20)[0] == b"x" * 200000
    with subprocess.Popen(["/bin/sleep", "60"]) as sleeper:
        sleeper.terminate()
        assert sleeper.wait(20) == -15
    pid = os.posix_spawn("/bin/true", ["true"], os.environ)
    assert os.waitpid(pid, 0)[1] == 0
    os.nice(1)
    assert os.sched_getaffinity(0) and os.cpu_count() and os.getloadavg()


if __name__ == "__main__":
    work()
    print("all well")
