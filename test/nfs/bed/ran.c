// ran NAME [SECONDS]: an entry that writes down that it ran: a folder that no other run makes, on the share's own server
// before it returns, so that the death of this host takes nothing of it away. Then it sleeps.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int main(int count, char **values) {
  const char *worker = getenv("COOPERATE_WORKER");
  char path[512];
  struct timespec now;
  if (count < 2 || worker == NULL) return 2;
  clock_gettime(CLOCK_MONOTONIC, &now);
  snprintf(path, sizeof path, "runs/%s~%s~%d~%ld%09ld", values[1], worker, (int)getpid(), (long)now.tv_sec,
           now.tv_nsec);
  // It is there already when only the reply got lost.
  if (mkdir(path, 0777) != 0 && errno != EEXIST) return 1;
  if (count > 2) usleep((useconds_t)(atof(values[2]) * 1e6));
  return 0;
}
