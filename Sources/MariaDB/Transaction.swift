/// What a connection knows about its transaction.
enum TransactionState: Hashable, Sendable {
    case none
    case open
    /// The server has already undone everything, whatever the body does next.
    case rolledBack(by: ServerErrorCode)
}

extension Connection {
    /// Runs `body` between BEGIN and COMMIT; rolls back when it throws.
    ///
    /// The transaction has the isolation level of the settings. It cannot be nested. When the
    /// server rolled back by itself (a deadlock) and `body` hid that, nothing is committed either:
    /// the same error comes from every further statement, and in place of COMMIT.
    ///
    /// - Throws: What `body` throws, or a failure of BEGIN or COMMIT.
    ///   ``MariaDBError/commitOutcomeUnknown(_:)`` means that COMMIT was sent and its answer does
    ///   not tell; after every other error nothing is committed.
    public func transaction<Result, Failure: MariaDBFailure>(
        _ body: (Connection) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(transactionState == .none, "transactions cannot be nested")
        if let (error, _) = runText("BEGIN") { throw Failure(error) }
        transactionState = .open
        defer { transactionState = .none }
        let result: Result
        do throws(Failure) {
            result = try body(self)
        } catch {
            rollBack()
            throw error
        }
        if case .rolledBack(let code) = transactionState {
            rollBack()
            throw Failure(.statementFailed(code))
        }
        if let error = commit() { throw Failure(error) }
        return result
    }

    /// Remembers an error after which the server has rolled back the transaction.
    func noteFailure(_ error: MariaDBError) {
        guard transactionState == .open, case .statementFailed(let code) = error,
            code == .deadlock || code == .rowChanged
        else { return }
        transactionState = .rolledBack(by: code)
    }

    private func commit() -> MariaDBError? {
        guard isUsable else { return .connectionLost(.serverGone) }
        do throws(MariaDBError) {
            try checkTime()
        } catch {
            rollBack()
            return error
        }
        guard let (error, _) = runText("COMMIT") else { return nil }
        guard let code = error.code, !code.provesRollback else {
            rollBack()
            return error
        }
        // The session may be in any state: end it.
        close()
        return .commitOutcomeUnknown(code)
    }

    private func rollBack() {
        guard isUsable else { return }
        // A session that cannot even roll back, or not in time, is ended; that rolls back as well.
        let isLate = (try? checkTime()) == nil
        if isLate || runText("ROLLBACK") != nil { close() }
    }
}
