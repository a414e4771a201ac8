// From the configuration's settings to what the modules take: watches for Ingestors, channels and reactors for Reactors.

import Extraction
import Foundation
import Ingestors
import JSONQuery
import Projections
import Reactors
import Transport

/// A channel under the name that reactors call it by.
public struct NamedChannel: Sendable {
    public let name: String
    public let definition: ChannelDefinition
}

extension WatchSettings {
    func definition() throws(ExtractionError) -> WatchDefinition {
        if let page {
            return WatchDefinition(
                name: name, fetch: fetch.definition, text: try page.rules(),
                keep: KeepEvidence(rawValue: keepEvidence.rawValue) ?? .changed)
        }
        let fields = try fields.map { field throws(ExtractionError) in (name: field.name, rule: try field.rule()) }
        let topics = try topics.map { topics throws(ExtractionError) in
            WatchDefinition.Topics(url: topics.url, rules: try TopicRules(items: topics.items, id: topics.id))
        }
        return WatchDefinition(
            name: name, kind: kind.definition, topics: topics, fetch: fetch.definition,
            rules: try ItemRules(
                items: items, keys: keys, keyMatch: keyMatch, fields: fields, next: next,
                availability: availability?.rules), expect: expect.definition,
            keep: KeepEvidence(rawValue: keepEvidence.rawValue) ?? .changed, unknownAfter: unknownAfter)
    }
}

extension WatchSettings.Kind {
    fileprivate var definition: WatchKind {
        switch self {
        case .sessions: .sessions
        case .items: .items
        case .stock: .stock
        case .page: .page
        }
    }
}

extension WatchSettings.Fetch {
    fileprivate var definition: WatchDefinition.Fetch {
        var sent = HTTPHeaders()
        for header in headers { sent.add(header.name, header.value.reveal()) }
        if let userAgent { sent.add("User-Agent", userAgent) }
        return WatchDefinition.Fetch(
            url: URLTemplate(url), headers: sent,
            rate: rate.flatMap { Rate(count: $0.count, seconds: $0.per.inSeconds) }, retries: retries,
            limits: Limits(timeout: timeout, size: maxSize), concurrency: concurrency, pagesMax: pagesMax)
    }
}

extension WatchSettings.Field {
    fileprivate func rule() throws(ExtractionError) -> FieldRule {
        guard let kind = FieldRule.Kind(rawValue: form) else {
            throw .badRule(field: name, reason: "it cannot be read as \"\(form)\"")
        }
        return FieldRule(
            anyOf: selectors, all: all, remove: remove, match: match, as: kind, timezone: timezone, format: format)
    }
}

extension WatchSettings.Availability {
    fileprivate var rules: AvailabilityRules {
        func rule(_ rule: Rule?) -> AvailabilityRule? {
            rule.map { AvailabilityRule(anyOf: $0.selectors, matches: $0.matches) }
        }
        return AvailabilityRules(inStock: rule(inStock), outOfStock: rule(outOfStock))
    }
}

extension WatchSettings.Page {
    fileprivate func rules() throws(ExtractionError) -> TextRules {
        try TextRules(select: select, remove: remove, ignore: ignore, as: TextRules.Form(rawValue: form) ?? .text)
    }
}

extension WatchSettings.Expect {
    fileprivate var definition: Expectation {
        Expectation(
            items: ItemBounds(from: items.least, to: items.most) ?? .some, drop: drop, confirm: confirm,
            confirmOver: confirmOver.inSeconds)
    }
}

