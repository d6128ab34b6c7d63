import Testing

@testable import FastCGI

@Suite("the pool of exchanges")
struct ExchangePoolTests {
    @Test("an idle exchange is used again")
    func usedAgain() {
        let pool = ExchangePool()
        let exchange = pool.take()
        pool.giveBack(exchange)
        #expect(pool.take() === exchange)
        #expect(pool.take() !== exchange)
    }

    @Test("the idle ones end with their pool")
    func end() {
        weak var left: FastCGIExchange?
        do {
            let pool = ExchangePool()
            let exchange = pool.take()
            pool.giveBack(exchange)
            left = exchange
        }
        #expect(left == nil)
    }
}
