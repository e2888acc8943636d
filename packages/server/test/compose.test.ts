import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { variables } from '../../live-visitors/src/help.ts';
import { readConfig } from '../src/config/read-config.ts';
import { readCompose, type Service, variablesIn } from './helpers/compose.ts';
import { root } from './helpers/markdown.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const dockerfile = read('Dockerfile');
const names = variables.map(({ name }) => name);
const caddyfile = read('deploy/Caddyfile');
const imageDataDir = /^ENV DATA_DIR=(\S+)$/m.exec(dockerfile)?.[1];
const imagePort = /^EXPOSE (\d+)$/m.exec(dockerfile)?.[1];

describe.each(['compose.yaml', 'compose.fleet.yaml'])('%s', (path) => {
  const { services, volumes } = readCompose(path);
  const all = Object.entries(services);
  const servers = all.filter(([, service]) => service.build !== undefined);

  test('has services whose health is known, and waits for it', () => {
    expect(servers.length).toBeGreaterThan(0);
    expect(dockerfile).toMatch(/^HEALTHCHECK .*CMD \[/m);
    for (const [name, { build, image, healthcheck, depends_on }] of all) {
      expect([build, image].filter(Boolean), name).toHaveLength(1);
      if (build === undefined) expect(healthcheck, name).toBeDefined();
      else expect(existsSync(join(root, build, 'Dockerfile'))).toBe(true);
      for (const [other, { condition }] of Object.entries(depends_on)) {
        expect(services).toHaveProperty(other);
        expect(condition).toBe('service_healthy');
      }
    }
  });

  test('mounts only volumes that it declares and files that there are', () => {
    const sources = all.flatMap(([, service]) => service.volumes.map((volume) => volume.split(':')[0] ?? ''));
    const files = sources.filter((source) => source.startsWith('.'));
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
    expect(sources.filter((source) => !source.startsWith('.')).toSorted()).toEqual(Object.keys(volumes).toSorted());
  });

  test('sets only variables that the server has, to what it takes', () => {
    for (const [name, { environment, ulimits }] of servers) {
      const unknown = Object.keys(environment).filter((variable) => !names.includes(variable));
      expect(unknown, name).toEqual([]);
      expect(readConfig(environment, ulimits?.nofile ?? 0), name).toMatchObject({ ok: true });
    }
  });

  test('takes from outside only what the server or the Caddyfile knows', () => {
    const known = [...names, ...variablesOfCaddyfile()];
    expect(variablesIn(path).filter((name) => !known.includes(name))).toEqual([]);
  });

  test('gives its servers a place to write to, time to drain, and nothing that they do not need', () => {
    for (const [name, service] of servers) {
      expect(writablePlaces(service), name).toContain(imageDataDir);
      expect(service, name).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
      expect(Number.parseInt(service.stop_grace_period ?? '0', 10), name).toBeGreaterThan(5);
    }
  });
});

test('compose.yaml keeps the totals in a volume, and publishes the port of the image', () => {
  const { server } = readCompose('compose.yaml').services;
  expect(server?.volumes).toEqual([`data:${imageDataDir}`]);
  expect(server?.ports).toEqual([`${imagePort}:${imagePort}`]);
});

test('compose.fleet.yaml has Caddy serve what its Caddyfile names, and only Caddy can be reached', () => {
  const { services } = readCompose('compose.fleet.yaml');
  const servers = Object.keys(services).filter((name) => services[name]?.build !== undefined);
  const upstreams = /reverse_proxy (.*) \{/.exec(caddyfile)?.[1]?.split(' ');
  expect(upstreams).toEqual(servers.map((name) => `${name}:${imagePort}`));
  expect(Object.keys(services.caddy?.environment ?? {})).toEqual(variablesOfCaddyfile());
  expect(services.caddy?.volumes).toContain('./deploy/Caddyfile:/etc/caddy/Caddyfile:ro');
  const published = Object.entries(services).filter(([, { ports }]) => ports.length > 0);
  expect(published.map(([name]) => name)).toEqual(['caddy']);
});

test('the image runs on the Node.js that everything is tested on', () => {
  const { devDependencies } = JSON.parse(read('package.json'));
  const [major] = String(devDependencies.node).split('.');
  const images = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
  expect(images).toEqual([`node:${major}-slim`, `node:${major}-slim`]);
});

function writablePlaces({ volumes, tmpfs }: Service): (string | undefined)[] {
  return [...volumes.map((volume) => volume.split(':')[1]), tmpfs];
}

function variablesOfCaddyfile(): string[] {
  return [...caddyfile.matchAll(/\{\$(\w+)/g)].map(([, name = '']) => name);
}