extension ChannelSettings {
    func definition() throws(ReactorError) -> NamedChannel {
        let definition: ChannelDefinition
        switch way {
        case .terminal: definition = .terminal
        case .file(let path, let isJSON): definition = .file(path: path, format: isJSON ? .json : .text)
        case .webhook(let url, let secret):
            let key = try secret.map { secret throws(ReactorError) in try WebhookSecret(secret.reveal()) }
            definition = .webhook(url: url.reveal(), secret: key, timeout: timeout)
        case .exec(let program): definition = .exec(program.definition)
        case .http(let http): definition = .http(try http.definition(timeout: timeout))
        case .smtp(let letter, let url, let tls, let user, let password):
            let login = user.map { MailRequest.Login(user: $0.reveal(), password: password?.reveal() ?? "") }
            let server = MailServer(
                host: url.host, port: url.port, encryption: url.encryption(tls: tls), login: login)
            definition = .smtp(try letter.definition(), server, timeout: timeout)
        case .aws(let target, let service, let credentials):
            let access = ChannelDefinition.AWSAccess(service, credentials, timeout: timeout)
            switch target {
            case .topic(let topic): definition = .sns(topic: topic, access)
            case .queue(let queue): definition = .sqs(queue: queue, access)
            case .mail(let letter): definition = .ses(try letter.definition(), access)
            }
        }
        return NamedChannel(name: name, definition: definition)
    }
}

extension ChannelSettings.LetterSettings {
    fileprivate func definition() throws(ReactorError) -> LetterDefinition {
        let sender: MailAddress
        do throws(BadAddress) { sender = try MailAddress(from) } catch { throw .badAddress(error) }
        var recipients: [MessageTemplate] = []
        for recipient in to { recipients.append(try MessageTemplate(recipient)) }
        return LetterDefinition(from: sender, to: recipients)
    }
}

extension HTTPSettings {
    fileprivate func definition(timeout: Duration?) throws(ReactorError) -> HTTPChannelDefinition {
        let reading: AnswerReading
        do throws(JSONQueryError) { reading = try AnswerReading(status: status, reason: reason, wait: wait) } catch {
            throw .badFilter(error.description)
        }
        let counted = Shortening.Unit(rawValue: unit) ?? .characters
        // A header is words around a secret: `Bearer …`.
        let secrets = (headers + with).filter(\.isSecret).flatMap {
            [$0.value.reveal()] + $0.value.reveal().split(separator: " ").map(String.init)
        }
        return HTTPChannelDefinition(
            url: url.reveal(), method: HTTPChannelDefinition.Method(rawValue: method) ?? .post,
            headers: headers.map { ($0.name, $0.value.reveal()) },
            body: try BodyTemplate(body, type: type, with: values),
            with: values, text: textMax.map { Shortening(max: $0, in: counted) },
            headline: headlineMax.map { Shortening(max: $0, in: counted) }, entities: hasEntities, reading: reading,
            timeout: timeout, secrets: secrets)
    }
}

extension ProgramSettings {
    fileprivate var definition: ProgramDefinition {
        ProgramDefinition(
            path: path, arguments: arguments, folder: folder,
            environment: environment.map { .init($0.name, $0.value.reveal(), isSecret: $0.isSecret) },
            limits: .init(timeout: timeout, memory: memory))
    }
}

extension ReactorSettings {
    /// Nothing where a text does not compile, which the check has told by then.
    func definition() -> ReactorDefinition? {
        do {
            var definition = ReactorDefinition(
                name: name, on: on, filter: try filter.map { try ReactorDefinition.Filter($0) }, to: to,
                exec: exec?.definition,
                subject: try subject.map { try MessageTemplate($0) },
                message: try message.map { try MessageTemplate($0) },
                include: Set(include.compactMap(Origin.init)), from: from.flatMap(CompiledText.startingPoint) ?? .end,
                shadow: isShadow, retry: RetrySchedule(attempts: attempts, backoff: backoff.inSeconds))
            definition.damping = damping
            definition.digestSubject = try digestSubject.map { try MessageTemplate($0) }
            definition.digestMessage = try digestMessage.map { try MessageTemplate($0) }
            return definition
        } catch {
            return nil
        }
    }

    private var damping: Damping? {
        let zone = TimeZone(identifier: timezone) ?? .gmt
        let flapping = damp.flatMap(DampText.parse).map {
            Damping.Flapping(count: $0.count, seconds: $0.window.inSeconds)
        }
        let damping = Damping(
            digestSeconds: digest?.inSeconds, quiet: quiet.flatMap { QuietHours($0, in: zone) }, flapping: flapping)
        return damping == Damping() ? nil : damping
    }
}
