import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSnippets } from './helpers/documented-proxies.ts';
import { caddy, isInstalled, nginx, startProxy } from './helpers/proxies.ts';
import { eventually } from './helpers/support.ts';

const file = 'access.log';

/** The last snippet of each is for the log. */
const documented = [
  {
    program: nginx,
    configure(snippet: string, port: number, folder: string) {
      const [format = '', log = ''] = snippet.trim().split('\n');
      return `
        daemon off;
        master_process off;
        pid nginx.pid;
        error_log stderr;
        events {}
        http {
          client_body_temp_path body;
          proxy_temp_path proxy;
          fastcgi_temp_path fastcgi;
          uwsgi_temp_path uwsgi;
          scgi_temp_path scgi;
          ${format}
          server {
            listen 127.0.0.1:${port};
            ${log.replace('/var/log/nginx/visitors.log', join(folder, file))}
            location / { return 200; }
          }
        }`;
    },
  },
  {
    program: caddy,
    configure: (snippet: string, port: number, folder: string) => `
      {
        admin off
      }
      http://127.0.0.1:${port} {
        ${snippet.replace('log {', `log {\noutput file ${join(folder, file)}`)}
        respond 200
      }`,
  },
];

describe.each(documented)('the documented log of $program.name', ({ program, configure }) => {
  test.skipIf(!isInstalled(program))('has the path of a request, and not its query', async () => {
    let log = '';
    const snippet = readSnippets(program.name.toLowerCase()).at(-1) ?? '';
    const port = await startProxy(program, (port, folder) => {
      log = join(folder, file);
      return configure(snippet, port, folder);
    });
    await fetch(`http://127.0.0.1:${port}/stream?browser=secret-id&page=/secret%0a&watch=/secret?page=secret`);
    await eventually(() => {
      expect(existsSync(log) && readFileSync(log, 'utf8')).toContain('/stream');
    });
    expect(readFileSync(log, 'utf8')).not.toContain('secret');
  });
});
