/// `registration`: what a client is told that makes an account.
public enum RegistrationKeys {
    /// See the meaning of each.
    public static let hideTakenAddresses = Setting.boolean(
        "registration.hide_taken_addresses", standard: false,
        "Whether a registration with the address of an account is answered as any other. Nothing "
            + "comes of it but a notice to the owner of the address, one in an hour at most. "
            + "Otherwise the answer is a 400 that says so, as Django's was.")

    static let all = [hideTakenAddresses.definition]
}
