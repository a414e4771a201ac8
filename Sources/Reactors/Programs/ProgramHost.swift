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

    /// A runner whose program finds `DAYBOOK_DATA` and one more variable of ours in its environment.
    func runner(_ definition: ProgramDefinition, telling variable: String, _ value: String) -> ProgramRunner {
        let variables = Surroundings.variables(
            own: definition.environment, told: ["DAYBOOK_DATA": data, variable: value], of: environment)
        return ProgramRunner(definition, environment: variables, patience: patience, logger: logger)
    }
}
