import helmet from 'helmet';

/** Tells browsers what the page will never do, so that they need not let it. */
export const securityHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      baseUri: ["'none'"],
      // The page's icon bears the number.
      imgSrc: ["'self'", 'data:'],
      formAction: ["'none'"],
      objectSrc: ["'none'"],
    },
  },
  // The count is there for other sites to read, and its page to be shown in a frame: there is nothing to click on it
  // that could be stolen.
  crossOriginResourcePolicy: { policy: 'cross-origin' },
  xFrameOptions: false,
  // Browsers heed these over HTTPS only, and complain of the first two elsewhere. Whether a whole domain is to be HTTPS
  // for ever is for whoever holds its certificates to say.
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  strictTransportSecurity: false,
});
