// Preloaded into linux.uml 6.1, which passes 2696 bytes of extended registers to ptrace. A kernel on a CPU whose area is
// larger (AMX: 11008) refuses that: here the rest is filled up with what is there, and left out of the mask.
#define _GNU_SOURCE
#include <cpuid.h>
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#ifndef NT_X86_XSTATE
#define NT_X86_XSTATE 0x202
#endif

// Of an XSAVE area: where its mask stands, and the features that fit into what linux.uml knows.
#define MASK_AT 512
#define KNOWN_FEATURES 0x2ff

static unsigned area_size(void) {
  static unsigned size;
  unsigned a, b, c, d;
  if (!size) {
    __cpuid_count(0xd, 0, a, b, c, d);
    size = b;
  }
  return size;
}

static long set_registers(long pid, void *kind, struct iovec *given) {
  static __thread uint8_t area[65536] __attribute__((aligned(64)));
  struct iovec whole = {area, sizeof area};
  uint64_t mask;
  if (given->iov_len >= area_size()) return syscall(SYS_ptrace, (long)PTRACE_SETREGSET, pid, kind, given);
  memset(area, 0, area_size());
  if (syscall(SYS_ptrace, (long)PTRACE_GETREGSET, pid, kind, &whole) != 0) whole.iov_len = area_size();
  if (given->iov_len >= whole.iov_len) return syscall(SYS_ptrace, (long)PTRACE_SETREGSET, pid, kind, given);
  memcpy(area, given->iov_base, given->iov_len);
  memset(area + given->iov_len, 0, whole.iov_len - given->iov_len);
  memcpy(&mask, area + MASK_AT, sizeof mask);
  mask &= KNOWN_FEATURES;
  memcpy(area + MASK_AT, &mask, sizeof mask);
  return syscall(SYS_ptrace, (long)PTRACE_SETREGSET, pid, kind, &whole);
}

long ptrace(enum __ptrace_request request, ...) {
  va_list list;
  long peeked;
  va_start(list, request);
  long pid = va_arg(list, pid_t);
  void *address = va_arg(list, void *);
  void *data = va_arg(list, void *);
  va_end(list);
  // The system call hands a peeked word over by reference, the library's function returns it.
  if (request >= PTRACE_PEEKTEXT && request <= PTRACE_PEEKUSER) {
    if (syscall(SYS_ptrace, (long)request, pid, address, &peeked) < 0) return -1;
    errno = 0;
    return peeked;
  }
  if (request == PTRACE_SETREGSET && (uintptr_t)address == NT_X86_XSTATE) return set_registers(pid, address, data);
  return syscall(SYS_ptrace, (long)request, pid, address, data);
}
