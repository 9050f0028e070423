// swift-tools-version: 6.2
import PackageDescription

/// The house: arrows run one way, and the build refuses an import that is not declared here.
/// `Vocabulary` knows nothing; `Session`, `HTTPCodec`, `Classifier` and `Upstream` are sans-IO and
/// cannot see `Reactor`; only `CLinux` talks to the kernel.
///
/// Rooms on the request path are `public`, not `package`: Swift 6.3 neither inlines nor specialises
/// `package` declarations across modules (seen in the symbols and in the profile). No library product exports
/// them, so nothing outside this package can see them either way.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    // The rooms are one program: let the optimiser see through their walls, and leave out the checks of
    // overlapping access at run time, which debug builds and their tests make.
    .unsafeFlags(
        ["-cross-module-optimization", "-enforce-exclusivity=unchecked"],
        .when(configuration: .release)),
]

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: house)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.target(name: name)] + dependencies,
        exclude: exclude, swiftSettings: house)
}

let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "slb",
    products: [.executable(name: "slb", targets: ["slb"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .target(name: "CLinux"),
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        room("Vocabulary"),
        room("HTTPCodec", ["Vocabulary"]),
        .target(
            name: "CModel", exclude: ["model.bin"], cSettings: [.unsafeFlags(["-Wno-c23-extensions"])]),
        room("Classifier", ["CModel", "Vocabulary"]),
        room("Training", ["Classifier", "Vocabulary"]),
        room("Upstream", ["Vocabulary"]),
        room("Session", ["Vocabulary", "HTTPCodec", "Classifier", "Upstream"]),
        room("LLMClient", ["CCurl", "CLinux", "Vocabulary"]),
        room("Telemetry", ["Vocabulary"]),
        room("Reactor", ["CLinux", "Vocabulary"]),
        room("HTTPService", ["CLinux", "Vocabulary", "Reactor", "HTTPCodec"]),
        room(
            "ProxyServer",
            [
                "CLinux", "Vocabulary", "Reactor", "HTTPCodec", "Classifier", "LLMClient", "Upstream",
                "Session", "Telemetry", "HTTPService", log,
            ]),
        room(
            "Configuration", ["Vocabulary", "Classifier", "LLMClient", "Telemetry", "ProxyServer", yams]),
        .executableTarget(
            name: "slb",
            dependencies: [
                "CLinux", "Vocabulary", "Reactor", "HTTPCodec", "HTTPService", "Classifier", "LLMClient",
                "Telemetry", "Training", "Upstream", "ProxyServer", "Configuration", arguments, log,
            ],
            swiftSettings: house),
        tests("Vocabulary"),
        tests("HTTPCodec", ["Vocabulary"], exclude: ["Corpus"]),
        tests("Classifier", ["Vocabulary"], exclude: ["Golden"]),
        tests("Training", ["Classifier", "Vocabulary"]),
        tests("Upstream", ["Vocabulary"]),
        tests("Session", ["Vocabulary", "HTTPCodec", "Classifier", "Upstream"]),
        tests("LLMClient", ["CLinux", "Vocabulary", "Reactor", "HTTPService"]),
        tests("Telemetry", ["Vocabulary"]),
        tests("Reactor", ["CLinux", "Vocabulary"]),
        tests("HTTPService", ["CLinux", "Vocabulary", "Reactor", "HTTPCodec"]),
        tests(
            "ProxyServer",
            [
                "CLinux", "Vocabulary", "Reactor", "HTTPService", "Telemetry", "HTTPCodec", "Classifier",
                "LLMClient", "Session",
            ]),
        tests("Configuration", ["Vocabulary", "Classifier", "LLMClient", "Telemetry", "ProxyServer"]),
    ]
)

/// They link libFuzzer, so that these targets build only with `scripts/fuzz.sh`'s flags.
if Context.environment["SLB_FUZZ"] != nil {
    package.targets += [
        .executableTarget(
            name: "FuzzHTTPCodec", dependencies: ["Vocabulary", "HTTPCodec"], swiftSettings: house),
        .executableTarget(
            name: "FuzzClassifier", dependencies: ["Vocabulary", "Classifier"], swiftSettings: house),
    ]
}

/// Built on demand, by `scripts/bench-classifier`.
if Context.environment["SLB_BENCH"] != nil {
    package.targets.append(
        .executableTarget(
            name: "BenchClassifier", dependencies: ["Vocabulary", "Classifier"], swiftSettings: house))
}
