// Runs before `install`, `dev`, `build` and `test`, and in place of Yarn (.yarnrc.yml). Earlier versions of pnpm do not
// read the settings in pnpm-workspace.yaml, so that they do not install what a script needs.
const [, major, minor] = /^pnpm\/(\d+)\.(\d+)/.exec(process.env.npm_config_user_agent ?? '') ?? [0, 0, 0];
if (Number(major) < 10 || (Number(major) === 10 && Number(minor) < 6)) {
  console.error('This repository needs pnpm 10.6 or later. To run it, type: npx -y pnpm@12 dev');
  process.exit(1);
}
