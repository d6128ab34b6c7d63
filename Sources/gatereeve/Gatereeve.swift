import ArgumentParser

@main
struct Gatereeve: ParsableCommand {
}
