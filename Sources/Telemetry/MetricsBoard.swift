import CLinux
import Glibc

/// Counters of one instance, in memory that other instances can read.
///
/// Instances share one listening socket, so a scraper reaches any of them. Each keeps its counters in
/// a file of its own in a shared folder, mapped into memory: counting is one atomic addition, whoever
/// answers adds up all files, and a restart goes on where the counters stood. An instance holds a lock
/// on its file while it lives, so that the others see when it died.
@safe final class MetricsBoard: @unchecked Sendable {
    // Sendable because every access to the cells is atomic, and nothing else changes after `init`.
    private let cells: UnsafeMutablePointer<UInt64>
    private let descriptor: CInt
    private let directory: String?
    private let instance: String
    private let layout: String
    /// Whether the file had room for the counters; else what this instance counts is in no reading, of
    /// whichever instance: figures that went up and down by turns would be worse.
    let hasRoom: Bool

    /// How many cells there are; a file has eight bytes for each.
    static let cellCount = 4096
    /// The first cells tell of the present run of the instance, and begin anew with each start.
    static let runCellCount = 8
    /// Since when the instance serves, in seconds since 1970; 0 before that, and after it has left as
    /// it was told to.
    private static let startCell = 0
    /// How many passwords wait to be hashed.
    static let hashingQueueCell = 1

    /// Why a board cannot be kept in a file.
    struct Fault: Error, Hashable, Sendable {
        let path: String
        let errno: CInt
    }

    /// What the files of all instances say.
    struct Reading {
        /// The cells of all instances, added up.
        var sums: [UInt64]
        /// Those that served and did not leave, by name.
        var instances: [(name: String, isRunning: Bool, started: UInt64)]
    }

    /// A board.
    ///
    /// - Parameters:
    ///   - directory: The folder that all instances share; nil keeps the counters in this process.
    ///   - instance: The name of this instance, unlike those of the others.
    ///   - layout: Another meaning of the cells needs another name, so that no file is misread.
    init(
        directory: String?, instance: String, layout: String
    ) throws(Fault) {
        (self.directory, self.instance, self.layout) = (directory, instance, layout)
        var hasRoom = true
        let size = Self.cellCount * MemoryLayout<UInt64>.stride
        var descriptor: CInt = -1
        var flags = MAP_PRIVATE | MAP_ANONYMOUS
        let path = "\(directory ?? "")/metrics-\(layout)-\(instance)"
        if directory != nil {
            descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
            guard descriptor >= 0, ftruncate(descriptor, size) == 0 else {
                throw Self.fault(at: path, closing: descriptor)
            }
            // Without room of its own, a page that is first written on a full disk ends the process (SIGBUS).
            let reserved = posix_fallocate(descriptor, 0, size)
            guard reserved == 0 || reserved == ENOSPC else {
                errno = reserved
                throw Self.fault(at: path, closing: descriptor)
            }
            hasRoom = reserved == 0
            // Two of the same name would only make the figures wrong; that is no reason not to serve.
            _ = gatereeve_lock(descriptor)
            if hasRoom { flags = MAP_SHARED }
        }
        let memory = unsafe mmap(
            nil, size, PROT_READ | PROT_WRITE, flags, hasRoom ? descriptor : -1, 0)
        guard let memory = unsafe memory, unsafe memory != MAP_FAILED else {
            throw Self.fault(at: path, closing: descriptor)
        }
        self.descriptor = descriptor
        self.hasRoom = hasRoom
        unsafe cells = memory.bindMemory(to: UInt64.self, capacity: Self.cellCount)
        for cell in 0..<Self.runCellCount { set(cell, to: 0) }
    }

    /// The fault that `errno` tells of; a file that was opened is closed.
    private static func fault(at path: String, closing descriptor: CInt) -> Fault {
        let fault = Fault(path: path, errno: errno)
        if descriptor >= 0 { close(descriptor) }
        return fault
    }

    deinit {
        unsafe munmap(cells, Self.cellCount * MemoryLayout<UInt64>.stride)
        if descriptor >= 0 { close(descriptor) }
    }

    /// Says that the instance serves from now on.
    ///
    /// - Parameter started: Now, in seconds since 1970.
    func enter(at started: UInt64) {
        set(Self.startCell, to: started)
    }

    /// Says that the instance ends because it was told to, and is not missed.
    func leave() {
        set(Self.startCell, to: 0)
    }

    /// Adds to a cell; a negative amount takes away.
    ///
    /// - Parameter cell: 0 to ``cellCount`` - 1.
    func add(_ amount: Int, to cell: Int) {
        precondition((0..<Self.cellCount).contains(cell))
        unsafe gatereeve_add(cells + cell, UInt64(bitPattern: Int64(amount)))
    }

    /// Only one thread of the instance writes such a cell.
    private func set(_ cell: Int, to value: UInt64) {
        unsafe gatereeve_add(cells + cell, value &- gatereeve_read(cells + cell))
    }

    /// What the files of all instances say.
    func read() -> Reading {
        guard let directory else {
            let own = (0..<Self.cellCount).map { unsafe gatereeve_read(cells + $0) }
            let started = own[Self.startCell]
            return Reading(
                sums: own, instances: started > 0 ? [(instance, true, started)] : [])
        }
        var reading = Reading(
            sums: [UInt64](repeating: 0, count: Self.cellCount), instances: [])
        for name in names(in: directory) {
            guard let file = unsafe fopen("\(directory)/metrics-\(layout)-\(name)", "re") else {
                continue
            }
            var values = [UInt64](repeating: 0, count: Self.cellCount)
            unsafe fread(&values, MemoryLayout<UInt64>.stride, values.count, file)
            let isRunning = unsafe gatereeve_is_locked(fileno(file)) != 0
            unsafe fclose(file)
            let started = values[Self.startCell]
            if started > 0 { reading.instances.append((name, isRunning, started)) }
            for cell in (isRunning ? 0 : Self.runCellCount)..<Self.cellCount {
                reading.sums[cell] &+= values[cell]
            }
        }
        return reading
    }

    /// The instances that have a file of our layout, in order.
    private func names(in directory: String) -> [String] {
        guard let folder = unsafe opendir(directory) else { return [] }
        defer { unsafe closedir(folder) }
        let prefix = "metrics-\(layout)-"
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix(prefix) { names.append(String(name.dropFirst(prefix.count))) }
        }
        return names.sorted()
    }
}
