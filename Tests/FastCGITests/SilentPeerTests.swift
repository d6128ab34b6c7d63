import FastCGI
import Glibc
import Testing
import Threading

@Suite("peers that are silent, and the end of the program")
struct SilentPeerTests {
    /// What a peer has sent when it falls silent.
    ///
    /// A head that has begun ends by a deadline of its own, the others by whoever looks after the workers.
    static let beginnings: [(String, [UInt8])] = [
        ("nothing", []), ("half a record", Array(RawRecord.begin.prefix(5))),
        ("no parameters", RawRecord.begin),
        (
            "half of the parameters",
            Array((RawRecord.begin + RawRecord.parameters(["REQUEST_URI": "/"])).dropLast(10))
        ),
        (
            "half of the body",
            Array(RawRecord.request("POST", "/body", body: "abcdef").dropLast(10))
        ),
    ]

    /// libfcgi answers each of these records (§4.2), until nothing more goes into the socket.
    static let unread: (String, [UInt8]) = (
        "questions whose answers are not read",
        Array(RawRecord.request("POST", "/body", body: "abcdef").dropLast(22))
            + Array(repeating: [1, 99, 0, 0, 0, 0, 0, 0] as [UInt8], count: 4000).joined()
    )

    /// In nanoseconds: the program's limit, and a machine that is busy with other tests.
    ///
    /// Without a limit the peer would be waited for until it leaves.
    static let timeOfSilentPeer = UInt64(1_500_000_000)..<10_000_000_000
    /// In nanoseconds: less than threads take that were not woken, and look by themselves.
    static let atOnce: UInt64 = 3_000_000_000

    @Test(
        "a silent peer holds a worker for two seconds, not longer", arguments: beginnings + [unread]
    )
    func silent(name: String, bytes: [UInt8]) throws {
        let (answer, nanoseconds) = try ResponderWorkplace().serve { place in
            let begin = MonotonicTime.now
            guard let silent = RawClient(place.path) else { return ("refused", UInt64(0)) }
            silent.send(bytes)
            // Without this the connection might be closed before.
            return withExtendedLifetime(silent) {
                let answer = place.ask(RawRecord.request("POST", "/body", body: "x"))
                return (answer ?? "no answer", begin.nanoseconds(to: .now))
            }
        }
        #expect(answer == "x")
        #expect(Self.timeOfSilentPeer.contains(nanoseconds))
    }

    @Test("a peer that sends one byte after another does not hold it longer")
    func slow() throws {
        let (answer, nanoseconds) = try ResponderWorkplace().serve { place in
            let begin = MonotonicTime.now
            let connected = StopSignal()
            let slow = OwnedThread(name: "slow") {
                let pause = StopSignal()
                guard let client = RawClient(place.path) else { return }
                connected.raise()
                for byte in RawRecord.begin + RawRecord.parameters(["A": "123456789012345678901"]) {
                    guard client.send([byte]) else { return }
                    _ = pause.wait(milliseconds: 150)
                }
            }
            // The slow one is accepted first.
            guard connected.wait(milliseconds: 20000) else { return ("refused", UInt64(0)) }
            let answer = place.ask(RawRecord.request("POST", "/body", body: "x"))
            let nanoseconds = begin.nanoseconds(to: .now)
            slow.join()
            return (answer ?? "no answer", nanoseconds)
        }
        #expect(answer == "x")
        #expect(Self.timeOfSilentPeer.contains(nanoseconds))
    }

    @Test("a silent peer does not keep the program from leaving", arguments: beginnings)
    func stopSilent(name: String, bytes: [UInt8]) throws {
        let nanoseconds = try ResponderWorkplace().serve { place -> UInt64? in
            guard let silent = place.silentPeer(sending: bytes) else { return nil }
            let begin = MonotonicTime.now
            place.stop.raise()
            // Until the worker has given it up.
            _ = silent.receive()
            return begin.nanoseconds(to: .now)
        }
        #expect(try #require(nanoseconds) < Self.timeOfSilentPeer.upperBound)
    }

    @Test("workers that wait leave at once", arguments: [1, 8])
    func stopIdle(workers: Int) throws {
        let place = try ResponderWorkplace()
        let raised = try place.serve(workers: workers) { place in
            // All of them have begun to wait when one has answered.
            _ = place.ask(RawRecord.request("GET", "/"))
            return MonotonicTime.now
        }
        #expect(raised.nanoseconds(to: .now) < Self.atOnce)
    }

    /// `O_NONBLOCK` belongs to the open file, which systemd and all instances share.
    @Test(
        "workers wait and leave at once, whatever another program made of the socket",
        .timeLimit(.minutes(1)), arguments: [0, O_NONBLOCK])
    func stopShared(flags: CInt) throws {
        let place = try ResponderWorkplace()
        let raised = try place.serve(workers: 4) { place in
            #expect(place.ask(RawRecord.request("GET", "/")) != nil)
            #expect(fcntl(place.listener.descriptor, F_SETFL, flags) == 0)
            for _ in 0..<8 { #expect(place.ask(RawRecord.request("GET", "/")) != nil) }
            return MonotonicTime.now
        }
        #expect(raised.nanoseconds(to: .now) < Self.atOnce)
    }

    @Test("a request that was accepted is answered before the program leaves")
    func drains() throws {
        let answer = try ResponderWorkplace().serve { place in
            guard let client = RawClient(place.path) else { return "refused" }
            client.send(RawRecord.request("GET", "/wait"))
            guard place.waitForRequests(1) else { return "not accepted" }
            place.stop.raise()
            place.state.gate.raise()
            return place.answer(to: client) ?? "no answer"
        }
        #expect(answer == "waited")
    }
}
