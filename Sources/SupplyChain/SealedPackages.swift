import Core
import Cryptography

/// Packages in sealed form in a directory, checked at every opening. Blocks.
struct SealedPackages: Sendable {
  let directory: PackageDirectory
  let cipher: EnvelopeCipher

  func put(_ zip: [UInt8], account: AccountID) throws(PackageError) -> Digest {
    let reference = ArtifactID(account: account, digest: Hashing.sha256(zip))
    if try isIntact(reference) { return reference.digest }
    let sealed = try seal(zip, as: reference)
    do { try directory.write(sealed, as: reference) } catch { throw PackageError(error) }
    return reference.digest
  }

  func load(_ reference: ArtifactID) throws(PackageError) -> [UInt8] {
    let sealed = try read(reference)
    let zip: [UInt8]
    do {
      zip = try cipher.open(sealed, account: reference.account, context: Self.context(reference.digest))
    } catch {
      throw PackageError(opening: reference.digest, error)
    }
    guard Hashing.sha256(zip) == reference.digest else { throw .damaged(reference.digest) }
    return zip
  }

  func remove(_ reference: ArtifactID) throws(PackageError) {
    do { _ = try directory.remove(reference) } catch { throw PackageError(error) }
  }

  private func isIntact(_ reference: ArtifactID) throws(PackageError) -> Bool {
    do {
      _ = try load(reference)
      return true
    } catch .missing, .damaged {
      return false
    }
  }

  private func read(_ reference: ArtifactID) throws(PackageError) -> [UInt8] {
    do {
      return try directory.read(reference)
    } catch {
      throw error.isAbsence ? .missing(reference.digest) : PackageError(error)
    }
  }

  private func seal(_ zip: [UInt8], as reference: ArtifactID) throws(PackageError) -> [UInt8] {
    do {
      return try cipher.seal(zip, account: reference.account, context: Self.context(reference.digest))
    } catch {
      throw .failed(error.message)
    }
  }

  private static func context(_ digest: Digest) -> [String: String] { ["aws:redoubt:artifact": digest.description] }
}
