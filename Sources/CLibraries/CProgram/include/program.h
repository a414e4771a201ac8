// Starts another program as the leader of a session of its own, under limits, with three pipes and nothing else of ours.
#ifndef DAYBOOK_PROGRAM_H
#define DAYBOOK_PROGRAM_H

#include <stdint.h>

struct daybook_program {
    const char *path;
    // Both end with NULL.
    char *const *arguments;
    char *const *environment;
    const char *folder;
    // Bytes of private writable memory for each process.
    uint64_t memory;
    uint64_t descriptors;
};

// Our ends of the pipes (not blocking, closed on exec), and a descriptor that becomes readable when the process has ended.
struct daybook_process {
    int pid;
    int ended;
    int input;
    int output;
    int errors;
};

// Where a start failed.
enum daybook_step { DAYBOOK_STARTING = 1, DAYBOOK_LIMITING, DAYBOOK_ENTERING_FOLDER, DAYBOOK_EXECUTING };

struct daybook_fault {
    int step;
    int number;
};

// 0, or -1 with the fault said; then nothing is left behind. The program is killed when the calling thread ends.
int daybook_start(
    const struct daybook_program *program, struct daybook_process *process, struct daybook_fault *fault);

// A counter that can be waited for, not blocking and closed on exec, or -1 with errno.
int daybook_eventfd(void);

#endif
