import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Copy, DockerfileParser, Env, From, type Instruction } from 'dockerfile-ast';

/** What a stage of a Dockerfile has come to. */
export type Stage = {
  name: string | undefined;
  image: string;
  /** Where its file system is; what the base image would have brought is not in it. */
  root: string;
  workdir: string;
  env: Record<string, string>;
  user: string | undefined;
  stopSignal: string | undefined;
  volumes: string[];
  ports: string[];
  healthcheck: string[];
  command: string[];
};

/** Where an absolute path of a stage is on this machine. */
export function pathIn({ root }: Stage, path: string): string {
  return join(root, path);
}

/**
 * Does what a Dockerfile says, step by step, in a folder for each of its stages, without containers: what a step runs
 * sees this machine's programs and files. Users are not changed.
 *
 * @param file - the Dockerfile
 * @param context - the folder that is built
 * @param folder - an empty one
 * @param env - the environment of what is run, in place of the base image's
 * @returns the last stage
 * @throws where a step fails, or is of a kind that is not known here
 */
export async function replayDockerfile(
  file: string,
  context: string,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<Stage> {
  const dockerfile = DockerfileParser.parse(readFileSync(file, 'utf8'));
  const stages: Stage[] = [];
  for (const instruction of dockerfile.getInstructions()) {
    if (instruction instanceof From) stages.push(begin(instruction, join(folder, `stage-${stages.length}`)));
    else await follow(instruction);
  }
  return currentStage();

  function currentStage(): Stage {
    const stage = stages.at(-1);
    if (stage === undefined) throw new Error('The Dockerfile does not begin with FROM.');
    return stage;
  }

  async function follow(instruction: Instruction): Promise<void> {
    const stage = currentStage();
    const rest = instruction.getRawArgumentsContent() ?? '';
    switch (instruction.getKeyword()) {
      case 'WORKDIR':
        stage.workdir = resolve(stage.workdir, rest);
        mkdirSync(pathIn(stage, stage.workdir), { recursive: true });
        return;
      case 'ENV':
        if (instruction instanceof Env) {
          for (const property of instruction.getProperties()) stage.env[property.getName()] = property.getValue() ?? '';
        }
        return;
      case 'COPY':
        if (instruction instanceof Copy) copyFiles(stage, instruction);
        return;
      case 'RUN':
        await runInShell(stage, rest);
        return;
      case 'USER':
        stage.user = rest;
        return;
      case 'VOLUME':
        stage.volumes.push(rest);
        return;
      case 'EXPOSE':
        stage.ports.push(rest);
        return;
      case 'STOPSIGNAL':
        stage.stopSignal = rest;
        return;
      case 'HEALTHCHECK':
        stage.healthcheck = JSON.parse(rest.slice(rest.indexOf(' CMD ') + ' CMD '.length));
        return;
      case 'CMD':
        stage.command = JSON.parse(rest);
        return;
      default:
        throw new Error(`Nothing is known here of ${instruction.getKeyword()}.`);
    }
  }

  function copyFiles(stage: Stage, instruction: Copy): void {
    const paths = instruction.getArguments().map((argument) => argument.getValue());
    const target = paths.at(-1) ?? '.';
    const from = instruction
      .getFlags()
      .find((flag) => flag.getName() === 'from')
      ?.getValue();
    const source = from == null ? context : stages.find(({ name }) => name === from)?.root;
    if (source === undefined) throw new Error(`There is no stage "${from}".`);
    for (const path of paths.slice(0, -1)) {
      const to = pathIn(stage, resolve(stage.workdir, target));
      // Of a folder the content is copied, of a file the file, under its name where the target ends with a slash.
      const isFolder = statSync(join(source, path)).isDirectory();
      const place = isFolder || !target.endsWith('/') ? to : join(to, basename(path));
      cpSync(join(source, path), place, { recursive: true, verbatimSymlinks: true });
    }
  }

  async function runInShell(stage: Stage, command: string): Promise<void> {
    const options = { cwd: pathIn(stage, stage.workdir), env: { ...env, ...stage.env }, timeout: 110_000 };
    const running = promisify(execFile)('/bin/sh', ['-c', command], options);
    // What asks a question would wait for an answer.
    running.child.stdin?.end();
    await running.catch(({ stdout, stderr, code }) => {
      throw new Error(`RUN ${command}\nended with ${code}, and printed:\n${stdout}${stderr}`);
    });
  }
}

function begin(instruction: From, root: string): Stage {
  mkdirSync(root);
  return {
    name: instruction.getBuildStage() ?? undefined,
    image: instruction.getImage() ?? '',
    root,
    workdir: '/',
    env: {},
    user: undefined,
    stopSignal: undefined,
    volumes: [],
    ports: [],
    healthcheck: [],
    command: [],
  };
}
