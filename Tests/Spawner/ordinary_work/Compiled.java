// What a program of the JVM does for a living.
import java.net.*;
import java.nio.ByteBuffer;
import java.nio.channels.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;

public class Compiled {
  static void check(boolean holds, String what) {
    if (!holds) throw new AssertionError(what);
  }

  static void threads() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    List<Future<Integer>> squares = new ArrayList<>();
    for (int number = 0; number < 10; number++) {
      int value = number;
      squares.add(pool.submit(() -> value * value));
    }
    check(squares.get(9).get() == 81, "pool");
    pool.shutdown();
    check(ForkJoinPool.commonPool().submit(() -> 1).get() == 1, "common pool");
    Thread.currentThread().setPriority(Thread.MIN_PRIORITY);
    System.gc();
  }

  static void files() throws Exception {
    Path folder = Files.createTempDirectory("work"), file = folder.resolve("a");
    try (WatchService watcher = FileSystems.getDefault().newWatchService()) {
      folder.register(watcher, StandardWatchEventKinds.ENTRY_CREATE);
      Files.writeString(file, "text");
      check(watcher.poll(20, TimeUnit.SECONDS) != null, "watch");
    }
    Files.copy(file, folder.resolve("b"), StandardCopyOption.COPY_ATTRIBUTES);
    Files.move(folder.resolve("b"), folder.resolve("c"), StandardCopyOption.ATOMIC_MOVE);
    Files.createSymbolicLink(folder.resolve("link"), file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      java.nio.MappedByteBuffer area = channel.map(FileChannel.MapMode.READ_WRITE, 0, 4096);
      area.put((byte) 1);
      area.force();
      channel.force(true);
      Path copy = folder.resolve("d");
      channel.transferTo(0, 10, FileChannel.open(copy, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
      check(lock.isValid(), "lock");
    }
    check(Files.getFileStore(folder).getTotalSpace() > 0, "space");
  }

  static void network() throws Exception {
    ServerSocketChannel server = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
    Selector selector = Selector.open();
    server.configureBlocking(false);
    server.register(selector, SelectionKey.OP_ACCEPT);
    try (Socket client = new Socket()) {
      client.connect(server.getLocalAddress(), 20000);
      check(selector.select(20000) == 1, "select");
      server.accept().write(ByteBuffer.wrap(new byte[] {1}));
      check(client.getInputStream().read() == 1, "read");
    }
    for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
      each.getHardwareAddress();
      check(each.isUp() && each.getMTU() > 0, each.getName());
    }
    check(InetAddress.getByName("localhost").isLoopbackAddress(), "localhost");
    try {
      InetAddress.getByName("no.such.name.example");
      throw new AssertionError("a name was found without a network");
    } catch (UnknownHostException expected) {
    }
  }

  public static void main(String[] arguments) throws Exception {
    threads();
    files();
    network();
    Process child = new ProcessBuilder("/bin/echo", "child").start();
    check(new String(child.getInputStream().readAllBytes()).equals("child\n") && child.waitFor() == 0, "child");
    check(new java.security.SecureRandom().nextLong() != 0 && System.nanoTime() != 0, "randomness");
    System.out.println("all well");
  }
}
