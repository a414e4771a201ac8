import Testing

@testable import Ingestors

@Suite("A file's path in a repository")
struct RepositoryPathTests {
    @Test(
        "has one form, whatever way it is written",
        arguments: [
            ("a.xml", "a.xml"), ("./a.xml", "a.xml"), ("b/../a.xml", "a.xml"), ("b//./a.xml", "b/a.xml"),
            (".//a.xml", "a.xml"),
            ("/tree/b/a.xml", "b/a.xml"), ("//tree/./b/../a.xml", "a.xml"), ("/real/a.xml", "a.xml"),
        ])
    func one(written: String, path: String) {
        #expect(RepositoryPath.normalised(written, roots: ["/tree", "/real/"]) == path)
    }

    @Test(
        "is none where it leads out of the repository or to no file",
        arguments: [
            "../a.xml", "b/../../a.xml", "/elsewhere/a.xml", "/tree", "/treetop/a.xml", "/tree/../a.xml", ".", "/", "",
        ])
    func none(written: String) { #expect(RepositoryPath.normalised(written, roots: ["/tree"]) == nil) }

    @Test("may be absolute only where there is a work tree")
    func workTree() async throws {
        let tree = try Repository(.minutes("A=1"), isBare: false)
        let path = try await GitRepository.open(tree.folder) { try $0.path(of: tree.folder + "/shelf.xml") }
        #expect(path == "shelf.xml")
        let bare = try Repository(.minutes("A=1"))
        await #expect(throws: IngestError.self) {
            _ = try await GitRepository.open(bare.folder) { try $0.path(of: bare.folder + "/shelf.xml") }
        }
    }
}
