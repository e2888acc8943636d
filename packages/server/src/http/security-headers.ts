import helmet from 'helmet';

/** Headers with which browsers forbid what the dashboard never does. */
export const securityHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      baseUri: ["'none'"],
      // The number in the dashboard's icon.
      imgSrc: ["'self'", 'data:'],
      formAction: ["'none'"],
      objectSrc: ["'none'"],
    },
  },
  // Other sites may read the count and show the dashboard in a frame: it has nothing that clickjacking could use.
  crossOriginResourcePolicy: { policy: 'cross-origin' },
  xFrameOptions: false,
  // Browsers apply these over HTTPS only, and warn about the first two elsewhere. HSTS is for the owner of the domain to
  // decide.
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  strictTransportSecurity: false,
});
