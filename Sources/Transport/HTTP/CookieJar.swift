// libcurl's cookie engine, as an object that requests can share: one for each watch that needs it.

import CCurl

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Cookies that are kept from one request to the next, in memory, by libcurl's rules (domains, paths, expiry, the
/// public suffix list). Requests that share a jar may run at the same time.
///
/// `@unchecked Sendable`: both pointers are set once; libcurl takes the lock, through the two functions given to it,
/// around every use of what is shared, and the last reference goes only after the last transfer that uses it.
public final class CookieJar: @unchecked Sendable {
    let share: UnsafeMutableRawPointer?
    private let lock: UnsafeMutablePointer<pthread_mutex_t>

    public init() {
        lock = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
        Curl.start()
        share = curl_share_init()
        guard let share else { return }
        daybook_curl_share_set_locks(
            share,
            { _, _, _, lock in _ = lock.map { pthread_mutex_lock($0.assumingMemoryBound(to: pthread_mutex_t.self)) } },
            { _, _, lock in _ = lock.map { pthread_mutex_unlock($0.assumingMemoryBound(to: pthread_mutex_t.self)) } },
            lock)
        daybook_curl_share_set_data(share, CURL_LOCK_DATA_COOKIE)
    }

    deinit {
        curl_share_cleanup(share)
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }
}
