/**
 * Handles the signals of this process from now on. Earlier ones are lost if the process has PID 1, as in a container.
 *
 * @returns aborts on the first signal to stop, with the signal's name as its reason
 */
export function handleSignals(): AbortSignal {
  const stop = new AbortController();
  // From a terminal, Ctrl-C often comes twice: from the terminal and from the program that runs this one.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const)
    process.on(signal, () => stop.abort(signal));
  // Without a handler, SIGUSR2 ends the process, and SIGUSR1 opens Node's inspector, through which other users of the
  // machine can run code.
  for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) process.on(signal, () => {});
  return stop.signal;
}
