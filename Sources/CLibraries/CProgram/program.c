// In C because everything between fork and exec has to be async-signal-safe, which no Swift code is.
#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

// A pipe whose ends are closed on exec and are not 0, 1 or 2, even where ours are closed.
static int daybook_pipe(int ends[2]) {
    int made[2];
    if (pipe2(made, O_CLOEXEC) != 0) return -1;
    for (int i = 0; i < 2; i++) ends[i] = fcntl(made[i], F_DUPFD_CLOEXEC, 3);
    int number = errno;
    close(made[0]);
    close(made[1]);
    if (ends[0] >= 0 && ends[1] >= 0) return 0;
    for (int i = 0; i < 2; i++)
        if (ends[i] >= 0) close(ends[i]);
    errno = number;
    return -1;
}

static int daybook_limit(int resource, uint64_t most) {
    struct rlimit now, limit;
    if (getrlimit(resource, &now) != 0) return -1;
    limit.rlim_cur = limit.rlim_max = now.rlim_max < most ? now.rlim_max : most;
    return setrlimit(resource, &limit);
}

// What the child does of itself. Returns the step that failed, with errno.
static int daybook_become(const struct daybook_program *program, int parent, const int pipes[6]) {
    // What is ignored stays ignored over exec, so that without this `yes | head` would never end.
    for (int number = 1; number < NSIG; number++)
        if (number != SIGKILL && number != SIGSTOP) signal(number, SIG_DFL);
    if (setsid() < 0) return DAYBOOK_STARTING;
    // Whoever forked is a thread that lives as long as the child is wanted; with it goes the child, also after kill -9.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return DAYBOOK_STARTING;
    if (getppid() != parent) _exit(127);
    // Not RLIMIT_AS, under which programs that merely reserve addresses (node, java) do not start at all.
    if (daybook_limit(RLIMIT_DATA, program->memory) != 0 || daybook_limit(RLIMIT_CORE, 0) != 0
        || daybook_limit(RLIMIT_NOFILE, program->descriptors) != 0)
        return DAYBOOK_LIMITING;
    if (chdir(program->folder) != 0) return DAYBOOK_ENTERING_FOLDER;
    if (dup2(pipes[0], 0) < 0 || dup2(pipes[3], 1) < 0 || dup2(pipes[5], 2) < 0) return DAYBOOK_STARTING;
    // CLOSE_RANGE_CLOEXEC: exec closes all the others, this process's pipe for the fault among them.
    if (syscall(SYS_close_range, 3U, ~0U, 4U) != 0) return DAYBOOK_STARTING;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(program->path, program->arguments, program->environment);
    return DAYBOOK_EXECUTING;
}

static void daybook_close_pipes(int *pipes, int count) {
    for (int i = 0; i < count; i++)
        if (pipes[i] >= 0) close(pipes[i]);
}

int daybook_start(
    const struct daybook_program *program, struct daybook_process *process, struct daybook_fault *fault) {
    // Standard input, output, error, and one over which the child says what failed: reading end, writing end.
    int pipes[8] = {-1, -1, -1, -1, -1, -1, -1, -1};
    fault->step = DAYBOOK_STARTING;
    for (int i = 0; i < 8; i += 2) {
        if (daybook_pipe(pipes + i) != 0) {
            fault->number = errno;
            daybook_close_pipes(pipes, i);
            return -1;
        }
    }
    int parent = getpid();
    sigset_t all, before;
    sigfillset(&all);
    // Between fork and exec no handler of ours may run in the child.
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int pid = fork();
    if (pid == 0) {
        struct daybook_fault failed;
        failed.step = daybook_become(program, parent, pipes);
        failed.number = errno;
        ssize_t written = write(pipes[7], &failed, sizeof failed);
        _exit(written > 0 ? 127 : 126);
    }
    int number = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(pipes[7]);
    pipes[7] = -1;
    ssize_t count = -1;
    if (pid > 0) {
        do count = read(pipes[6], fault, sizeof *fault);
        while (count < 0 && errno == EINTR);
        number = count == (ssize_t)sizeof *fault ? fault->number : errno;
    }
    if (count != 0) {
        if (pid > 0) {
            kill(pid, SIGKILL);
            while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
        }
        daybook_close_pipes(pipes, 8);
        fault->number = number;
        return -1;
    }
    process->pid = pid;
    process->ended = (int)syscall(SYS_pidfd_open, pid, 0);
    process->input = pipes[1];
    process->output = pipes[2];
    process->errors = pipes[4];
    number = errno;
    close(pipes[0]);
    close(pipes[3]);
    close(pipes[5]);
    close(pipes[6]);
    int ours[3] = {pipes[1], pipes[2], pipes[4]};
    for (int i = 0; i < 3; i++) fcntl(ours[i], F_SETFL, O_NONBLOCK);
    if (process->ended >= 0) return 0;
    kill(-pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
    daybook_close_pipes(ours, 3);
    fault->step = DAYBOOK_STARTING;
    fault->number = number;
    return -1;
}

int daybook_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
