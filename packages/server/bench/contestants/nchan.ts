// nchan: nginx holds the streams, and this process publishes each tick to it.
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureChild } from './measure-child.ts';
import { port, snapshotNow } from './payload.ts';

const folder = mkdtempSync(join(tmpdir(), 'nchan-'));
const config = join(folder, 'nginx.conf');
writeFileSync(
  config,
  `load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr crit;
worker_rlimit_nofile 20000;
events { worker_connections 19900; }
http {
  access_log off;
  client_body_temp_path ${folder};
  nchan_max_reserved_memory 64M;
  server {
    listen 127.0.0.1:${port} backlog=65535;
    location = /stream {
      nchan_subscriber eventsource;
      nchan_channel_id visitors;
      nchan_subscriber_first_message newest;
    }
    location = /publish {
      nchan_publisher;
      nchan_channel_id visitors;
      nchan_message_buffer_length 1;
      nchan_eventsource_event visitors;
    }
  }
}
`,
);
measureChild(spawn('nginx', ['-p', folder, '-c', config], { stdio: 'inherit' }), folder);

setInterval(() => {
  const body = JSON.stringify(snapshotNow());
  fetch(`http://127.0.0.1:${port}/publish`, { method: 'POST', body }).catch(() => {});
}, 1000);
