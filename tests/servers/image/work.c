// Threads, processes, memory shared in three ways, timers and what it sees of the network, in C. assert() is the point of it.
#define _GNU_SOURCE
#include <assert.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static int total;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *add(void *unused) {
    for (int i = 0; i < 1000; i++) { pthread_mutex_lock(&lock); total++; pthread_mutex_unlock(&lock); }
    return unused;
}
static int in_clone(void *unused) { return unused ? 1 : 7; }
static int ended(pid_t child) { int status; assert(waitpid(child, &status, 0) == child); return WEXITSTATUS(status); }

int main(void) {
    pthread_t threads[8];
    for (int i = 0; i < 8; i++) assert(!pthread_create(&threads[i], 0, add, 0));
    for (int i = 0; i < 8; i++) assert(!pthread_join(threads[i], 0));
    assert(total == 8000);

    sem_t *semaphore = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert(semaphore != MAP_FAILED && !sem_init(semaphore, 1, 0));
    pid_t child = fork();
    if (!child) { sem_post(semaphore); _exit(5); }
    assert(!sem_wait(semaphore) && ended(child) == 5);
    if (!(child = vfork())) _exit(6);
    assert(ended(child) == 6);
    static char stack[65536];
    assert(ended(clone(in_clone, stack + sizeof stack, SIGCHLD, 0)) == 7);
    char *words[] = {"sh", "-c", "exit 8", 0};
    assert(!posix_spawnp(&child, "sh", 0, 0, words, environ) && ended(child) == 8);
    assert(WEXITSTATUS(system("exit 9")) == 9);
    FILE *pipe = popen("echo piped", "r");
    char text[16] = "";
    assert(fgets(text, sizeof text, pipe) && !strcmp(text, "piped\n") && !pclose(pipe));

    int memory = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    assert(memory >= 0 && shmat(memory, 0, 0) != (void *)-1 && !shmctl(memory, IPC_RMID, 0));
    int queue = msgget(IPC_PRIVATE, IPC_CREAT | 0600), group = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    assert(queue >= 0 && group >= 0 && !msgctl(queue, IPC_RMID, 0) && !semctl(group, 0, IPC_RMID));
    int named = shm_open("/named", O_CREAT | O_RDWR, 0600);
    assert(named >= 0 && !ftruncate(named, 4096) && !shm_unlink("/named"));

    struct ifaddrs *all;
    assert(!getifaddrs(&all) && all && if_nametoindex("lo") == 1);
    struct addrinfo *found;
    assert(!getaddrinfo("localhost", "80", 0, &found));
    struct itimerspec soon = {.it_value = {.tv_nsec = 1000}};
    int timer = timerfd_create(CLOCK_MONOTONIC, 0), event = eventfd(1, 0), poll = epoll_create1(0);
    struct epoll_event wanted = {.events = EPOLLIN}, got;
    assert(!timerfd_settime(timer, 0, &soon, 0) && inotify_init1(0) >= 0);
    assert(!epoll_ctl(poll, EPOLL_CTL_ADD, timer, &wanted) && epoll_wait(poll, &got, 1, 1000) == 1);
    uint64_t count;
    assert(read(event, &count, sizeof count) == sizeof count && count == 1);
    puts("done");
    return 0;
}
