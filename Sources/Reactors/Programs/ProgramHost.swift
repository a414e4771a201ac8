// What programs are told of the daybook that starts them.

import Foundation
import Logging

/// The daybook as its programs see it.
public struct ProgramHost: Sendable {
    /// The data folder, absolute.
    let data: String
    /// The environment of this process.
    let environment: [String: String]
    /// Gets what programs write on standard error, and why one was ended. Nothing secret, nothing that moves a cursor.
    let logger: Logger?
    var patience = ProgramPatience.standard

    public init(
        data: String, environment: [String: String] = ProcessInfo.processInfo.environment, logger: Logger? = nil
    ) {
        self.data = URL(fileURLWithPath: data).absoluteURL.standardized.path
        self.environment = environment
        self.logger = logger
    }

    /// What a program is to its daybook.
    enum Role: String {
        case channel, reactor

        /// Where the program finds its name.
        var variable: String { "DAYBOOK_\(rawValue.uppercased())" }
    }

    /// A runner whose program finds `DAYBOOK_DATA` and its own name here in its environment; the log names it too.
    func runner(_ definition: ProgramDefinition, as role: Role, _ name: String) -> ProgramRunner {
        let variables = Surroundings.variables(
            own: definition.environment, told: ["DAYBOOK_DATA": data, role.variable: name], of: environment)
        var logger = logger
        logger?[metadataKey: role.rawValue] = .string(name)
        return ProgramRunner(definition, environment: variables, patience: patience, logger: logger)
    }
}
