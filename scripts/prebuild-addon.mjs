// For a release: takes native TensorFlow's addon of the engine in use into prebuilds/<platform>-<arch>/napi-v8,
// from where `backstep engine install` uses it instead of compiling one. Run once on each platform of the
// release, on the oldest system that it is for, after `backstep engine install --force`.
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const json = async (...parts) => JSON.parse(await readFile(path.join(...parts), 'utf8'));

const engines = path.join(process.env.BACKSTEP_HOME || path.join(homedir(), '.backstep'), 'engines');
const folder = process.env.BACKSTEP_ENGINE || path.join(engines, (await json(engines, 'current.json')).engine);
const { addon, platform } = await json(folder, 'engine.json');
const target = path.join(root, 'prebuilds', platform, 'napi-v8', 'tfjs_binding.node');
await mkdir(path.dirname(target), { recursive: true });
await copyFile(path.join(folder, addon), target);
console.log(path.relative(root, target));
