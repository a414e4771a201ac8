// What fuzzing feeds: functions from any bytes to nothing, or to the property that does not hold. `tools/fuzz` searches for bytes
// that break one, guided by coverage; the tests replay the seeds and every case that was ever found.

// Only in debug builds, since it looks into modules with @testable. (tools/fuzz makes an optimised one.)
#if DEBUG

/// A property that does not hold, though it must for every input.
package struct Violation: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// A reader of foreign bytes under test.
package struct FuzzTarget: Sendable {
    /// As in `tools/fuzz NAME`, and of the folder of its seeds.
    package let name: String
    /// Throws a `Violation` where the bytes break a property, and traps where they break the program.
    package let check: @Sendable (UnsafeRawBufferPointer) throws -> Void

    package static let all = [
        FuzzTarget(name: "blocks", check: checkBlocks),
        FuzzTarget(name: "lines", check: checkLine),
        FuzzTarget(name: "import", check: checkImport),
    ]

    package static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// Demands a property. The text says what ought to hold.
func demand(_ condition: Bool, _ property: @autoclosure () -> String) throws(Violation) {
    guard condition else { throw Violation(property()) }
}

#endif
