import Glibc

/// Tells when files below directories change. What is watched are directories: a file that an editor replaces by
/// renaming another is seen like one that is written.
///
/// Directories that come later are not watched: whoever was told of a change makes a new watch, then looks.
final class TreeWatch {
  /// How long nothing has to happen before a change counts as whole, and how often that is tried.
  private static let quietMilliseconds: Int32 = 40
  private static let mostRounds = 25

  private static let changes =
    IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF

  private let descriptor: Descriptor
  /// The entries that count, by the number of the watch; nil for all.
  private var entries: [Int32: Set<String>?] = [:]

  init() throws(SystemError) {
    let number = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
    descriptor = Descriptor(owning: try SystemError.check(number, "inotify_init1"))
  }

  /// Watches a directory with all below, or a single file; where there is neither, the place where it would be.
  func add(_ path: String) throws {
    guard !HostFile.isDirectory(path) else { return try addTree(path) }
    var (parent, name) = (HostFile.parent(path), HostFile.name(path))
    while !HostFile.isDirectory(parent) { (parent, name) = (HostFile.parent(parent), HostFile.name(parent)) }
    try add(parent, only: name)
  }

  /// Returns once something has changed and it has become quiet.
  /// - Parameter milliseconds: how long it has to stay quiet for giving up; nil never gives up.
  /// - Returns: false when nothing has changed.
  @discardableResult
  func wait(atMost milliseconds: Int32? = nil) throws(SystemError) -> Bool {
    repeat {
      guard try poll(milliseconds ?? -1) else { return false }
    } while try !takeEvents()
    var rounds = 0
    while rounds < Self.mostRounds, try poll(Self.quietMilliseconds) {
      _ = try takeEvents()
      rounds += 1
    }
    return true
  }

  /// A directory that goes meanwhile is a change of the one above, which is watched already.
  private func addTree(_ directory: String) throws {
    do {
      try add(directory, only: nil)
      for name in try HostFile.names(in: directory) where !SourceTree.isSkipped(name) {
        let path = directory + "/" + name
        if HostFile.isDirectory(path), !HostFile.isSymbolicLink(path) { try addTree(path) }
      }
    } catch let error as SystemError where error.number == ENOENT || error.number == ENOTDIR {}
  }

  private func add(_ directory: String, only name: String?) throws {
    let number = inotify_add_watch(descriptor.number, directory, UInt32(Self.changes))
    if number < 0, errno == ENOSPC {
      throw CommandFailure(
        .system, "`\(directory)` is one directory too many to watch: raise fs.inotify.max_user_watches")
    }
    try SystemError.check(number, "watch \(directory)")
    // The same directory has the same number again: then all that was asked for counts.
    guard let name, let known = entries[number, default: []] else { return entries[number] = .some(nil) }
    entries[number] = known.union([name])
  }

  /// - Returns: false when the time is over.
  private func poll(_ milliseconds: Int32) throws(SystemError) -> Bool {
    var descriptors = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
    while true {
      let count = Glibc.poll(&descriptors, 1, milliseconds)
      if count < 0 && errno == EINTR { continue }
      return try SystemError.check(count, "poll") > 0
    }
  }

  /// - Returns: whether one of the events counts.
  private func takeEvents() throws(SystemError) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = read(descriptor.number, &buffer, buffer.count)
    if count < 0 && (errno == EAGAIN || errno == EINTR) { return false }
    try SystemError.check(Int32(clamping: count), "read the watch")
    return FileEvent.parse(Array(buffer[..<count])).contains(where: counts)
  }

  private func counts(_ event: FileEvent) -> Bool {
    guard event.mask & UInt32(IN_Q_OVERFLOW) == 0 else { return true }
    guard event.mask & UInt32(IN_IGNORED) == 0, let names = entries[event.watch] else { return false }
    guard let names else { return !SourceTree.isSkipped(event.name) }
    return names.contains(event.name)
  }
}
