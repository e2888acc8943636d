import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeCertificate } from './certificate.ts';
import { readDocument } from './markdown.ts';
import { apache, caddy, haproxy, nginx, type ProxyProgram, startProxy } from './proxies.ts';
import { makeFolder } from './support.ts';

/** The page that says how to set up a proxy. */
const proxiesPage = 'docs/proxies.md';

/** The name that the page's snippets serve. */
export const documentedName = 'visitors.example.com';

export type Protocol = 'HTTP/1.1' | 'HTTP/2';

type Place = { port: number; folder: string };

export type DocumentedProxy = ProxyProgram & {
  /** What the page marks its configuration with. */
  language: string;
  /** What it speaks to browsers, as the page has it. */
  protocols: readonly Protocol[];
  /** Under which path of another site it has the server, if any. The tests ask for `/stream` and the like all the same. */
  path?: string;
  /** Whether it tells the server at once that a visitor is gone; otherwise it finds out when events cannot be sent. */
  tellsAtOnce: boolean;
  /** Makes the page's snippets a whole configuration, with what an operator's machine has around them. */
  complete: (snippets: string[], place: Place) => string;
  /** Which text of the snippets names something of the operator's machine, and what is there on this one. */
  onThisMachine: (place: Place) => Record<string, string>;
};

const letsencrypt = `/etc/letsencrypt/live/${documentedName}/`;

const documentedNginx = {
  ...nginx,
  language: 'nginx',
  protocols: ['HTTP/1.1', 'HTTP/2'],
  tellsAtOnce: true,
  onThisMachine: ({ port, folder }) => ({ 'listen 443 ssl': `listen ${port} ssl`, [letsencrypt]: `${folder}/` }),
} satisfies Omit<DocumentedProxy, 'complete'>;

function completeNginx(top = '', site = ''): string {
  return `
    daemon off;
    master_process off;
    pid nginx.pid;
    error_log stderr;
    ${top}
    http {
      access_log off;
      client_body_temp_path body;
      proxy_temp_path proxy;
      fastcgi_temp_path fastcgi;
      uwsgi_temp_path uwsgi;
      scgi_temp_path scgi;
      ${site}
    }`;
}

const documentedCaddy = {
  ...caddy,
  language: 'caddy',
  protocols: ['HTTP/1.1', 'HTTP/2'],
  tellsAtOnce: true,
  onThisMachine: ({ port, folder }) => ({
    [`${documentedName} {`]: `${documentedName}:${port} {\n tls ${folder}/fullchain.pem ${folder}/privkey.pem`,
  }),
} satisfies Omit<DocumentedProxy, 'complete'>;

// What gets certificates by itself is given one here.
function completeCaddy(site = ''): string {
  return `
    {
      admin off
      auto_https disable_redirects
    }
    ${site}`;
}

const documentedHaproxy = {
  ...haproxy,
  language: 'haproxy',
  protocols: ['HTTP/1.1', 'HTTP/2'],
  tellsAtOnce: true,
  onThisMachine: ({ port, folder }) => ({
    'bind :443': `bind :${port}`,
    // It does not start where it may not open twice as many files.
    'maxconn 30000': 'maxconn 1000',
    [`/etc/haproxy/${documentedName}.pem`]: `${folder}/both.pem`,
  }),
} satisfies Omit<DocumentedProxy, 'complete'>;

/** Adds lines to the end of a block. */
const addTo = (block = '', lines: string) => block.replace(/\}\s*$/, () => `${lines}\n}`);

export const documentedProxies: DocumentedProxy[] = [
  {
    ...documentedNginx,
    complete: ([top, site]) => completeNginx(top, site),
  },
  {
    ...documentedNginx,
    name: 'nginx under a path',
    path: '/live',
    complete: ([top, site, path]) => completeNginx(top, addTo(site, `rewrite ^/(?!live$)(.*)$ /live/$1;\n${path}`)),
  },
  {
    ...documentedCaddy,
    complete: ([site]) => completeCaddy(site),
  },
  {
    ...documentedCaddy,
    name: 'Caddy under a path',
    path: '/live',
    complete: ([site, path]) => completeCaddy(addTo(site, `@other not path /live\nrewrite @other /live{uri}\n${path}`)),
  },
  {
    ...documentedHaproxy,
    complete: ([whole = '']) => whole,
  },
  {
    ...apache,
    language: 'apache',
    protocols: ['HTTP/1.1'],
    tellsAtOnce: false,
    complete: ([threads, site], { port, folder }) => `
      ServerRoot ${folder}
      ServerName localhost
      PidFile ${folder}/pid
      ErrorLog ${folder}/error.log
      User www-data
      Group www-data
      Listen ${port}
      ${['mpm_event', 'authz_core', 'ssl', 'socache_shmcb', 'proxy', 'proxy_http']
        .map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`)
        .join('\n')}
      ${threads}
      ${site}`,
    onThisMachine: ({ port, folder }) => ({ '*:443': `*:${port}`, [letsencrypt]: `${folder}/` }),
  },
];

/** The proxies in front of several servers, as the page says how to balance over these addresses. */
export const documentedBalancers: DocumentedProxy[] = [
  {
    ...documentedNginx,
    complete: ([top, site = '', _path, upstream = '']) =>
      completeNginx(top, upstream + site.replace(/proxy_pass .*;/, 'proxy_pass http://visitors;')),
  },
  {
    ...documentedCaddy,
    complete: ([site = '', _path, upstream = '']) =>
      completeCaddy(site.replace(/^\treverse_proxy .*$/m, () => upstream)),
  },
  {
    ...documentedHaproxy,
    complete: ([whole = '', backend = '']) => whole.replace(/^backend visitors$.*/ms, () => backend),
  },
];

export const balancedAddresses = ['10.0.0.1:3000', '10.0.0.2:3000', '10.0.0.3:3000'] as const;

/** The page's code of a language, as it stands there. */
export function readSnippets(language: string): string[] {
  return readDocument(proxiesPage)
    .blocks.filter((block) => block.language === language)
    .map(({ text }) => text);
}

/**
 * Runs a proxy as the page says, until the test has finished.
 *
 * @param upstreams - the ports of this machine that stand for the addresses on the page
 */
export async function startDocumentedProxy(proxy: DocumentedProxy, upstreams: Record<string, number>) {
  const { certificate, key } = await makeCertificate(documentedName, makeFolder());

  const port = await startProxy(proxy, async (port, folder) => {
    await writeFile(join(folder, 'fullchain.pem'), certificate);
    await writeFile(join(folder, 'privkey.pem'), key);
    await writeFile(join(folder, 'both.pem'), certificate + key);
    const place = { port, folder };
    const addresses = Object.entries(upstreams).map(([address, port]) => [address, `127.0.0.1:${port}`]);
    const replacements = { ...proxy.onThisMachine(place), ...Object.fromEntries(addresses) };
    return proxy.complete(replaceIn(readSnippets(proxy.language), replacements), place);
  });
  return { port, certificate };
}

/** Replaces each text wherever it stands; one that stands nowhere is an error of the page's, or of this file's. */
function replaceIn(snippets: string[], replacements: Record<string, string>): string[] {
  return Object.entries(replacements).reduce((texts, [before, after]) => {
    if (!texts.some((text) => text.includes(before))) throw new Error(`${proxiesPage} does not say "${before}".`);
    return texts.map((text) => text.replaceAll(before, after));
  }, snippets);
}
