import datetime
import decimal
import faulthandler
import getpass
import hashlib
import json
import locale
import logging
import logging.handlers
import os
import platform
import pwd
import random
import resource
import secrets
import signal
import sys
import threading
import time
import uuid
import zlib

caught = []
signal.signal(signal.SIGALRM, lambda number, frame: caught.append(number))
signal.setitimer(signal.ITIMER_REAL, 0.01)
signal.pause()
assert caught == [signal.SIGALRM]
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
os.kill(os.getpid(), signal.SIGUSR1)
assert signal.sigpending() == {signal.SIGUSR1} and signal.sigwait({signal.SIGUSR1}) == signal.SIGUSR1
signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
assert signal.sigtimedwait({signal.SIGUSR1}, 5).si_signo == signal.SIGUSR1
process = os.pidfd_open(os.getpid())
signal.pidfd_send_signal(process, signal.SIGUSR1)
assert signal.sigwaitinfo({signal.SIGUSR1}).si_pid == os.getpid()
signal.signal(signal.SIGTERM, lambda *_: caught.append("term"))
os.kill(os.getpid(), signal.SIGTERM)
assert caught[-1] == "term"
faulthandler.enable()
faulthandler.dump_traceback_later(60)
faulthandler.cancel_dump_traceback_later()

start = time.monotonic()
time.sleep(0.01)
assert time.monotonic() - start >= 0.01 and time.process_time() > 0 and time.thread_time() >= 0
for clock in ("monotonic", "perf_counter", "process_time", "time", "thread_time"):
    assert time.get_clock_info(clock).resolution > 0
assert datetime.datetime.now(datetime.timezone.utc).year > 2000 and os.times().user >= 0
fired = threading.Event()
threading.Timer(0.01, fired.set).start()
assert fired.wait(20)

assert json.loads(json.dumps({"a": [1, 2.5, None, "\u00e9"]}))["a"][1] == 2.5
assert uuid.uuid4().version == 4 and uuid.uuid1().version == 1
assert len(hashlib.sha256(b"").hexdigest()) == 64 and len(secrets.token_hex(8)) == 16 and random.random() < 1
assert hashlib.scrypt(b"a", salt=b"b", n=2, r=8, p=1) and zlib.decompress(zlib.compress(b"a")) == b"a"
log = logging.getLogger("work")
log.propagate = False
log.addHandler(logging.handlers.RotatingFileHandler("/tmp/log", maxBytes=100, backupCount=2))
for number in range(40):
    log.error("line %d", number)
assert sorted(name for name in os.listdir("/tmp") if name.startswith("log")) == ["log", "log.1", "log.2"]
assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0
assert pwd.getpwuid(os.getuid()).pw_name == getpass.getuser() and platform.platform() and os.uname().sysname == "Linux"
locale.setlocale(locale.LC_ALL, "")
assert decimal.Decimal(2).sqrt() > 1 and sys.getsizeof([]) > 0 and not sys.stdout.isatty()
print("all well")
