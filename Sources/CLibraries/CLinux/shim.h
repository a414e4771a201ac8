// What of the system and the processor Swift has no name for.
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

// Declared by <unistd.h> only under _GNU_SOURCE, which Swift's view of it does not define.
extern int syncfs(int descriptor);
extern int setresuid(uid_t real, uid_t effective, uid_t saved);
extern int setresgid(gid_t real, gid_t effective, gid_t saved);
// Likewise, by <string.h>.
extern void *memmem(const void *bytes, size_t count, const void *needle, size_t needleCount);

// What is allocated and not freed, which Swift's view of the C library leaves out: in all arenas, and mapped by itself.
static inline size_t daybook_heap_bytes(void) {
    struct mallinfo2 heap = mallinfo2();
    return heap.uordblks + heap.hblkhd;
}

// CRC-32C by the processor's own instruction, which Swift has no way to name. Answers 0 where the processor has none; the
// caller then computes it with tables.
#if defined(__x86_64__)

static inline int daybook_has_crc32c(void) { return __builtin_cpu_supports("sse4.2"); }

__attribute__((target("sse4.2"))) static inline uint32_t daybook_crc32c(uint32_t crc, const void *bytes, size_t count) {
    const unsigned char *at = (const unsigned char *)bytes;
    uint64_t wide = crc;
    for (; count >= 8; at += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    crc = (uint32_t)wide;
    for (; count > 0; at++, count--) crc = __builtin_ia32_crc32qi(crc, *at);
    return crc;
}
#else
static inline int daybook_has_crc32c(void) { return 0; }
static inline uint32_t daybook_crc32c(uint32_t crc, const void *bytes, size_t count) { return crc; }
#endif
