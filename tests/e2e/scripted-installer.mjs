// Stands in for the installer's process (see `engineJob` and `engineMessage`): the server starts it where
// BACKSTEP_INSTALLER names it. Does what `engine-scenario.json` in the Backstep folder says, and fetches nothing.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const home = process.env.BACKSTEP_HOME;
const job = JSON.parse(process.argv[2]);
const scenarioFile = path.join(home, 'engine-scenario.json');
const installedFile = path.join(home, 'engine-scenario-installed.json');
const scenario = existsSync(scenarioFile) ? JSON.parse(readFileSync(scenarioFile, 'utf8')) : {};

const plan = {
  version: '2.21.0',
  flavor: 'cpu',
  because: 'no NVIDIA driver is present',
  packages: [{ name: 'tensorflow-cpu', file: 'tensorflow_cpu-2.21.0-cp312-manylinux.whl', bytes: 262_000_000 }],
  downloadBytes: 262_000_000,
  diskBytes: 1_400_000_000,
  addon: 'compiled here',
};

const say = (message) => new Promise((resolve) => process.send(message, resolve));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function status(withPlan) {
  const installed = existsSync(installedFile) ? JSON.parse(readFileSync(installedFile, 'utf8')) : undefined;
  const blocked = scenario.obstacles ?? [];
  return { installed, obstacles: blocked, plan: withPlan && !scenario.noPlan ? plan : undefined };
}

async function install() {
  const pace = scenario.paceMs ?? 150;
  const phases = ['checking', 'downloading', 'verifying', 'unpacking', 'building', 'proving', 'switching'];
  for (const phase of phases) {
    const parts = phase === 'downloading' ? 8 : 1;
    for (let part = 1; part <= parts; part++) {
      const measured =
        parts === 1
          ? {}
          : { doneBytes: (262_000_000 / parts) * part, totalBytes: 262_000_000, secondsLeft: (parts - part) * 5 };
      await say({ kind: 'progress', progress: { phase, message: `${phase} tensorflow-cpu 2.21.0`, ...measured } });
      await pause(pace);
    }
    if (scenario.failure && phase === 'building') {
      await say({ kind: 'failed', failure: scenario.failure, obstacles: [] });
      return 1;
    }
  }
  const folder = path.join(home, 'engines/tensorflow-2.21.0-cpu');
  const installed = { version: '2.21.0', flavor: 'cpu', folder, bytes: 412_000_000, installedAt: Date.now() };
  writeFileSync(installedFile, JSON.stringify(installed));
  await say({ kind: 'done', status: status(false) });
  return 0;
}

async function work() {
  if (job.kind === 'install') return install();
  if (job.kind === 'remove') {
    rmSync(installedFile, { force: true });
    await say({ kind: 'done', status: status(false) });
    return 0;
  }
  if (job.plan) await pause(scenario.lookMs ?? 300);
  await say({ kind: 'status', status: status(job.plan) });
  return 0;
}

process.on('SIGTERM', () => process.exit(130));
process.exit(await work());
