package import Storage

/// The tables of function logs. Messages are in `sealed` only, never in clear.
package enum LogSchema {
  package static let migrations = [
    Migration(name: "logs-1", statements: [groups, streams, sequence, first, batches, byTime])
  ]
  /// What came later.
  package static let streamMigrations = [
    Migration(name: "logs-2", statements: ["DROP INDEX log_batches_by_time", byTimeWithStream])
  ]

  package static let sizeMigrations = [Migration(name: "logs-3", statements: [storedBytes, countStoredBytes])]

  private static let groups = """
    CREATE TABLE log_groups (
      account TEXT NOT NULL,
      region TEXT NOT NULL,
      name TEXT NOT NULL,
      created_ms BIGINT NOT NULL,
      retention_days BIGINT CHECK (retention_days > 0),
      PRIMARY KEY (account, region, name))
    """

  private static let streams = """
    CREATE TABLE log_streams (
      account TEXT NOT NULL,
      region TEXT NOT NULL,
      log_group TEXT NOT NULL,
      name TEXT NOT NULL,
      created_ms BIGINT NOT NULL,
      first_ms BIGINT,
      last_ms BIGINT,
      last_ingestion_ms BIGINT,
      PRIMARY KEY (account, region, log_group, name),
      FOREIGN KEY (account, region, log_group) REFERENCES log_groups (account, region, name) ON DELETE CASCADE)
    """

  /// One row: the number that the next batch gets. Numbers are never given twice, also after batches were removed.
  private static let sequence = "CREATE TABLE log_sequence (next BIGINT NOT NULL)"
  private static let first = "INSERT INTO log_sequence (next) VALUES (1)"

  // `request_id` has all of them that a batch has lines of, with a space between two.
  // INVARIANT: a batch spans less than 5000 ms; `LogScan` relies on it.
  private static let batches = """
    CREATE TABLE log_batches (
      sequence BIGINT NOT NULL PRIMARY KEY,
      account TEXT NOT NULL,
      region TEXT NOT NULL,
      log_group TEXT NOT NULL,
      log_stream TEXT NOT NULL,
      first_ms BIGINT NOT NULL,
      last_ms BIGINT NOT NULL,
      event_count BIGINT NOT NULL CHECK (event_count > 0),
      request_id TEXT,
      sealed BLOB NOT NULL,
      CHECK (last_ms - first_ms BETWEEN 0 AND 4999),
      FOREIGN KEY (account, region, log_group) REFERENCES log_groups (account, region, name) ON DELETE CASCADE)
    """

  /// The sum of the lengths of `sealed`, kept by who inserts and removes: to sum them up anew would read every batch.
  private static let storedBytes = """
    ALTER TABLE log_groups ADD COLUMN stored_bytes BIGINT NOT NULL DEFAULT 0 CHECK (stored_bytes >= 0)
    """
  private static let countStoredBytes = """
    UPDATE log_groups SET stored_bytes = (
      SELECT COALESCE(SUM(length(sealed)), 0) FROM log_batches
      WHERE log_batches.account = log_groups.account AND log_batches.region = log_groups.region
        AND log_batches.log_group = log_groups.name)
    """

  private static let byTime = """
    CREATE INDEX log_batches_by_time ON log_batches (account, region, log_group, first_ms, sequence, last_ms)
    """

  /// Tells a stream's batches from others without a look at the table, and costs no index of its own.
  private static let byTimeWithStream = """
    CREATE INDEX log_batches_by_time
      ON log_batches (account, region, log_group, first_ms, sequence, last_ms, log_stream)
    """
}
