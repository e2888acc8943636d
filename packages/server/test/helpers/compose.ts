import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { parse } from 'yaml';
import { root } from './markdown.ts';

const condition = v.strictObject({ condition: v.picklist(['service_healthy', 'service_started']) });

// As much of the Compose Specification as is used here; a name that is not in it is an error.
const serviceSchema = v.strictObject({
  build: v.optional(v.string()),
  image: v.optional(v.string()),
  command: v.optional(v.string()),
  restart: v.picklist(['unless-stopped', 'always', 'on-failure']),
  init: v.optional(v.boolean()),
  ports: v.optional(v.array(v.string()), []),
  environment: v.optional(v.record(v.string(), v.string()), {}),
  volumes: v.optional(v.array(v.string()), []),
  tmpfs: v.optional(v.string()),
  read_only: v.optional(v.boolean()),
  cap_drop: v.optional(v.array(v.string())),
  security_opt: v.optional(v.array(v.string())),
  ulimits: v.optional(v.strictObject({ nofile: v.number() })),
  stop_grace_period: v.optional(v.pipe(v.string(), v.regex(/^\d+s$/))),
  healthcheck: v.optional(
    v.strictObject({
      test: v.tupleWithRest([v.picklist(['CMD', 'CMD-SHELL'])], v.string()),
      interval: v.string(),
      timeout: v.string(),
      start_period: v.string(),
    }),
  ),
  depends_on: v.optional(v.record(v.string(), condition), {}),
});

const fileSchema = v.looseObject({
  services: v.record(v.string(), serviceSchema),
  volumes: v.optional(v.record(v.string(), v.null()), {}),
});

export type Service = v.InferOutput<typeof serviceSchema>;

/**
 * Reads a Compose file of the repository as Docker does where no variable is set.
 *
 * @throws where it is not what the Compose Specification allows, as far as that is known here
 */
export function readCompose(path: string): v.InferOutput<typeof fileSchema> {
  const setDefaults = (_key: unknown, value: unknown) => {
    if (typeof value !== 'string') return value;
    const text = value.replace(/\$\{\w+:-([^}]*)\}/g, '$1');
    if (text.includes('$')) throw new Error(`${path} has a variable without a default: ${value}`);
    return text;
  };
  return v.parse(fileSchema, parse(readFileSync(join(root, path), 'utf8'), setDefaults));
}

/** The names of the variables that a Compose file takes from outside. */
export function variablesIn(path: string): string[] {
  return [...readFileSync(join(root, path), 'utf8').matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name);
}
