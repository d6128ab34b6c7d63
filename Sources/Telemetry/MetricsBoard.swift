import CLinux
import Glibc

/// Counters of one instance, in memory that other instances can read.
///
/// Instances share one listening socket, so a scraper reaches any of them. Each keeps its counters in
/// a file of its own in a shared folder, mapped into memory: counting is one atomic addition, whoever
/// answers adds up all files, and a restart goes on where the counters stood.
@safe public final class MetricsBoard: @unchecked Sendable {
    // Sendable because every access to the cells is atomic, and nothing else changes after `init`.
    private let cells: UnsafeMutablePointer<UInt64>
    private let directory: String?

    /// How many counters there are room for; a file has eight bytes for each.
    static let cellCount = 4096
    /// Another layout of the counters needs another number, so that no file is misread.
    private static let layout = 1

    /// Why a board cannot be kept in a file.
    public struct Fault: Error, Hashable, Sendable {
        /// The file.
        public let path: String
        /// The number of the system.
        public let errno: CInt
    }

    /// A board.
    ///
    /// - Parameters:
    ///   - directory: The folder that all instances share; nil keeps the counters in this process.
    ///   - instance: The name of this instance, unlike those of the others.
    public init(directory: String?, instance: String) throws(Fault) {
        self.directory = directory
        let size = Self.cellCount * MemoryLayout<UInt64>.stride
        var descriptor: CInt = -1
        var flags = MAP_PRIVATE | MAP_ANONYMOUS
        let path = "\(directory ?? "")/\(Self.fileName(instance))"
        if directory != nil {
            descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
            guard descriptor >= 0, ftruncate(descriptor, size) == 0 else {
                throw Fault(path: path, errno: errno)
            }
            flags = MAP_SHARED
        }
        let memory = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, flags, descriptor, 0)
        if descriptor >= 0 { close(descriptor) }
        guard let memory = unsafe memory, unsafe memory != MAP_FAILED else {
            throw Fault(path: path, errno: errno)
        }
        unsafe cells = memory.bindMemory(to: UInt64.self, capacity: Self.cellCount)
    }

    deinit {
        unsafe munmap(cells, Self.cellCount * MemoryLayout<UInt64>.stride)
    }

    private static func fileName(_ instance: String) -> String {
        "metrics-\(layout)-\(instance)"
    }

    /// Adds to a counter.
    ///
    /// - Parameter cell: 0 to ``cellCount`` - 1.
    func add(_ amount: UInt64, to cell: Int) {
        precondition((0..<Self.cellCount).contains(cell))
        unsafe gatereeve_add(cells + cell, amount)
    }

    /// The counters of all instances, added up.
    func sums() -> [UInt64] {
        guard let directory else { return read() }
        var sums = [UInt64](repeating: 0, count: Self.cellCount)
        for path in Self.files(in: directory) {
            guard let file = unsafe fopen(path, "re") else { continue }
            var values = [UInt64](repeating: 0, count: Self.cellCount)
            let count = unsafe fread(&values, MemoryLayout<UInt64>.stride, values.count, file)
            unsafe fclose(file)
            for index in 0..<count { sums[index] &+= values[index] }
        }
        return sums
    }

    private func read() -> [UInt64] {
        (0..<Self.cellCount).map { unsafe gatereeve_read(cells + $0) }
    }

    private static func files(in directory: String) -> [String] {
        guard let folder = unsafe opendir(directory) else { return [] }
        defer { unsafe closedir(folder) }
        var paths: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix(fileName("")) { paths.append("\(directory)/\(name)") }
        }
        return paths.sorted()
    }
}
