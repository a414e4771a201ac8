// Addresses as bytes, and which of them belong to the public internet: the table behind the guard.

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// An IPv4 (4 bytes) or IPv6 (16 bytes) address in network order.
public struct IPAddress: Hashable, Sendable {
    public let bytes: [UInt8]

    /// Nothing but 4 or 16 bytes is an address.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Dotted IPv4 or IPv6 text, with or without a zone (`fe80::1%eth0`); no names, no brackets.
    public init?(_ text: String) {
        let address = String(text.prefix { $0 != "%" })
        var buffer = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, address, &buffer) == 1 {
            bytes = Array(buffer.prefix(4))
        } else if inet_pton(AF_INET6, address, &buffer) == 1 {
            bytes = buffer
        } else {
            return nil
        }
    }
}

extension IPAddress: CustomStringConvertible {
    public var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count)) != nil else {
            return "?"
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension IPAddress {
    /// Whether the address is one of the public internet: globally reachable unicast by the IANA special-purpose
    /// registries (RFC 6890 and its updates). What embeds an IPv4 address (mapped, NAT64) is judged by that one;
    /// tunnels (6to4, Teredo) are not public, since where they end is not ours to see.
    public var isPublic: Bool {
        bytes.count == 4 ? !Self.reservedIPv4.contains { $0.contains(self) } : isPublicIPv6
    }

    private var isPublicIPv6: Bool {
        if let inner = embeddedIPv4 { return inner.isPublic }
        guard Self.globalUnicast.contains(self) else { return false }
        return !Self.reservedIPv6.contains { $0.contains(self) }
    }

    /// The IPv4 address inside an IPv4-mapped (RFC 4291) or well-known NAT64 (RFC 6052) address.
    private var embeddedIPv4: IPAddress? {
        guard Self.carriers.contains(where: { $0.contains(self) }) else { return nil }
        return IPAddress(bytes: Array(bytes.suffix(4)))
    }

    private static let carriers = prefixes("::ffff:0:0/96", "64:ff9b::/96")

    private static let globalUnicast = AddressPrefix("2000::/3")

    private static let reservedIPv6 = prefixes(
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")

    private static let reservedIPv4 = prefixes(
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4")

    private static func prefixes(_ texts: String...) -> [AddressPrefix] { texts.map(AddressPrefix.init) }
}

/// A block of addresses, written as `10.0.0.0/8`.
struct AddressPrefix: Sendable {
    private let network: [UInt8]
    private let length: Int

    /// For the tables above only: text that is not a prefix holds every address, so that a slip refuses too much.
    init(_ text: String) {
        let parts = text.split(separator: "/")
        network = parts.first.flatMap { IPAddress(String($0)) }?.bytes ?? []
        length = parts.count == 2 ? Int(parts[1]) ?? 0 : 0
    }

    func contains(_ address: IPAddress) -> Bool {
        if network.isEmpty { return true }
        guard network.count == address.bytes.count else { return false }
        return (0..<length).allSatisfy { bit in
            (network[bit / 8] ^ address.bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
        }
    }
}
