/** What is taken for the limit where the system has none to tell. */
const unknownLimit = 16_384;

/** How many files, sockets among them, this process may have open at once. */
export function openFilesLimit(): number {
  // @types/node does not know `excludeNetwork`.
  const report = process.report as (NodeJS.ProcessReport & { excludeNetwork: boolean }) | undefined;
  if (report === undefined) return unknownLimit;
  const { excludeNetwork } = report;
  // Otherwise the addresses of connections are looked up by name, which may take long.
  report.excludeNetwork = true;
  // The type that @types/node has for a report is `object`.
  const { userLimits } = report.getReport() as { userLimits?: { open_files?: { soft: number | 'unlimited' } } };
  report.excludeNetwork = excludeNetwork;
  const soft = userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : unknownLimit;
}
