// swift-tools-version: 6.1
import PackageDescription

/// SwiftPM refuses unsafe flags in a package that another one depends on, and DaybookApp is there to be depended on.
let isDependency = Context.packageDirectory.contains("/checkouts/")

/// Strict everywhere: warnings are errors, `any` is spelled out, what is used is imported.
let strict: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (isDependency ? [] : [.unsafeFlags(["-warnings-as-errors"])])

let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
/// SQLite itself, without GRDB's layer: for the hot paths, where statements are bound in place.
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

func library(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

func cLibrary(_ name: String, _ debianPackage: String, pkgConfig: String? = nil) -> Target {
    .systemLibrary(
        name: name, path: "Sources/CLibraries/\(name)", pkgConfig: pkgConfig,
        providers: [.apt([debianPackage, "pkg-config"])])
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name + "Tests", dependencies: [.byName(name: name)] + dependencies, swiftSettings: strict)
}

let package = Package(
    name: "daybook",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "daybook", targets: ["daybook"]),
        // With the modules that a package of one's own writes projections and reactors against.
        .library(
            name: "DaybookApp",
            targets: ["DaybookApp", "CanonicalJSON", "EventLog", "Observations", "Projections", "Reactors"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.5.1"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        cLibrary("CDeflate", "libdeflate-dev"),
        cLibrary("CCurl", "libcurl4-openssl-dev"),
        cLibrary("CZlib", "zlib1g-dev"),
        cLibrary("CBrotli", "libbrotli-dev"),
        cLibrary("CZstd", "libzstd-dev"),
        cLibrary("CXML2", "libxml2-dev", pkgConfig: "libxml-2.0"),
        cLibrary("CJQ", "libjq-dev"),
        cLibrary("CPCRE2", "libpcre2-dev"),
        cLibrary("CArchive", "libarchive-dev"),
        cLibrary("CLinux", "libc6-dev"),

        .target(name: "CProgram", path: "Sources/CLibraries/CProgram"),

        library("CanonicalJSON", []),
        library("JSONQuery", ["CJQ", "CanonicalJSON"]),
        library("EventLog", ["CDeflate", "CLinux", "CanonicalJSON", grdb, sqlite, crypto]),
        // Not part of the program: what tests and `tools/fuzz` put beneath the log.
        library("LogSimulation", ["EventLog", "CanonicalJSON"]),
        library("Observations", ["EventLog", "CanonicalJSON"]),
        library("Importing", ["EventLog", "Observations", "CanonicalJSON"]),
        library("Fuzzing", ["EventLog", "Importing", "CanonicalJSON"]),
        library("Transport", ["CCurl", "CZlib", "CBrotli", "CZstd", crypto, logging]),
        library("Extraction", ["CXML2", "CPCRE2", "CanonicalJSON", "JSONQuery"]),
        library(
            "Ingestors",
            [
                "EventLog", "Observations", "Transport", "Extraction", "CanonicalJSON", grdb, logging,
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]),
        library("Snapshots", ["CArchive", "CLinux", "CZlib", "EventLog", "Observations", "CanonicalJSON"]),
        library("Projections", ["EventLog", "Observations", "CanonicalJSON", sqlite]),
        library(
            "Reactors",
            [
                "CProgram", "EventLog", "Observations", "Projections", "Transport", "CanonicalJSON", "JSONQuery", grdb,
                crypto, logging,
                .product(name: "Mustache", package: "swift-mustache"),
            ]),
        library(
            "DemoSite",
            [
                logging, .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]),
        library(
            "Endpoint",
            [
                "CanonicalJSON", crypto, logging, .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]),
        library(
            "DaybookApp",
            [
                "EventLog", "Observations", "Importing", "Transport", "Extraction", "Ingestors", "Projections",
                "Reactors", "DemoSite", "Endpoint", "Snapshots", "CanonicalJSON", "JSONQuery", "CLinux", "Yams",
                logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            // Into the binary itself, which stays the one file that there is to install.
            resources: [
                .embedInCode("ChannelPresets/discord.yaml"),
                .embedInCode("ChannelPresets/matrix.yaml"),
                .embedInCode("ChannelPresets/ntfy.yaml"),
                .embedInCode("ChannelPresets/slack.yaml"),
                .embedInCode("ChannelPresets/telegram.yaml"),
                .embedInCode("Presets/apple-refurb.yaml"),
                .embedInCode("Presets/bestbuy.yaml"),
                .embedInCode("Presets/frab-xml.yaml"),
                .embedInCode("Presets/newegg.yaml"),
                .embedInCode("Presets/schema.org.yaml"),
                .embedInCode("Presets/shopify.yaml"),
                .embedInCode("Presets/walmart.yaml"),
            ]),
        .executableTarget(name: "daybook", dependencies: ["DaybookApp"], swiftSettings: strict),
        .executableTarget(
            name: "daybook-bench",
            dependencies: [
                "DaybookApp", "EventLog", "Ingestors", "Projections", "Extraction", "CanonicalJSON", "CLinux", logging,
                sqlite,
            ],
            path: "Sources/Benchmarks",
            swiftSettings: strict),
        .executableTarget(
            name: "daybook-crash", dependencies: ["LogSimulation"], path: "Sources/CrashCampaign", swiftSettings: strict
        ),

        .executableTarget(
            name: "daybook-fuzz", dependencies: ["Fuzzing"], path: "Sources/FuzzRunner", swiftSettings: strict),

        tests("CanonicalJSON", []),
        tests("JSONQuery", ["CanonicalJSON"]),
        tests("EventLog", ["CanonicalJSON", grdb, crypto]),
        tests("LogSimulation", ["EventLog", "CanonicalJSON"]),
        tests("Observations", ["EventLog", "CanonicalJSON"]),
        tests("Importing", ["EventLog", "CanonicalJSON"]),
        tests("Fuzzing", ["EventLog", "CanonicalJSON"]),
        tests("Transport", []),
        tests("Extraction", ["CanonicalJSON"]),
        tests("Ingestors", ["EventLog", "Observations", "Transport", "Extraction", "CanonicalJSON"]),
        tests("Projections", ["EventLog", "Observations", "CanonicalJSON"]),
        tests("Reactors", ["EventLog", "Observations", "Projections", "Transport", "CanonicalJSON", crypto, logging]),
        tests("Snapshots", ["EventLog", "Observations", "CanonicalJSON"]),
        tests("DemoSite", []),
        tests("Endpoint", ["CanonicalJSON", logging, .product(name: "NIOCore", package: "swift-nio")]),
        tests(
            "DaybookApp",
            [
                "EventLog", "Transport", "Extraction", "Ingestors", "Projections", "Reactors", "DemoSite",
                "CanonicalJSON", "Yams",
            ]),
    ]
)
