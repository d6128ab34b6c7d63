/// A migration as the database and the directories know it.
public struct MigrationStatus: Hashable, Sendable {
    /// How file and record agree.
    public enum State: String, Hashable, Sendable {
        /// Done, and the file is the one that was run.
        case applied
        /// Not begun; it comes after all that are recorded.
        case pending
        /// Begun and not done: some of its statements may have taken effect.
        case halfDone = "half-done"
        /// Done, and the file was changed since.
        case edited
        /// Done, and there is no such file although there are later ones.
        case missing
        /// Done by a newer program than this.
        case newer
        /// Not begun, although a later one is recorded.
        case outOfOrder = "out of order"
    }

    /// Series and number.
    public let id: MigrationID
    /// The rest of the file's name.
    public let name: String
    /// How file and record agree.
    public let state: State
    /// When it was begun, in microseconds since 1970, UTC; nil when it was not.
    public let begunAt: Int64?
    /// When it was done, in microseconds since 1970, UTC; nil when it was not.
    public let doneAt: Int64?

    /// `0007_mail_queue`, as in the name of the file.
    public var title: String { "\(id)_\(name)" }
}

/// What the table `schema_migrations` holds of one migration.
struct MigrationRecord: Hashable, Sendable {
    let id: MigrationID
    let name: String
    let checksum: [UInt8]
    let oldestProgram: Int
    let begunAt: Int64
    let doneAt: Int64?
}

extension MigrationStatus {
    /// Compares the files of a series with the records of the same series.
    ///
    /// - Returns: One status for each number, in order.
    static func compare(files: [Migration], records: [MigrationRecord]) -> [MigrationStatus] {
        let recordOf = Dictionary(
            records.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let fileOf = Dictionary(files.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let newestRecord = records.map(\.id).max()
        let newestFile = files.map(\.id).max()
        return Set(recordOf.keys).union(fileOf.keys).sorted().map { id in
            let (file, record) = (fileOf[id], recordOf[id])
            let state: State =
                if let record {
                    if record.doneAt == nil {
                        .halfDone
                    } else if let file {
                        file.checksum == record.checksum ? .applied : .edited
                    } else {
                        newestFile.map { id > $0 } ?? true ? .newer : .missing
                    }
                } else {
                    newestRecord.map { id < $0 } ?? false ? .outOfOrder : .pending
                }
            return MigrationStatus(
                id: id, name: file?.name ?? record?.name ?? "", state: state,
                begunAt: record?.begunAt, doneAt: record?.doneAt)
        }
    }
}
