/** The limit if the system does not report one. */
const unknownLimit = 16_384;

/** How many files and sockets this process may have open at once. */
export function openFilesLimit(): number {
  // @types/node does not know `excludeNetwork`.
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork: boolean };
  const { excludeNetwork } = report;
  // Otherwise Node looks up the names of connected addresses, which may take long.
  report.excludeNetwork = true;
  // In @types/node, a report is just an `object`.
  const { userLimits } = report.getReport() as { userLimits?: { open_files?: { soft: number | 'unlimited' } } };
  report.excludeNetwork = excludeNetwork;
  const soft = userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : unknownLimit;
}
