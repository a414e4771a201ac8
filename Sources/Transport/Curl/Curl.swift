// libcurl's handles with Swift names: the only file that sets options.

import CCurl

/// libcurl as a whole.
enum Curl {
    private static let started: Bool = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

    /// Once for the process, before anything else of libcurl's.
    @discardableResult
    static func start() -> Bool { started }

    static func text(_ code: CURLcode) -> String { String(cString: curl_easy_strerror(code)) }
}

/// An easy handle: a request's options, and the connection's facts afterwards. Owns what libcurl only borrows.
struct EasyHandle: ~Copyable {
    let pointer: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    private var cookies: CookieJar?
    /// The first option that libcurl refused: the request must not be made without it.
    private(set) var refused: CURLcode?

    init?() {
        guard Curl.start(), let pointer = curl_easy_init() else { return nil }
        self.pointer = pointer
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        check(daybook_curl_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorText))
    }

    deinit {
        curl_easy_cleanup(pointer)
        for list in lists { curl_slist_free_all(list) }
        errorText.deallocate()
    }

    private mutating func check(_ code: CURLcode) {
        if code != CURLE_OK, refused == nil { refused = code }
    }

    mutating func set(_ option: CURLoption, _ value: Int) { check(daybook_curl_set_long(pointer, option, value)) }
    mutating func set(_ option: CURLoption, size: Int) {
        check(daybook_curl_set_size(pointer, option, curl_off_t(size)))
    }
    mutating func set(_ option: CURLoption, _ value: String) {
        check(daybook_curl_set_string(pointer, option, value))
    }
    mutating func set(_ option: CURLoption, pointer value: UnsafeMutableRawPointer?) {
        check(daybook_curl_set_pointer(pointer, option, value))
    }
    mutating func set(_ option: CURLoption, function: @escaping curl_write_callback) {
        check(daybook_curl_set_data_function(pointer, option, function))
    }
    mutating func setProgress(_ function: @escaping curl_xferinfo_callback) {
        check(daybook_curl_set_progress_function(pointer, function))
    }
    mutating func setSocket(_ function: @escaping curl_opensocket_callback) {
        check(daybook_curl_set_socket_function(pointer, function))
    }
    mutating func setBeforeRequest(_ function: @escaping curl_prereq_callback) {
        check(daybook_curl_set_request_function(pointer, function))
    }

    mutating func set(_ option: CURLoption, lines: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = curl_slist_append(list, line) else {
                curl_slist_free_all(list)
                return check(CURLE_OUT_OF_MEMORY)
            }
            list = longer
        }
        guard let list else { return }
        lists.append(list)
        check(daybook_curl_set_list(pointer, option, list))
    }

    /// The body is copied, its bytes may go. An empty array has an address here too, so that none is never read as
    /// "ask the read function".
    mutating func setBody(_ body: [UInt8]) {
        set(CURLOPT_POSTFIELDSIZE_LARGE, size: body.count)
        var bytes = body + [0]
        check(daybook_curl_set_pointer(pointer, CURLOPT_COPYPOSTFIELDS, &bytes))
    }

    mutating func setCookies(_ jar: CookieJar?) {
        guard let share = jar?.share else { return }
        cookies = jar
        set(CURLOPT_COOKIEFILE, "")  // switches the engine on
        set(CURLOPT_SHARE, pointer: share)
    }

    func size(_ info: CURLINFO) -> Int {
        var value: curl_off_t = 0
        return daybook_curl_get_size(pointer, info, &value) == CURLE_OK ? Int(value) : 0
    }

    func long(_ info: CURLINFO) -> Int {
        var value = 0
        return daybook_curl_get_long(pointer, info, &value) == CURLE_OK ? value : 0
    }

    /// What libcurl said about the failure, or its code in words.
    func failure(_ code: CURLcode) -> String {
        let text = String(cString: errorText)
        return text.isEmpty ? Curl.text(code) : text
    }
}
