import Glibc
import Testing

@testable import MariaDB

@Suite("the gate before the database")
struct ConnectionGateTests {
    /// Whether two threads may connect.
    private func twoMayConnect(_ gate: ConnectionGate) -> [Bool] {
        [gate.mayConnect(), gate.mayConnect()]
    }

    @Test("lets everybody through while all is well")
    func open() {
        let gate = ConnectionGate()
        #expect(twoMayConnect(gate) == [true, true])
        gate.connected()
        #expect(twoMayConnect(gate) == [true, true])
    }

    @Test(
        "lets nobody through for a fifth of a second after a failure, then one, and all when it is connected",
        .timeLimit(.minutes(1)))
    func oneAtATime() {
        let gate = ConnectionGate()
        let before = ContinuousClock.now
        gate.failed()
        while !gate.mayConnect() { usleep(1000) }
        #expect(before.duration(to: .now) >= .milliseconds(200))
        #expect(twoMayConnect(gate) == [false, false])
        gate.connected()
        #expect(twoMayConnect(gate) == [true, true])
    }

    @Test("lets one through at once when there was too little time, or a connection went silent")
    func probe() {
        let gate = ConnectionGate()
        gate.lost()
        #expect(twoMayConnect(gate) == [true, false])
        gate.ranOut()
        #expect(twoMayConnect(gate) == [true, false])
        // Others may lose their connections, too; it is the one that tries who tells.
        gate.lost()
        #expect(twoMayConnect(gate) == [false, false])
    }
}
