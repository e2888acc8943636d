/**
 * Handles the signals of this process from now on. One that comes before is lost where the process is PID 1, as in a
 * container.
 *
 * @returns what aborts with the first signal that asks to stop, whose name is the reason; later ones change nothing
 */
export function handleSignals(): AbortSignal {
  const stop = new AbortController();
  // From a terminal, Ctrl-C often comes twice: to this process and from a runner above it.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const)
    process.on(signal, () => stop.abort(signal));
  // Without a handler, SIGUSR2 ends the process, and SIGUSR1 opens Node's inspector, which runs any code that other
  // users of the machine send to its port.
  for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) process.on(signal, () => {});
  return stop.signal;
}
