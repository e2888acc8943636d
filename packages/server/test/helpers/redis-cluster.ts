import { expect } from 'vitest';
import { findFreePort } from './free-port.ts';
import { type RedisServer, startRedis } from './redis.ts';
import { eventually } from './support.ts';

export const password = 'open-sesame';

const slots = 16_384;

/**
 * Runs a Redis Cluster until the test has finished: three masters that share the slots, and a replica of the one which has
 * the slot of the key.
 *
 * @param options.nodeTimeoutMs - how long a member is silent before the others take it for dead
 */
export async function startCluster(key: string, { nodeTimeoutMs = 5000 } = {}) {
  const start = () => startMember(nodeTimeoutMs);
  const masters = [await start(), await start(), await start()] as const;
  const replica = await start();
  const members = [...masters, replica];

  for (const [i, { redis }] of masters.entries()) {
    const [first, last] = [i, i + 1].map((part) => Math.floor((slots * part) / masters.length));
    await redis.ask(['CLUSTER', 'ADDSLOTSRANGE', String(first), String(Number(last) - 1)]);
  }
  const [{ redis: any }] = masters;
  for (const { redis, busPort } of members)
    await any.ask(['CLUSTER', 'MEET', '127.0.0.1', String(redis.port), String(busPort)]);
  for (const { redis } of members)
    await eventually(async () => {
      const info = String(await redis.ask(['CLUSTER', 'INFO']));
      expect(info).toContain('cluster_state:ok');
      expect(info).toContain(`cluster_known_nodes:${members.length}`);
    });

  const slot = Number(await any.ask(['CLUSTER', 'KEYSLOT', key]));
  const owner = masters[Math.floor((slot * masters.length) / slots)] ?? masters[0];
  await eventually(async () => replica.redis.ask(['CLUSTER', 'REPLICATE', await idOf(owner.redis)]));
  await eventually(async () =>
    expect(await replica.redis.ask(['INFO', 'replication'])).toContain('master_link_status:up'),
  );

  const [one, other] = masters.filter((master) => master !== owner).map(({ redis }) => redis);
  if (one === undefined || other === undefined) throw new Error('There are too few masters.');
  return { owner: owner.redis, replica: replica.redis, others: [one, other] as const };
}

async function startMember(nodeTimeoutMs: number) {
  // By itself it would listen to its peers at its port + 10,000, which may be more than there are.
  const busPort = await findFreePort();
  const redis = await startRedis({
    password,
    settings: {
      ...{ masterauth: password, 'cluster-enabled': 'yes', 'cluster-port': String(busPort) },
      // A replica may replace it, however much of its data it lacks.
      ...{ 'cluster-node-timeout': String(nodeTimeoutMs), 'cluster-replica-validity-factor': '0' },
    },
  });
  return { redis, busPort };
}

/** Waits until all witnesses say that this Redis is the master of some slots. */
export async function waitForMaster(redis: RedisServer, witnesses: readonly RedisServer[]): Promise<void> {
  const id = await idOf(redis);
  for (const witness of witnesses)
    await eventually(async () => {
      const lines = String(await witness.ask(['CLUSTER', 'NODES'])).split('\n');
      expect(lines.find((line) => line.startsWith(id))).toMatch(/master.* connected \d/);
    });
}

async function idOf(redis: RedisServer): Promise<string> {
  return String(await redis.ask(['CLUSTER', 'MYID']));
}
