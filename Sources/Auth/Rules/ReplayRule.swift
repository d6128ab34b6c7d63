/// What the store knows about a refresh token that was spent by rotation.
public struct Rotation: Hashable, Sendable {
    /// What took its place.
    public let successor: TokenSuccessor
    /// Whether the successor has been ended, too: by a refresh, a logout or reuse.
    public let isSuccessorEnded: Bool

    /// A rotation of its parts.
    public init(successor: TokenSuccessor, isSuccessorEnded: Bool) {
        self.successor = successor
        self.isSuccessorEnded = isSuccessorEnded
    }
}

/// What is done about a spent token that is shown again.
enum ReplayVerdict: Hashable {
    /// The client may have lost the answer: it gets the same successor.
    case repeatAnswer
    /// It comes late, after its successor was used: a slow tab, more likely than a thief.
    case refuse
    /// Nobody can tell thief and owner apart.
    case endFamily
}

/// Judges a spent token that is shown again (RFC 9700 §4.14.2).
///
/// - Parameter settings: The grace period, to which the leeway is added: the token may have been spent
///   by the clock of another machine; and whether a used successor tells of reuse within it, too.
func judgeReplay(
    of rotation: Rotation, at now: Instant, settings: TokenSettings
) -> ReplayVerdict {
    let end = rotation.successor.issued
        .advanced(seconds: settings.rotationGracePeriod + settings.leeway)
    guard now < end else { return .endFamily }
    guard rotation.isSuccessorEnded else { return .repeatAnswer }
    return settings.detectsReuseAtOnce ? .endFamily : .refuse
}
