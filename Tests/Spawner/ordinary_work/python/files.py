import ctypes
import fcntl
import glob
import io
import mmap
import os
import pathlib
import shutil
import sqlite3
import tarfile
import tempfile
import zipfile

base = sqlite3.connect("/tmp/base.sqlite")
assert base.execute("pragma journal_mode=wal").fetchone() == ("wal",)
base.execute("pragma mmap_size=1048576")
base.execute("create table t(a)")
base.executemany("insert into t values(?)", [(number,) for number in range(1000)])
base.commit()
second = sqlite3.connect("/tmp/base.sqlite")
assert second.execute("select sum(a) from t").fetchone() == (499500,)
base.execute("vacuum")

with tempfile.TemporaryFile() as file:
    file.write(b"x" * 8192)
    file.flush()
    os.fsync(file.fileno())
    fcntl.flock(file, fcntl.LOCK_EX)
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with mmap.mmap(file.fileno(), 0) as area:
        area[0:1] = b"y"
        area.flush()
        area.resize(16384)
with mmap.mmap(-1, 65536) as area:
    area.madvise(mmap.MADV_DONTNEED)
with tempfile.NamedTemporaryFile(dir="/tmp") as file, tempfile.SpooledTemporaryFile(10) as spooled:
    spooled.write(b"x" * 20)
    os.posix_fallocate(file.fileno(), 0, 4096)
    os.pwritev(file.fileno(), [b"a", b"b"], 0)
    block = bytearray(2)
    assert os.preadv(file.fileno(), [block], 0, os.RWF_HIPRI) == 2 and block == b"ab"
    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)

folder = pathlib.Path(tempfile.mkdtemp())
(folder / "a").write_text("text")
(folder / "b").symlink_to("a")
os.link(folder / "a", folder / "c")
os.mkfifo(folder / "pipe")
os.utime(folder / "a", (1, 1))
os.chmod(folder / "a", 0o640)
os.chown(folder / "a", os.getuid(), os.getgid())
(folder / "c").rename(folder / "d")
os.replace(folder / "d", folder / "e")
os.truncate(folder / "e", 2)
assert os.access(folder / "a", os.R_OK) and os.statvfs(folder).f_bsize and os.listxattr(folder / "a") == []
(folder / "pipe").unlink()
with zipfile.ZipFile("/tmp/a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.write(folder / "a", "a")
zipfile.ZipFile("/tmp/a.zip").extractall("/tmp/unzipped")
with tarfile.open("/tmp/a.tar.gz", "w:gz") as archive:
    archive.add(folder, "folder")
tarfile.open("/tmp/a.tar.gz").extractall("/tmp/untarred")
shutil.copytree(folder, "/tmp/copy", symlinks=True)
shutil.copy2("/tmp/a.zip", "/tmp/b.zip")
assert sorted(glob.glob("/tmp/copy/*")) == ["/tmp/copy/a", "/tmp/copy/b", "/tmp/copy/e"]
assert shutil.disk_usage("/tmp").total > 0
shutil.rmtree("/tmp/copy")
os.chdir("/tmp")
assert os.getcwd() == "/tmp" and len(list(os.scandir("."))) > 4
with open("/tmp/a.zip", "rb") as source, open("/tmp/c.zip", "wb") as target:
    assert os.copy_file_range(source.fileno(), target.fileno(), 10) == 10
    os.sendfile(target.fileno(), source.fileno(), 0, 10)
os.set_inheritable(os.dup(0), True)
assert io.open("/dev/urandom", "rb").read(4)

compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
numbers = (ctypes.c_int * 3)(3, 1, 2)
ctypes.CDLL(None).qsort(numbers, 3, ctypes.sizeof(ctypes.c_int), compare(lambda a, b: a[0] - b[0]))
assert list(numbers) == [1, 2, 3]
print("all well")
