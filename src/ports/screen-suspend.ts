/** Ctrl-Z and `fg`: `hide` before this process stops, `show` when it goes on. Returns the way to end it. */
export function onSuspend(hide: () => void, show: () => void): () => void {
  const stop = (): void => {
    hide();
    // Only the default action of SIGTSTP stops a process, and listening replaced it.
    process.kill(process.pid, 'SIGSTOP');
  };
  process.on('SIGTSTP', stop).on('SIGCONT', show);
  return () => process.off('SIGTSTP', stop).off('SIGCONT', show);
}
